"""Guardians of a student, and recognitions of hardship."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound, Stale
from app.core.events import tell
from app.people.models import Person
from app.people.rules import check_name, check_phone, mask_phone, normalise_name, normalise_phone
from app.students.models import GUARDIAN_PHONE_AT, Guardian, HardshipCategory, HardshipRecognition, Student
from app.students.records import opened
from app.students.rules import HardshipChanged, HasLeft, NewHardship

RELATIONS = frozenset({"father", "mother", "grandparent", "other"})
LEVELS = frozenset({"special", "hard", "general"})
LOCKED = "the row was read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}
Found = Row[*tuple[Any, ...]]


def add_guardian(  # noqa: PLR0913  whose, who, what kin, which phone
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    name: str,
    relation: str,
    phone: str,
    keyring: Keyring,
) -> int:
    """Add a guardian to a student; the phone is sealed. Raises `NotFound`, `HasLeft`, `Invalid`; returns the id."""
    student = _student(session, actor, student_id)
    name, number = _judged(name, relation, phone)
    sealed_as = uuid.uuid4()
    values = {"student_id": student.id, "name": name, "relation": relation, "sealed_as": sealed_as}
    made = insert(Guardian).values(**values, **_sealed(number, sealed_as, keyring)).returning(Guardian.id)
    guardian_id: int = session.scalars(entering(made, Guardian, actor, Permission.STUDENT_UPDATE)).one()
    after = {"guardian": name, "relation": relation, "guardian_phone": mask_phone(number or "")}
    _tell(session, actor, student, "student:guardian_add", ChangeKind.STUDENT_CORRECTED, {}, after)
    return guardian_id


def correct_guardian(  # noqa: PLR0913  which, from which version, to what
    session: Session,
    actor: Actor,
    *,
    guardian_id: int,
    version: int,
    name: str,
    relation: str,
    phone: str,
    keyring: Keyring,
) -> int:
    """Correct a guardian; a phone that comes back as its own mask stays. Raises `Stale`; returns the student's id."""
    guardian, student = _guardian(session, actor, guardian_id, version, keyring)
    now = opened(keyring, guardian.phone_sealed, GUARDIAN_PHONE_AT, guardian.sealed_as)
    name, number = _judged(name, relation, now if phone.strip() == mask_phone(now) else phone)
    changed = {"name": name, "relation": relation, **_sealed(number, guardian.sealed_as, keyring)}
    stmt = update(Guardian).where(Guardian.id == guardian.id).values(**changed, version=Guardian.version + 1)
    session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)
    before = {"guardian": guardian.name, "relation": guardian.relation, "guardian_phone": mask_phone(now)}
    after = {"guardian": name, "relation": relation, "guardian_phone": mask_phone(number or "")}
    _tell(session, actor, student, "student:guardian_update", ChangeKind.STUDENT_CORRECTED, before, after)
    return int(student.id)


def end_guardian(session: Session, actor: Actor, *, guardian_id: int, version: int, keyring: Keyring) -> int:
    """End a guardian's part: no longer shown with the student, never deleted. Returns the student's id."""
    guardian, student = _guardian(session, actor, guardian_id, version, keyring)
    stmt = update(Guardian).where(Guardian.id == guardian.id)
    session.execute(
        everything(stmt.values(ended_at=sql_now(), version=Guardian.version + 1), because=LOCKED),
        execution_options=NO_SYNC,
    )
    before = {"guardian": guardian.name, "relation": guardian.relation}
    _tell(session, actor, student, "student:guardian_end", ChangeKind.STUDENT_CORRECTED, before, {})
    return int(student.id)


def recognise(session: Session, actor: Actor, *, student_id: int, new: NewHardship) -> None:
    """Recognise a hardship for a period [since_on, until_on); raises `Invalid`. Tells `HardshipChanged`."""
    student = _student(session, actor, student_id)
    wrong = {
        "category": None if new.category in set(HardshipCategory) else "choice",
        "level": None if new.level in LEVELS else "choice",
        "until_on": "period_order" if new.until_on and new.until_on <= new.since_on else None,
    }
    if any(wrong.values()):
        raise Invalid({field: code for field, code in wrong.items() if code})
    made = insert(HardshipRecognition).values(student_id=student.id, **vars(new))
    session.execute(entering(made, HardshipRecognition, actor, Permission.STUDENT_UPDATE))
    after = {"category": new.category, "level": new.level, "since_on": new.since_on.isoformat()}
    after["until_on"] = new.until_on.isoformat() if new.until_on else ""
    _tell(session, actor, student, "student:hardship_add", ChangeKind.HARDSHIP_CHANGED, {}, after)
    tell(session, actor, HardshipChanged((int(student.id),)))


def end_recognition(
    session: Session,
    actor: Actor,
    *,
    recognition_id: int,
    version: int,
    until_on: date | None,
) -> int:
    """Let a recognition end on a day (the first it no longer covers); returns the student's id.

    Raises `NotFound`, `Stale`, `Invalid` for a day not after its beginning. Tells `HardshipChanged`.
    """
    table = HardshipRecognition
    stmt = select(table).where(table.id == recognition_id).with_for_update()
    scoped = visible(stmt, table, actor, Permission.STUDENT_UPDATE)
    found = session.scalars(scoped, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(what="hardship_recognition")
    if found.version != version:
        raise Stale({"until_on": found.until_on}, found.version)
    if until_on is None or until_on <= found.since_on:
        raise Invalid({"until_on": "period_order"})
    student = _student(session, actor, found.student_id)
    before = {"category": found.category, "until_on": found.until_on.isoformat() if found.until_on else ""}
    change = update(table).where(table.id == found.id).values(until_on=until_on, version=table.version + 1)
    session.execute(everything(change, because=LOCKED), execution_options=NO_SYNC)
    after = {"category": found.category, "until_on": until_on.isoformat()}
    _tell(session, actor, student, "student:hardship_end", ChangeKind.HARDSHIP_CHANGED, before, after)
    tell(session, actor, HardshipChanged((int(student.id),)))
    return int(student.id)


def _student(session: Session, actor: Actor, student_id: int) -> Found:
    stmt = (
        select(Student.id, Student.person_id, Student.node_id, Student.tree_path, Student.closed_on, Person.name)
        .join(Person, Person.id == Student.person_id)
        .where(Student.id == student_id)
        .with_for_update(of=Student)
    )
    found = session.execute(visible(stmt, Student, actor, Permission.STUDENT_UPDATE, along=(Person,))).one_or_none()
    if found is None:
        raise NotFound(what="student")
    if found.closed_on is not None:
        raise HasLeft
    return found


def _guardian(
    session: Session, actor: Actor, guardian_id: int, version: int, keyring: Keyring
) -> tuple[Guardian, Found]:
    stmt = select(Guardian).where(Guardian.id == guardian_id, Guardian.ended_at.is_(None)).with_for_update()
    scoped = visible(stmt, Guardian, actor, Permission.STUDENT_UPDATE)
    found = session.scalars(scoped, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(what="guardian")
    if found.version != version:
        phone = mask_phone(opened(keyring, found.phone_sealed, GUARDIAN_PHONE_AT, found.sealed_as))
        raise Stale({"name": found.name, "relation": found.relation, "phone": phone}, found.version)
    session.expunge(found)
    return found, _student(session, actor, found.student_id)


def _judged(name: str, relation: str, phone: str) -> tuple[str, str | None]:
    name, number = normalise_name(name), normalise_phone(phone) if phone.strip() else None
    wrong = {
        "name": check_name(name),
        "relation": None if relation in RELATIONS else "choice",
        "phone": check_phone(number) if number else None,
    }
    if any(wrong.values()):
        raise Invalid({field: str(code) for field, code in wrong.items() if code})
    return name, number


def _sealed(phone: str | None, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, bytes | None]:
    return {
        "phone_sealed": keyring.seal(phone, GUARDIAN_PHONE_AT, sealed_as) if phone else None,
        "phone_digest": keyring.digest(f"phone:{phone}") if phone else None,
    }


def _tell(  # noqa: PLR0913, PLR0917  what an audit line and a change record need
    session: Session,
    actor: Actor,
    student: Found,
    act: str,
    kind: ChangeKind,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record(
        session,
        actor,
        act,
        subject="student",
        ids=[student.id],
        path=student.tree_path,
        before=before,
        after=after,
    )
    change = Change(
        kind,
        student.node_id,
        student.tree_path,
        "student",
        student.id,
        student.name,
        person_id=student.person_id,
        before=before,
        after=after,
    )
    note(session, actor, [change])
