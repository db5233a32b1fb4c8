"""学生基本信息: what a student, or a guardian, corrects without asking: phone, address, whom to call (W14)."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.services import record
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound, Stale
from app.people.rules import check_phone, mask_phone, normalise_phone
from app.profiles.models import CONTACT_AT, StudentProfile
from app.profiles.rules import Contact, as_family, missing_of
from app.students import services as students
from app.students.models import Student

P = Permission.CHANGE_REQUEST_CREATE
LONGEST_NAME = 100


def keep(  # noqa: PLR0913  whose, from which version, what
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    version: int,
    phone: str,
    address: str,
    contact: Contact,
    keyring: Keyring,
) -> tuple[str, ...]:
    """Keep what the family itself answers for; returns what the basic record still lacks, by field name (UM-03).

    A number that comes back as its own mask stays as it is. The record counts as complete once nothing is missing.
    Raises `NotFound` (not the own person), `HasLeft`, `Stale`, `Invalid`.
    """
    family = as_family(actor)
    changes = {"phone": phone.strip() or None, "address": address.strip() or None}
    students.amend(session, family, student_id=student_id, changes=changes, permission=P, keyring=keyring)
    row = _profile(session, student_id)
    if version != (row.version if row else 0):
        raise Stale({"contact_name": row.contact_name if row else ""}, row.version if row else 0)
    judged = _judged(contact, _phone_now(row, keyring))
    missing = missing_of(_fields(session, family, student_id), judged)
    _write(session, student_id, row, judged, is_complete=not missing, keyring=keyring)
    path = session.scalar(visible(select(Student.tree_path).where(Student.id == student_id), Student, family, P))
    after = {"contact_name": judged.name, "contact_phone": mask_phone(judged.phone)}
    record(session, actor, "profile:update", subject="student", ids=[student_id], path=path or "/", after=after)
    return missing


def _profile(session: Session, student_id: int) -> StudentProfile | None:
    stmt = select(StudentProfile).where(StudentProfile.student_id == student_id).with_for_update()
    because = "the student was found and locked above within the actor's scope"
    options = {"populate_existing": True}
    return session.scalars(everything(stmt, because=because), execution_options=options).one_or_none()


def _phone_now(row: StudentProfile | None, keyring: Keyring) -> str:
    if row is None or row.contact_phone_sealed is None:
        return ""
    return keyring.open(row.contact_phone_sealed, CONTACT_AT, row.sealed_as)


def _judged(typed: Contact, phone_now: str) -> Contact:
    """The contact as it is stored: both or neither; `Invalid` by field."""
    name, phone = " ".join(typed.name.split()), typed.phone.strip()
    if phone and phone == mask_phone(phone_now):
        phone = phone_now
    phone = normalise_phone(phone) if phone else ""
    wrong = {
        "contact_name": "contact_half" if phone and not name else "name_length" if len(name) > LONGEST_NAME else None,
        "contact_phone": "contact_half" if name and not phone else check_phone(phone) if phone else None,
    }
    problems = {field: str(code) for field, code in wrong.items() if code}
    if problems:
        raise Invalid(problems)
    return Contact(name, phone)


def _fields(session: Session, family: Actor, student_id: int) -> dict[str, object]:
    """Which of the needed fields the record holds now."""
    stmt = select(
        Student.phone_sealed.is_not(None).label("phone"),
        Student.address_sealed.is_not(None).label("address"),
        Student.entry_date,
        Student.expected_graduation_date,
    ).where(Student.id == student_id)
    row = session.execute(visible(stmt, Student, family, P)).one_or_none()
    if row is None:
        raise NotFound(what="student")
    return row._asdict()


def _write(
    session: Session,
    student_id: int,
    row: StudentProfile | None,
    contact: Contact,
    *,
    is_complete: bool,
    keyring: Keyring,
) -> None:
    sealed_as = row.sealed_as if row else uuid.uuid4()
    values = {
        "contact_name": contact.name or None,
        "contact_phone_sealed": keyring.seal(contact.phone, CONTACT_AT, sealed_as) if contact.phone else None,
        "completed_at": ((row and row.completed_at) or sql_now()) if is_complete else None,
    }
    stmt = insert(StudentProfile).values(student_id=student_id, sealed_as=sealed_as, **values)
    kept = stmt.on_conflict_do_update(
        index_elements=[StudentProfile.student_id],
        set_={**values, "version": StudentProfile.version + 1},
    )
    session.execute(everything(kept, because="the student was found and locked above within the actor's scope"))
