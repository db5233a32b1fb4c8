"""What every act on applications shares: locked rows, the verdict on each, one statement per table.

The order of an act: its rows are found in scope, their units are locked (`plans.units`), the rows are locked by their
ids and read again, each is judged, all that pass are written at once with their change records and one audit line.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, case, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.models import Account
from app.audit.rules import common_path
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.clock import sql_now
from app.core.db import any_of
from app.core.errors import NotAllowed, Refusal, Stale
from app.core.workflow import WrongState
from app.enrolment.models import Enrolment
from app.enrolment.rules import (
    CountedNoMore,
    MovedMeanwhile,
    Outcome,
    OwnApplication,
    PlanNotOpen,
    Refused,
    ReviewOver,
    WindowNotYet,
    deadline_in_china,
    in_china,
)
from app.enrolment.states import EnrolmentState
from app.enrolment.workflow import APPLICANT, APPLICATION, Event
from app.people.models import Person
from app.plans.rules import UnitSubmitted
from app.plans.states import PlanState
from app.plans.units import Held, names_of_units

Line = Row[*tuple[Any, ...]]
Verdict = Callable[[Line], Refusal | None]

KINDS: Mapping[Event, ChangeKind] = {
    Event.SAVE: ChangeKind.ENROLMENT_SAVED,
    Event.SUBMIT: ChangeKind.ENROLMENT_SUBMITTED,
    Event.RESUBMIT: ChangeKind.ENROLMENT_SUBMITTED,
    Event.WITHDRAW: ChangeKind.ENROLMENT_WITHDRAWN,
    Event.APPROVE: ChangeKind.ENROLMENT_APPROVED,
    Event.REJECT: ChangeKind.ENROLMENT_REJECTED,
    Event.ENTER: ChangeKind.ENROLMENT_ENTERED,
    Event.CORRECT: ChangeKind.ENROLMENT_CORRECTED,
    Event.STOP: ChangeKind.ENROLMENT_STOPPED,
    Event.RESUME: ChangeKind.ENROLMENT_RESUMED,
}
WISH = ("choice", "coverage_option_id", "waiver_reason", "waiver_text")
GONE = "not_found"
"""Not, or no longer, among what the actor may act upon."""
OF_THE_ROLL = frozenset({Event.STOP, Event.RESUME})
"""Facts that go on in a submitted unit and show there as drift (DESIGN, Chain and unit)."""


@dataclass(frozen=True)
class Act:
    """An act on applications: what happens, by whom, in which words (opinion or reason), with which values."""

    event: Event
    actor: Actor
    words: str | None = None
    values: Mapping[str, Any] | None = None
    months: Mapping[int, str] | None = None
    """What the plan's coverage options are called, for the change record."""


def where_found(session: Session, actor: Actor, permission: Permission, ids: Collection[int], plan_id: int) -> set[str]:
    """The places of those rows of a plan that the actor may act upon; one statement, without a lock."""
    stmt = select(Enrolment.tree_path).where(Enrolment.id == any_of(ids), Enrolment.plan_id == plan_id).distinct()
    return set(session.scalars(visible(stmt, Enrolment, actor, permission)))


def locked(session: Session, actor: Actor, permission: Permission, ids: Collection[int], plan_id: int) -> list[Line]:
    """The rows of a plan that the actor may act upon, locked in the order of their ids, with what an act must know."""
    mine = select(Account.person_id).where(Account.id == actor.user_id)
    mine = everything(mine, because="the actor's own person, who reviews no own application")
    stmt = (
        select(
            Enrolment.id,
            Enrolment.version,
            Enrolment.state,
            *(getattr(Enrolment, name) for name in WISH),
            Enrolment.plan_id,
            Enrolment.node_id,
            Enrolment.tree_path,
            Enrolment.person_id,
            Enrolment.student_id,
            Enrolment.filed_by,
            Enrolment.declared_on_paper,
            Enrolment.removed_at,
            Person.name,
            mine.scalar_subquery().label("own_person"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.id == any_of(ids), Enrolment.plan_id == plan_id)
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    )
    return list(session.execute(visible(stmt, Enrolment, actor, permission, along=(Person,))))


def require_open(held: Held) -> None:
    """Refuse (`PlanNotOpen`) when the plan has been closed meanwhile."""
    if held.state != PlanState.OPEN:
        raise PlanNotOpen(state=held.state)


def require_deciding(held: Held) -> None:
    """Refuse when the plan is closed, its applications have not begun, or its first step is over."""
    require_open(held)
    if held.now < held.apply_from:
        raise WindowNotYet(since=in_china(held.apply_from))
    if held.now >= held.decide_until:
        raise ReviewOver(until=deadline_in_china(held.decide_until))


def verdict(act: Act, held: Held) -> Verdict:
    """Judge one locked row: counted, in an open unit that was locked, in a state the act leads from, not one's own."""
    sources = set(APPLICATION.sources(act.event))
    not_by = next(move.not_by for move in APPLICATION.moves if move.event == act.event)

    def judge(line: Line) -> Refusal | None:
        if line.removed_at is not None:
            return CountedNoMore()
        if not held.covers(line.tree_path):
            return MovedMeanwhile()
        if act.event not in OF_THE_ROLL and held.shut(line.tree_path) is not None:
            return UnitSubmitted()
        if EnrolmentState(line.state) not in sources:
            return WrongState(state=line.state, event=str(act.event))
        return OwnApplication() if _is_own(line, act.actor, not_by) else None

    return judge


def _is_own(line: Line, actor: Actor, not_by: str | None) -> bool:
    if not_by is None or actor.is_system:
        return False
    family = actor.persons(Permission.ENROLMENT_APPLY)
    own = line.person_id == line.own_person or line.person_id in family
    return own or (not_by == APPLICANT and line.filed_by == actor.user_id)


def write_good(session: Session, act: Act, held: Held, lines: Sequence[Line], ids: Collection[int]) -> Outcome:
    """Carry an act out on those rows that pass; says of every row that was asked for what became of it."""
    judge = verdict(act, held)
    judged = [(line, judge(line)) for line in lines]
    good = [line for line, refusal in judged if refusal is None]
    write(session, act, good)
    refused = [Refused(line.id, refusal.code) for line, refusal in judged if refusal is not None]
    refused += [Refused(each, GONE) for each in sorted(set(ids) - {line.id for line in lines})]
    return Outcome(tuple(line.id for line in good), tuple(refused))


def write_one(session: Session, act: Act, held: Held, line: Line, version: int) -> None:
    """Carry an act out on one row from the version that was looked at, or raise what forbids it (`Stale` last)."""
    refusal = verdict(act, held)(line)
    unit = held.shut(line.tree_path)
    if isinstance(refusal, UnitSubmitted) and unit is not None:
        raise UnitSubmitted(unit=names_of_units(session, [unit])[unit.id], state=unit.state)
    if refusal is not None:
        raise refusal
    if line.version != version:
        raise Stale({}, line.version)
    write(session, act, [line])


def write(session: Session, act: Act, lines: Sequence[Line]) -> None:
    """Carry an act out on judged rows: one UPDATE, one INSERT of change records, one audit line."""
    if not lines:
        return
    ends = APPLICATION.targets(act.event)
    given = (act.values or {}).get("choice")
    state: Any = ends[None] if None in ends else ends.get(given)
    if state is None:  # as each row has chosen
        state = case(ends, value=Enrolment.choice)
    values = {**(act.values or {}), "state": state, "version": Enrolment.version + 1}
    stmt = update(Enrolment).where(
        Enrolment.id == any_of([line.id for line in lines]),
        Enrolment.state.in_(APPLICATION.sources(act.event)),
    )
    session.execute(
        everything(stmt.values(values), because="the rows were read and locked above within the actor's scope"),
        execution_options={"synchronize_session": False},
    )
    note(session, act.actor, [_change(act, line) for line in lines])
    after = {"plan": lines[0].plan_id, "count": len(lines)}
    record(
        session,
        act.actor,
        f"enrolment:{act.event}",
        subject="enrolment",
        ids=[line.id for line in lines[:100]],
        path=common_path(line.tree_path for line in lines),
        after=after,
        reason=act.words,
    )


def _change(act: Act, line: Line) -> Change:
    before: dict[str, Any] = {"state": line.state}
    after: dict[str, Any] = {"state": str(target_of(act, line))}
    for name in WISH:
        if act.values and name in act.values and act.values[name] != getattr(line, name):
            before |= _said(act, name, getattr(line, name))
            after |= _said(act, name, act.values[name])
    on_paper = (act.values or {}).get("declared_on_paper", line.declared_on_paper)
    if on_paper != line.declared_on_paper:
        before["declared_on_paper"], after["declared_on_paper"] = line.declared_on_paper, on_paper
    return Change(
        KINDS[act.event],
        line.node_id,
        line.tree_path,
        "enrolment",
        line.id,
        line.name,
        person_id=line.person_id,
        before=before,
        after=after,
        reason=act.words,
    )


def _said(act: Act, name: str, value: Any) -> dict[str, Any]:  # noqa: ANN401  a value of any column
    """A value as a change record keeps it: months by what they are called."""
    if name != "coverage_option_id":
        return {name: value}
    return {"coverage": (act.months or {}).get(value)}


def target_of(act: Act, line: Line) -> EnrolmentState:
    """The state an act leads a row to, by what is chosen in the act or else in the row."""
    ends = APPLICATION.targets(act.event)
    return ends[None] if None in ends else ends[(act.values or {}).get("choice") or line.choice]


def decided(actor: Actor, **more: object) -> dict[str, Any]:
    """The values every decision of the staff writes: who and when."""
    return {"decided_at": sql_now(), "decided_by": account_of(actor), **more}


def account_of(actor: Actor) -> int | None:
    """The account that acts; nobody's when the system does."""
    return None if actor.is_system else actor.user_id


def require_place(actor: Actor, permission: Permission) -> None:
    """Refuse (`NotAllowed`) whom no grant lets do this anywhere, once those of other steps are left out."""
    if not actor.holds(permission):
        raise NotAllowed(permission=str(permission), what="step")
