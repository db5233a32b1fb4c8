"""学籍异动 within one school: study leave, place kept, resuming, leaving for good, and undoing a mistaken leaving."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Row, func, insert, select, text, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.core import clock
from app.core.clock import sql_now
from app.core.db import refused
from app.core.errors import Invalid, NotFound, Stale
from app.core.events import tell
from app.core.workflow import Move
from app.orgs.models import OrgNode
from app.people.models import Person
from app.students.models import Placement, Student
from app.students.rules import (
    AlreadyInSchool,
    ClassIsClosed,
    HasLeft,
    StudentsLeft,
    StudentsPaused,
    StudentsResumed,
    is_reason,
)
from app.students.services.turns import take_part
from app.students.workflow import OPEN_STATES, REASON, STATUS, StudentEvent, StudentState, leaving

LOCKED = "the row was read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}
A_MOMENT = text("interval '1 microsecond'")
KINDS = {
    StudentEvent.TAKE_LEAVE: ChangeKind.STUDY_LEAVE,
    StudentEvent.RETAIN: ChangeKind.PLACE_KEPT,
    StudentEvent.RESUME: ChangeKind.STUDY_RESUMED,
    StudentEvent.REOPEN: ChangeKind.STUDENT_REOPENED,
}
Locked = Row[*tuple[Any, ...]]
StatusMove = Move[StudentState, StudentEvent]


def change_status(  # noqa: PLR0913  whose, from which version, what happens, since when and why
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    version: int,
    event: StudentEvent,
    on: date | None,
    reason: str,
) -> None:
    """Let something happen to a student's status, as `workflow.STATUS` allows it, on a day and for a reason.

    Raises `NotFound`, `Stale`, `HasLeft`, `WrongState`, `Invalid` (a day before the present state began or in the
    future, no reason). Undoing a leaving asks for the reason only, and is refused where the class is closed
    (`ClassIsClosed`) or the person is in a school meanwhile (`AlreadyInSchool`). Tells `StudentsPaused`,
    `StudentsResumed` or `StudentsLeft`.
    """
    needs = next(Permission(move.needs) for move in STATUS.moves if move.event == event)
    row = _locked(session, actor, needs, student_id, version)
    if row.closed_on is not None and event is not StudentEvent.REOPEN:
        raise HasLeft
    _go(session, actor, row, STATUS.move(StudentState(row.state), event), on, reason.strip())


def leave(  # noqa: PLR0913  who, in which version, how, when and why
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    version: int,
    state: str,
    on: date | None,
    reason: str,
) -> None:
    """Close a student's time at the school, in one of the states that close it; the record stays.

    Raises as `change_status`; a state that closes nothing, or not from the present one, is `Invalid`.
    """
    row = _locked(session, actor, Permission.STUDENT_CLOSE, student_id, version)
    if row.closed_on is not None:
        raise HasLeft
    move = next((move for move in leaving(StudentState(row.state)) if move.target == state), None)
    if move is None:
        resumes_first = state in set(StudentState) - OPEN_STATES
        raise Invalid({"state": "resume_first" if resumes_first else "choice"} | _wrong(row, on, reason, session))
    _go(session, actor, row, move, on, reason.strip())


def _go(session: Session, actor: Actor, row: Locked, move: StatusMove, on: date | None, reason: str) -> None:
    day = clock.today(session) if move.asks == REASON else on
    if wrong := _wrong(row, day, reason, session):
        raise Invalid(wrong)
    with refused(uq_student_open=lambda: AlreadyInSchool(count=1)):
        _write(session, row, move, day, reason)
    _write_down(session, actor, row, move, day, reason)
    ids = (int(row.id),)
    if move.target == StudentState.IN_SCHOOL:
        tell(session, actor, StudentsResumed(ids))
    elif move.target in OPEN_STATES:
        tell(session, actor, StudentsPaused(ids))
    else:
        tell(session, actor, StudentsLeft(ids))


def _wrong(row: Locked, on: date | None, reason: str, session: Session) -> dict[str, str]:
    since = row.state_on or row.opened_on
    wrong = {
        "on": "leave_date_range" if on is None or not since <= on <= clock.today(session) else None,
        "reason": None if is_reason(reason) else "reason_length",
    }
    return {field: code for field, code in wrong.items() if code}


def _write(session: Session, row: Locked, move: StatusMove, on: date | None, reason: str) -> None:
    closes, reopens = move.target not in OPEN_STATES, move.source not in OPEN_STATES
    values: dict[str, Any] = {"state": move.target, "state_on": on, "state_reason": reason}
    if closes:
        values |= {"state_on": None, "state_reason": None, "closed_on": on, "close_reason": reason}
    if reopens:
        _refuse_closed_class(session, row)
        values |= {"closed_on": None, "close_reason": None}
    stmt = update(Student).where(Student.id == row.id).values(**values, version=Student.version + 1)
    session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)
    if closes:
        # never before it began: two acts may come at one instant of a standing clock
        until = func.greatest(sql_now(), Placement.since + A_MOMENT)
        stay = update(Placement).where(Placement.student_id == row.id, Placement.until.is_(None)).values(until=until)
        session.execute(everything(stay, because=LOCKED), execution_options=NO_SYNC)
    if reopens:
        stays = insert(Placement).values(student_id=row.id, node_id=row.node_id)
        session.execute(everything(stays, because=LOCKED))


def _refuse_closed_class(session: Session, row: Locked) -> None:
    """Refuse to bring somebody back into a class that is closed; one that is being closed is waited for."""
    stmt = select(OrgNode.id).where(OrgNode.id == row.node_id, OrgNode.closed_at.is_(None)).with_for_update(read=True)
    if session.scalar(everything(stmt, because="the class of a student locked in scope")) is None:
        raise ClassIsClosed


def _locked(session: Session, actor: Actor, permission: Permission, student_id: int, version: int) -> Locked:
    take_part(session, [student_id])
    stmt = (
        select(
            Student.id,
            Student.person_id,
            Student.node_id,
            Student.tree_path,
            Student.state,
            Student.state_on,
            Student.opened_on,
            Student.closed_on,
            Student.version,
            Person.name,
        )
        .join(Person, Person.id == Student.person_id)
        .where(Student.id == student_id)
        .with_for_update(of=Student)
    )
    row = session.execute(visible(stmt, Student, actor, permission, along=(Person,))).one_or_none()
    if row is None:
        raise NotFound(what="student")
    if row.version != version:
        raise Stale({"state": row.state}, row.version)
    return row


def _write_down(session: Session, actor: Actor, row: Locked, move: StatusMove, on: date | None, reason: str) -> None:
    kind = KINDS.get(move.event, ChangeKind.STUDENT_CLOSED)
    day = "closed_on" if kind is ChangeKind.STUDENT_CLOSED else "state_on"
    before: Mapping[str, Any] = {"state": row.state}
    after: Mapping[str, Any] = {"state": str(move.target), day: on.isoformat() if on else None}
    act = "student:close" if kind is ChangeKind.STUDENT_CLOSED else f"student:{move.event}"
    change = Change(
        kind,
        row.node_id,
        row.tree_path,
        "student",
        row.id,
        row.name,
        person_id=row.person_id,
        before=before,
        after=after,
        reason=reason,
    )
    in_both_books(session, actor, act, change)
