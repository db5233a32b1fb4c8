"""Making a plan, correcting a draft as a whole, moving the windows of an open plan (W1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.audit.services import record
from app.core.clock import SHANGHAI
from app.core.db import refused
from app.core.errors import Conflict, NotFound, Stale
from app.orgs import queries as orgs
from app.plans.models import CoverageOption, Plan, PlanStep
from app.plans.rules import NewPlan, NotClosed, NotDraft, NotOpen, PlanCodeTaken, Windows, checked, checked_windows
from app.plans.workflow import LIFE, NEEDED, PlanEvent

REFUSED: Mapping[PlanEvent, type[Conflict]] = {
    PlanEvent.OPEN: NotDraft,
    PlanEvent.CORRECT: NotDraft,
    PlanEvent.RESCHEDULE: NotOpen,
    PlanEvent.CLOSE: NotOpen,
    PlanEvent.REOPEN: NotClosed,
}
"""How each act says that the plan is not in the state it begins from."""
HELD = "the row was read and locked above within the actor's scope"


def make(session: Session, actor: Actor, new: NewPlan) -> int:
    """Make a draft plan at a place where the actor may make plans; returns its id. Nobody is asked before it opens.

    Raises `NotFound` (place), `Invalid` (fields), `PlanCodeTaken`.
    """
    checked(new)
    place = orgs.find(session, actor, Permission.PLAN_CREATE, code=new.place_code)
    values = {**_head(new), "node_id": place.id, "tree_path": place.path}
    made = entering(insert(Plan).values(**values).returning(Plan.id), Plan, actor, Permission.PLAN_CREATE)
    with refused(uq_plan_code=PlanCodeTaken):
        plan_id: int = session.execute(made).scalar_one()
    _write_parts(session, plan_id, new)
    after = {"code": new.code, "name": new.name, "cover_year": new.cover_year, "product": new.product}
    record(session, actor, "plan:create", subject="plan", ids=[plan_id], path=place.path, after=after)
    return plan_id


def correct(session: Session, actor: Actor, *, plan_id: int, version: int, new: NewPlan) -> None:
    """Replace a draft by what the form says now; its place and code stay.

    Raises `NotFound`, `NotDraft`, `Stale` with what somebody else has saved, `Invalid`.
    """
    plan = ready_for(session, actor, PlanEvent.CORRECT, plan_id)
    _refuse_stale(plan, version)
    checked(new)
    values = {name: value for name, value in _head(new).items() if name != "code"}
    before = {name: getattr(plan, name) for name in values if getattr(plan, name) != values[name]}
    _set(session, plan, values)
    for table in (PlanStep, CoverageOption):
        session.execute(delete(table).where(table.plan_id == plan.id))
    _write_parts(session, plan.id, new)
    _note(session, actor, plan, before, {name: values[name] for name in before})


def reschedule(session: Session, actor: Actor, *, plan_id: int, version: int, windows: Windows) -> None:
    """Move the windows of an open plan, freeze the roll or let it go; nothing else of it can be changed any more.

    Raises `NotFound`, `NotOpen`, `Stale`, `Invalid`.
    """
    plan = ready_for(session, actor, PlanEvent.RESCHEDULE, plan_id)
    _refuse_stale(plan, version)
    checked_windows(windows)
    after: dict[str, Any] = {"apply_from": windows.apply_from, "apply_to": windows.apply_to}
    if windows.freeze_status_changes is not None:
        after["freeze_status_changes"] = windows.freeze_status_changes
    before = {name: getattr(plan, name) for name in after}
    _set(session, plan, after)
    was = select(PlanStep.window_from, PlanStep.window_to).where(PlanStep.plan_id == plan.id)
    before["windows"] = _said(session.execute(was.order_by(PlanStep.position)).all())
    after["windows"] = _said(windows.steps)
    for position, (begin, end) in enumerate(windows.steps, 1):
        step = update(PlanStep).where(PlanStep.plan_id == plan.id, PlanStep.position == position)
        session.execute(step.values(window_from=begin, window_to=end))
    _note(session, actor, plan, before, after)


def _said(windows: Iterable[Sequence[datetime]]) -> str:
    """The windows of the steps as the audit keeps them, in China's time."""
    texts = [[f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" for moment in window] for window in windows]
    return "; ".join(" – ".join(text) for text in texts)


def suggested_code(session: Session, place_code: str, cover_year: int) -> str:
    """A code nobody has taken: cover year, place and a serial, such as 2027-3601-1."""
    stem = f"{cover_year}-{place_code}"[:36]
    stmt = select(Plan.code).where(Plan.code.startswith(f"{stem}-", autoescape=True))
    taken = set(session.scalars(everything(stmt, because="codes are unique over all places")))
    return next(code for n in range(1, len(taken) + 2) if (code := f"{stem}-{n}") not in taken)


def locked(session: Session, actor: Actor, permission: Permission, plan_id: int) -> Plan:
    """The plan within the actor's scope, locked until the act ends, or `NotFound`."""
    stmt = select(Plan).where(Plan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    plan = session.scalars(visible(stmt, Plan, actor, permission)).one_or_none()
    if plan is None:
        raise NotFound(what="plan")
    return plan


def ready_for(session: Session, actor: Actor, event: PlanEvent, plan_id: int) -> Plan:
    """The plan, locked for an act of its life; `NotFound`, or refused where its state is none the act begins from."""
    plan = locked(session, actor, NEEDED[event], plan_id)
    refuse_wrong_state(plan, event)
    return plan


def refuse_wrong_state(plan: Plan, event: PlanEvent) -> None:
    """Refuse an act of a plan's life that does not begin from the state the plan is in."""
    if plan.state not in LIFE.sources(event):
        raise REFUSED[event](state=plan.state)


def _refuse_stale(plan: Plan, version: int) -> None:
    if plan.version != version:
        raise Stale({"name": plan.name, "cover_year": plan.cover_year}, plan.version)


def _head(new: NewPlan) -> dict[str, Any]:
    return {
        "code": new.code,
        "name": new.name.strip(),
        "product": new.product,
        "cover_year": new.cover_year,
        "audience": list(new.audience),
        "counts_stopped": new.counts_stopped,
        "waiver_proof": new.waiver_proof,
        "freeze_status_changes": new.freeze_status_changes,
        "apply_from": new.apply_from,
        "apply_to": new.apply_to,
    }


def _write_parts(session: Session, plan_id: int, new: NewPlan) -> None:
    for table, parts in ((PlanStep, new.steps), (CoverageOption, new.options)):
        rows = [{"plan_id": plan_id, "position": n, **vars(part)} for n, part in enumerate(parts, 1)]
        if rows:
            session.execute(insert(table), rows)


def _set(session: Session, plan: Plan, values: Mapping[str, Any]) -> None:
    stmt = update(Plan).where(Plan.id == plan.id).values(**values, version=Plan.version + 1)
    session.execute(everything(stmt, because=HELD), execution_options={"synchronize_session": False})


def _note(
    session: Session, actor: Actor, plan: Plan, before: Mapping[str, object], after: Mapping[str, object]
) -> None:
    sides = [{name: str(value) for name, value in side.items()} for side in (before, after)]
    record(
        session,
        actor,
        "plan:update",
        subject="plan",
        ids=[plan.id],
        path=plan.tree_path,
        before=sides[0],
        after=sides[1],
    )
