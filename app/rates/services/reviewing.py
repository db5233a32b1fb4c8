"""审核: the next level approves or returns submitted rates, one or many with one opinion; each row on its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.rules import common_path
from app.audit.services import record
from app.core import locks
from app.core.clock import sql_now
from app.core.errors import Conflict, NotAllowed, NotFound, Refusal, Stale
from app.core.workflow import WrongState
from app.plans.models import Plan, ReportingUnit
from app.plans.rules import SHUT
from app.plans.states import PlanState
from app.rates.models import Submission
from app.rates.queries.units import UnitLine, above, may, some
from app.rates.rules import AboveSubmitted, Outcome, OutsideWindow, OwnSubmission, Verdict, checked_opinion
from app.rates.workflow import WORKFLOW, UnitEvent, UnitState

HELD = "the units are in the actor's scope, were judged by the plan's chain and are held alone"
NO_SYNC = {"synchronize_session": False}


def review(session: Session, actor: Actor, *, units: Mapping[int, int], verdict: Verdict) -> Outcome:
    """Approve or return the rates of these units (id → the version that was looked at); says what became of each.

    Raises `NotFound` when one is out of scope, `NotAllowed` when the chain names no role of the actor for one, and
    `OpinionMissing`. The same number of statements however many units there are.
    """
    event = UnitEvent(verdict.event)
    opinion = checked_opinion(event, verdict.opinion)
    seen = _judged(session, actor, units)
    _hold(session, seen)
    lines = some(session, actor, units)
    why_not = _why_not(session, actor, lines, units, event)
    good = [line for line in lines if line.id not in why_not]
    if good:
        _write(session, actor, good, event, opinion)
    return Outcome(tuple(line.id for line in good), {i: refusal.code for i, refusal in why_not.items()})


def review_one(session: Session, actor: Actor, *, unit_id: int, version: int, verdict: Verdict) -> None:
    """Approve or return the rate of one unit; raises what keeps it from being done."""
    event = UnitEvent(verdict.event)
    opinion = checked_opinion(event, verdict.opinion)
    _hold(session, _judged(session, actor, [unit_id]))
    lines = some(session, actor, [unit_id])
    why_not = _why_not(session, actor, lines, {unit_id: version}, event)
    if why_not:
        raise why_not[unit_id]
    _write(session, actor, lines, event, opinion)


def _judged(session: Session, actor: Actor, ids: Sequence[int] | Mapping[int, int]) -> list[UnitLine]:
    lines = some(session, actor, list(ids))
    if not lines or len(lines) != len(ids):
        raise NotFound(what="unit")
    for line in lines:
        if not may(actor, Permission.SUBMISSION_REVIEW, line.step.review_role, line.node.path):
            raise NotAllowed(permission=str(Permission.SUBMISSION_REVIEW))
    return lines


def _hold(session: Session, lines: Sequence[UnitLine]) -> None:
    """The plans shared, then the units alone, then those above them shared: nobody sums them meanwhile."""
    locks.share(session, locks.PLAN, {line.step.plan_id for line in lines})
    locks.hold(session, locks.UNIT, {line.id for line in lines})
    locks.share(session, locks.UNIT, {unit_id for unit_id, _ in above(session, lines).values()})


def _why_not(
    session: Session, actor: Actor, lines: Sequence[UnitLine], versions: Mapping[int, int], event: UnitEvent
) -> dict[int, Refusal]:
    """Why some of the units cannot be decided, read after they are held."""
    plans = select(Plan.id).where(Plan.id.in_({line.step.plan_id for line in lines}), Plan.state == PlanState.OPEN)
    open_plans = set(session.scalars(everything(plans, because=HELD)))
    over = above(session, lines)
    found = {
        line.id: _reason(actor, line, versions[line.id], event, over.get(line.id, (0, ""))[1])
        if line.step.plan_id in open_plans
        else OutsideWindow()
        for line in lines
    }
    return {unit_id: refusal for unit_id, refusal in found.items() if refusal is not None}


def _reason(actor: Actor, line: UnitLine, version: int, event: UnitEvent, state_above: str) -> Refusal | None:
    try:
        WORKFLOW.move(UnitState(line.state), event)
    except WrongState as refusal:
        return refusal
    if line.submission is None:
        return Conflict()
    if line.version != version:
        return Stale({"state": line.state}, line.version)
    if line.submission.submitted_by == actor.user_id:
        return OwnSubmission()
    if event == UnitEvent.RETURN and state_above in SHUT:
        return AboveSubmitted()
    return None


def _write(session: Session, actor: Actor, lines: Sequence[UnitLine], event: UnitEvent, opinion: str) -> None:
    target = {line.id: WORKFLOW.move(UnitState(line.state), event).target for line in lines}
    (state,) = set(target.values())
    submissions = [line.submission.id for line in lines if line.submission is not None]
    decided = update(Submission).where(Submission.id.in_(submissions))
    decided = decided.values(
        state=state, reviewed_by=actor.user_id, reviewed_name=actor.name, reviewed_at=sql_now(), opinion=opinion or None
    )
    session.execute(everything(decided, because=HELD), execution_options=NO_SYNC)
    moved = update(ReportingUnit).where(ReportingUnit.id.in_(list(target)))
    moved = moved.values(state=state, version=ReportingUnit.version + 1)
    session.execute(everything(moved, because=HELD), execution_options=NO_SYNC)
    path = common_path(line.node.path for line in lines)
    before = {"state": sorted({line.state for line in lines})}
    after = {"state": state, "units": [line.id for line in lines]}
    act = f"submission:{event}"
    record(
        session,
        actor,
        act,
        subject="submission",
        ids=submissions,
        path=path,
        before=before,
        after=after,
        reason=opinion or None,
    )
