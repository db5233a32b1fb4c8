"""Opening a plan: its reporting units and a row for everybody asked, in one act that happens once (W1)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.audit.services import record
from app.core import locks
from app.core.clock import sql_now
from app.core.errors import Stale
from app.core.events import tell
from app.core.queue import defer
from app.plans.models import Plan
from app.plans.queries import AMONG, PLACES_AND_UNITS, options_of, steps_of
from app.plans.rules import PlanOpened, Unfinished, Windows, WindowsDisordered, in_order
from app.plans.services.drafting import ready_for
from app.plans.states import PlanState
from app.plans.workflow import PlanEvent

OPENING = "plan_open"
BELOW = "the plan stands within the actor's scope, its units are below it"
WRITTEN = """
INSERT INTO reporting_unit (plan_id, step_id, node_id)
SELECT DISTINCT cast(:plan_id AS bigint), step_id, coalesce(unit_id, place_id) FROM met
ON CONFLICT (plan_id, step_id, node_id) DO UPDATE
SET ended_at = NULL, version = reporting_unit.version + 1 WHERE reporting_unit.ended_at IS NOT NULL
"""
WRITE_UNITS, WRITE_SOME = text(PLACES_AND_UNITS + WRITTEN), text(AMONG + WRITTEN)


def open_plan(session: Session, actor: Actor, *, plan_id: int, version: int | None = None) -> None:
    """Open a draft: write its reporting units and tell `enrolment`, which inserts a row for everybody asked.

    Holds the plan's lock and that of its place, so that no admission below slips past. With `version`, only the draft
    somebody has looked at. Raises `NotFound`, `NotDraft`, `Stale`, `Unfinished`, `WindowsDisordered`.
    """
    locks.hold(session, locks.PLAN, [plan_id])
    plan = ready_for(session, actor, PlanEvent.OPEN, plan_id)
    if version is not None and plan.version != version:
        raise Stale({"name": plan.name}, plan.version)
    steps = steps_of(session, plan.id)
    if not steps or not options_of(session, plan.id):
        raise Unfinished
    if not in_order(Windows(plan.apply_from, plan.apply_to, tuple((s.window_from, s.window_to) for s in steps))):
        raise WindowsDisordered
    locks.hold(session, locks.ASKED, [plan.node_id])
    session.execute(
        everything(
            update(Plan)
            .where(Plan.id == plan_id)
            .values(state=PlanState.OPEN, opened_at=sql_now(), version=Plan.version + 1),
            because="the row was read and locked above within the actor's scope",
        ),
    )
    write_units(session, plan.id)
    record(session, actor, "plan:open", subject="plan", ids=[plan_id], path=plan.tree_path, after={"state": "open"})
    tell(session, actor, PlanOpened(plan_id))


def hand_over(session: Session, actor: Actor, *, plan_id: int, version: int) -> int:
    """Give the opening of a large plan to the worker; returns the job's id. It is judged again when it runs.

    Raises `NotFound`, `NotDraft`, `Stale` at once where that is known already.
    """
    plan = ready_for(session, actor, PlanEvent.OPEN, plan_id)
    if plan.version != version:
        raise Stale({"name": plan.name}, plan.version)
    arguments = {"plan_id": plan_id, "version": version}
    return defer(session, OPENING, arguments, owner_id=actor.user_id, once=f"{OPENING}:{plan_id}")


def write_units(session: Session, plan_id: int, among: Sequence[int] | None = None) -> None:
    """Write the units of a plan that are not there yet: of all places below it, or of those `among` them that ask."""
    stmt = WRITE_UNITS if among is None else WRITE_SOME
    values = {"plan_id": plan_id} if among is None else {"plan_id": plan_id, "ids": list(among)}
    session.execute(everything(stmt, because=BELOW), values)
