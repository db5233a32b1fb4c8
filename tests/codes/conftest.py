"""Tests here play with the shared cast."""

from __future__ import annotations

from tests.stage import *  # noqa: F403  fixtures are found by their names
