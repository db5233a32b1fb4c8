"""The life of a reporting unit's rate: open, submitted, then approved or returned; a returned one is submitted again.

A rate that is approved can still be returned, as long as the unit above has not submitted (UM-11, UM-13, UM-19).
"""

from __future__ import annotations

from enum import StrEnum

from app.core.workflow import Move, Workflow


class UnitState(StrEnum):
    """Where a reporting unit's rate is in its life."""

    OPEN = "open"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    RETURNED = "returned"


class UnitEvent(StrEnum):
    """What can happen to the rate of a reporting unit."""

    SUBMIT = "submit"
    APPROVE = "approve"
    RETURN = "return"


SUBMITTER = "submitter"
"""Nobody decides about what the same account submitted."""
SUBMITTING, REVIEWING = "submission:submit", "submission:review"

WORKFLOW: Workflow[UnitState, UnitEvent] = Workflow(
    UnitState,
    UnitState.OPEN,
    (
        Move(UnitEvent.SUBMIT, UnitState.OPEN, UnitState.SUBMITTED, SUBMITTING),
        Move(UnitEvent.SUBMIT, UnitState.RETURNED, UnitState.SUBMITTED, SUBMITTING),
        Move(UnitEvent.APPROVE, UnitState.SUBMITTED, UnitState.APPROVED, REVIEWING, not_by=SUBMITTER),
        Move(UnitEvent.RETURN, UnitState.SUBMITTED, UnitState.RETURNED, REVIEWING, asks="opinion", not_by=SUBMITTER),
        Move(UnitEvent.RETURN, UnitState.APPROVED, UnitState.RETURNED, REVIEWING, asks="opinion", not_by=SUBMITTER),
    ),
)
