"""申请: what a student, or a guardian for the child, does with the own application (W2)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Text, literal, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.core.clock import sql_now
from app.core.errors import Invalid, NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment.models import ApplicationEvidence, Enrolment
from app.enrolment.rules import (
    POSTGRADUATE_STAGES,
    CountedNoMore,
    ProfileIncomplete,
    Proof,
    Wish,
    as_family,
    judge_proof,
    judge_wish,
    require_window,
)
from app.enrolment.services.asking import stage_at
from app.enrolment.services.writing import (
    Act,
    Line,
    account_of,
    locked,
    require_open,
    verdict,
    write,
)
from app.enrolment.states import Choice, EnrolmentState, Source
from app.enrolment.workflow import Event
from app.evidence.services import attach, note_opened
from app.plans.queries import options_of
from app.plans.units import Held, hold_units, require_open_units
from app.profiles import queries as profiles

P = Permission.ENROLMENT_APPLY
NOTHING = Proof()


def save(
    session: Session, actor: Actor, *, enrolment_id: int, version: int, wish: Wish, proof: Proof = NOTHING
) -> None:
    """Keep an application as a draft; what is left out may come later, what is wrong is refused (`Invalid`).

    Raises `NotFound`, `Stale`, `PlanNotOpen`, `WindowNotYet`, `WindowOver`, `UnitSubmitted`, `CountedNoMore`,
    `WrongState`.
    """
    line, held = _own(session, actor, enrolment_id, version, Event.SAVE)
    kept, months = _judged(session, held, wish, proof, whole=False)
    kept["declaration"] = None  # it belongs to submitting
    _attach(session, actor, line, kept, proof)
    write(session, Act(Event.SAVE, actor, None, {**kept, "source": Source.STUDENT}, months), [line])


def submit(
    session: Session, actor: Actor, *, enrolment_id: int, version: int, wish: Wish, proof: Proof = NOTHING
) -> None:
    """Hand an application to its reviewer, from a draft or after a rejection.

    Who does not enrol ticks the declaration and sends the files the plan asks for. Raises as `save`, and
    `ProfileIncomplete` for a postgraduate whose basic record is not complete (UM-03).
    """
    line, held = _own(session, actor, enrolment_id, version, Event.SUBMIT, Event.RESUBMIT)
    _require_profile(session, line)
    kept, months = _judged(session, held, wish, proof, whole=True)
    _attach(session, actor, line, kept, proof)
    event = Event.RESUBMIT if line.state == EnrolmentState.REJECTED else Event.SUBMIT
    filed = {"source": Source.STUDENT, "submitted_at": sql_now(), "filed_by": account_of(actor)}
    write(session, Act(event, actor, None, {**kept, **filed}, months), [line])


def withdraw(session: Session, actor: Actor, *, enrolment_id: int, version: int) -> None:
    """Take an application back before it is reviewed: it is a draft again. Raises as `save`."""
    line, _held = _own(session, actor, enrolment_id, version, Event.WITHDRAW)
    write(session, Act(Event.WITHDRAW, actor), [line])


def note_evidence_opened(session: Session, actor: Actor, *, enrolment_id: int, path: str, file_id: int) -> None:
    """Write down that somebody has opened a file of an application in scope."""
    note_opened(session, actor, subject="enrolment", record_id=enrolment_id, path=path, file_id=file_id)


def _own(session: Session, actor: Actor, enrolment_id: int, version: int, *events: Event) -> tuple[Line, Held]:
    """The own row, its units and itself locked, judged for one of the events; and what was locked."""
    family = as_family(actor)
    plan_id, path = _found(session, family, enrolment_id)
    held = hold_units(session, plan_id, [path])
    lines = locked(session, family, P, [enrolment_id], plan_id)
    if not lines:
        raise NotFound(what="enrolment")
    require_open(held)
    require_window(held.apply_from, held.apply_to, held.now)
    if lines[0].removed_at is not None:
        raise CountedNoMore
    require_open_units(session, held, [lines[0].tree_path])
    refusals = [verdict(Act(event, actor), held)(lines[0]) for event in events]
    if lines[0].version != version:
        raise Stale(current_of(lines[0]), lines[0].version)
    if all(refusals):
        raise refusals[0] or WrongState
    return lines[0], held


def _found(session: Session, family: Actor, enrolment_id: int) -> tuple[int, str]:
    stmt = select(Enrolment.plan_id, Enrolment.tree_path).where(Enrolment.id == enrolment_id)
    row = session.execute(visible(stmt, Enrolment, family, P)).one_or_none()
    if row is None:
        raise NotFound(what="enrolment")
    return row.plan_id, row.tree_path


def current_of(line: Line) -> dict[str, Any]:
    """An application's values as its form shows them."""
    coverage = "waive" if line.choice == "waive" else str(line.coverage_option_id or "")
    return {"coverage": coverage, "waiver_reason": line.waiver_reason or "", "waiver_text": line.waiver_text or ""}


def _judged(
    session: Session, held: Held, wish: Wish, proof: Proof, *, whole: bool
) -> tuple[dict[str, Any], dict[int, str]]:
    """The wish as it is kept with the declaration, and what the plan's months are called."""
    options = options_of(session, held.plan_id)
    kept, problems = judge_wish(wish, options, whole=whole)
    waives = kept.choice == Choice.WAIVE
    if waives and whole:
        problems |= judge_proof(proof, held.waiver_proof, kept.waiver_reason)
    if problems:
        raise Invalid(problems)
    declared = {"declaration": proof.declaration if waives else None}
    return {**vars(kept), **declared}, {option.id: option.label for option in options.values()}


def _attach(session: Session, actor: Actor, line: Line, kept: dict[str, Any], proof: Proof) -> None:
    """Attach what was sent; who enrols after all proves nothing, so earlier files go."""
    attach(session, actor, ApplicationEvidence, line.id, proof.files if kept["choice"] == Choice.WAIVE else ())


def _require_profile(session: Session, line: Line) -> None:
    path = literal(line.tree_path, Text(collation="C"))
    stage = session.scalar(everything(select(stage_at(path)), because="the stage of a row locked above"))
    if stage in POSTGRADUATE_STAGES and not profiles.is_complete(session, line.student_id):
        raise ProfileIncomplete(student_id=line.student_id)
