"""The words a plan's life is kept in. An extra file: tables and life cycle, which cannot see each other, need them."""

from __future__ import annotations

from enum import StrEnum


class PlanState(StrEnum):
    """Where a plan is in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class ReopeningState(StrEnum):
    """What became of a wish to open a closed plan again."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
