"""Tests here play with the shared cast."""

from __future__ import annotations

from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.stage import *  # noqa: F403  fixtures are found by their names
