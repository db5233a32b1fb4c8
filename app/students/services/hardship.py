"""困难认定: recognising, correcting, ending and revoking. What counts in open plans follows by `HardshipChanged`."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.changes.rules import ChangeKind
from app.core.clock import sql_now
from app.core.errors import Invalid, NotFound, Stale
from app.core.events import tell
from app.students.models import HardshipRecognition
from app.students.rules import (
    HardshipChanged,
    HardshipRevoked,
    NewHardship,
    is_reason,
    judge_hardship,
    meets,
)
from app.students.services.belongings import Owner, owner, write_down
from app.students.services.recognising import FIELDS, Wish, enter, standing_of, values_of, weigh

LOCKED = "the row was read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}


def recognise(session: Session, actor: Actor, *, student_id: int, new: NewHardship) -> None:
    """Recognise a hardship for a period [since_on, until_on).

    Raises `NotFound`, `HasLeft`, `Invalid`, also where the period meets another one of the same category.
    """
    wishes = [Wish(student_id, new)]
    held, refusals = weigh(session, actor, wishes)
    if refusals:
        raise refusals[0]
    enter(session, actor, wishes, Permission.STUDENT_UPDATE)
    _tell(session, actor, held[student_id], "student:hardship_add", {}, values_of(new))


def correct_recognition(
    session: Session,
    actor: Actor,
    *,
    recognition_id: int,
    version: int,
    new: NewHardship,
    reason: str,
) -> int:
    """Put right what was entered wrongly (category, level, period), saying why; returns the student's id.

    Raises `NotFound`, `Stale`, `HardshipRevoked`, `Invalid`.
    """
    found, student = _held(session, actor, recognition_id, version)
    _refuse_wrong(session, student, new, but=found.id, reason=reason)
    before, after = values_of(_hardship(found)), values_of(new)
    _write(session, found.id, vars(new))
    names = [name for name in before | after if before.get(name) != after.get(name)]
    _tell(
        session,
        actor,
        student,
        "student:hardship_update",
        {"category": before["category"], **{name: before.get(name, "") for name in names}},
        {"category": after["category"], **{name: after.get(name, "") for name in names}},
        reason=reason.strip(),
    )
    return int(student.id)


def end_recognition(
    session: Session,
    actor: Actor,
    *,
    recognition_id: int,
    version: int,
    until_on: date | None,
) -> int:
    """Let a recognition end on a day (the first it no longer covers); returns the student's id.

    Raises `NotFound`, `Stale`, `HardshipRevoked`, `Invalid` for a day not after its beginning.
    """
    found, student = _held(session, actor, recognition_id, version)
    if until_on is None:
        raise Invalid({"until_on": "period_order"})
    now = _hardship(found)
    new = replace(now, until_on=until_on)
    _refuse_wrong(session, student, new, but=found.id)
    _write(session, found.id, {"until_on": until_on})
    before = {"category": now.category, "until_on": _text(now.until_on)}
    after = {"category": now.category, "until_on": _text(until_on)}
    _tell(session, actor, student, "student:hardship_end", before, after)
    return int(student.id)


def revoke_recognition(session: Session, actor: Actor, *, recognition_id: int, version: int, reason: str) -> int:
    """Take back a recognition that should never have been: kept, shown as revoked, counting nowhere.

    Raises `NotFound`, `Stale`, `HardshipRevoked`, `Invalid` without a reason; returns the student's id.
    """
    found, student = _held(session, actor, recognition_id, version)
    if not is_reason(reason):
        raise Invalid({"reason": "reason_length"})
    _write(session, found.id, {"revoked_at": sql_now(), "revoke_reason": reason.strip()})
    before = values_of(_hardship(found))
    _tell(session, actor, student, "student:hardship_revoke", before, {}, reason=reason.strip())
    return int(student.id)


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""


def _hardship(row: HardshipRecognition) -> NewHardship:
    return NewHardship(*(getattr(row, name) for name in FIELDS))


def _held(session: Session, actor: Actor, recognition_id: int, version: int) -> tuple[HardshipRecognition, Owner]:
    """The recognition and its student, both locked; the student first, so that two acts on one meet there."""
    table = HardshipRecognition
    whose = visible(select(table.student_id).where(table.id == recognition_id), table, actor, Permission.STUDENT_UPDATE)
    student_id = session.scalars(whose).one_or_none()
    if student_id is None:
        raise NotFound(what="hardship_recognition")
    student = owner(session, actor, student_id)
    stmt = visible(
        select(table).where(table.id == recognition_id).with_for_update(), table, actor, Permission.STUDENT_UPDATE
    )
    found = session.scalars(stmt, execution_options={"populate_existing": True}).one()
    if found.version != version:
        raise Stale(vars(_hardship(found)), found.version)
    if found.revoked_at is not None:
        raise HardshipRevoked
    session.expunge(found)
    return found, student


def _refuse_wrong(
    session: Session,
    student: Owner,
    new: NewHardship,
    *,
    but: int | None = None,
    reason: str | None = None,
) -> None:
    wrong = judge_hardship(new)
    if reason is not None and not is_reason(reason):
        wrong["reason"] = "reason_length"
    others = [one.hardship for one in standing_of(session, [student.id])[student.id] if one.id != but]
    if not wrong and meets(new, others):
        wrong["since_on"] = "hardship_overlaps"
    if wrong:
        raise Invalid(wrong)


def _write(session: Session, recognition_id: int, values: dict[str, Any]) -> None:
    table = HardshipRecognition
    stmt = update(table).where(table.id == recognition_id).values(**values, version=table.version + 1)
    session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)


def _tell(  # noqa: PLR0913, PLR0917  what an audit line and a change record need
    session: Session,
    actor: Actor,
    student: Owner,
    act: str,
    before: dict[str, str],
    after: dict[str, str],
    reason: str | None = None,
) -> None:
    write_down(session, actor, student, act, before, after, kind=ChangeKind.HARDSHIP_CHANGED, reason=reason)
    tell(session, actor, HardshipChanged((int(student.id),)))
