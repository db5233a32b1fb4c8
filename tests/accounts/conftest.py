"""Tests here play with the shared cast."""

from __future__ import annotations

from tests.accounts.doors import cheap_refusals
from tests.stage import *  # noqa: F403  fixtures are found by their names

__all__ = ["cheap_refusals"]
