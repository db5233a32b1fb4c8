"""The life of a plan: draft → open → closed, and open again by two persons (W1). Pure."""

from __future__ import annotations

from enum import StrEnum

from app.access.permissions import Permission
from app.core.workflow import Move, Workflow
from app.plans.states import PlanState


class PlanEvent(StrEnum):
    """What can be done with a plan."""

    OPEN = "open"
    CORRECT = "correct"
    RESCHEDULE = "reschedule"
    CLOSE = "close"
    REOPEN = "reopen"


LIFE: Workflow[PlanState, PlanEvent] = Workflow(
    PlanState,
    PlanState.DRAFT,
    (
        Move(PlanEvent.OPEN, PlanState.DRAFT, PlanState.OPEN, Permission.PLAN_OPEN),
        Move(PlanEvent.CORRECT, PlanState.DRAFT, PlanState.DRAFT, Permission.PLAN_UPDATE),
        Move(PlanEvent.RESCHEDULE, PlanState.OPEN, PlanState.OPEN, Permission.PLAN_UPDATE),
        Move(PlanEvent.CLOSE, PlanState.OPEN, PlanState.CLOSED, Permission.PLAN_CLOSE, asks="reason"),
        Move(
            PlanEvent.REOPEN, PlanState.CLOSED, PlanState.OPEN, Permission.PLAN_OPEN, asks="reason", not_by="who asked"
        ),
    ),
)
NEEDED = {move.event: Permission(move.needs) for move in LIFE.moves}
"""What each act on a plan needs, whatever state it begins from."""
