"""The words a plan's life is kept in. An extra file: tables and life cycle, which cannot see each other, need them."""

from __future__ import annotations

from enum import StrEnum


class PlanState(StrEnum):
    """Where a plan is in its life."""

    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"


class WaiverProof(StrEnum):
    """What a family that does not enrol hands in besides the reason (不参保声明)."""

    DECLARATION = "declaration"
    """The declaration, ticked."""
    REASON = "reason"
    """A file as well, where the reason can be proved: insured elsewhere."""
    ALWAYS = "always"
    """A file as well, whatever the reason: the signed declaration or a proof."""


class ReopeningState(StrEnum):
    """What became of a wish to open a closed plan again."""

    ASKED = "asked"
    AGREED = "agreed"
    DECLINED = "declined"
