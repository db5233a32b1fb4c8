"""Showing one secret in clear, with a reason, written down before it is shown."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.audit.services import record
from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound
from app.people.models import Person
from app.people.services import HOUSEHOLD_PLACE_AT, NUMBER_AT, SOCIAL_CARD_AT, STATUS_NUMBER_AT
from app.students.models import ADDRESS_AT, GUARDIAN_NUMBER_AT, GUARDIAN_PHONE_AT, PHONE_AT, Guardian, Student
from app.students.records import opened
from app.students.rules import is_reason

FIELDS = (
    *("number", "status_number", "social_card_number", "household_place", "phone", "address"),
    *("guardian_phone", "guardian_number"),
)


def disclose(  # noqa: PLR0913  whose, what, why
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    field: str,
    reason: str,
    guardian_id: int | None = None,
    keyring: Keyring,
) -> str:
    """One secret of a student in clear, for who holds `person:unmask` there; the reason goes into the audit.

    `field` is one of `FIELDS`. Raises `NotFound`, `Invalid` for an unknown field or an empty reason.
    """
    if field not in FIELDS:
        raise Invalid({"field": "choice"})
    if not is_reason(reason):
        raise Invalid({"reason": "reason_length"})
    stmt = select(Student, Person).join(Person, Person.id == Student.person_id).where(Student.id == student_id)
    row = session.execute(visible(stmt, Student, actor, Permission.PERSON_UNMASK, along=(Person,))).one_or_none()
    if row is None:
        raise NotFound(what="student")
    student, person = row
    if field.startswith("guardian_"):
        value = _of_guardian(field, session, actor, student.id, guardian_id, keyring)
    else:
        value = _own(field, student, person, keyring)
    after = {"field": field, "guardian": guardian_id} if guardian_id else {"field": field}
    path, why = student.tree_path, reason.strip()
    record(session, actor, "person:unmask", subject="student", ids=[student.id], path=path, after=after, reason=why)
    return value


def _own(field: str, student: Student, person: Person, keyring: Keyring) -> str:
    sealed, place, sealed_as = {
        "number": (person.number_sealed, NUMBER_AT, person.sealed_as),
        "status_number": (person.status_number_sealed, STATUS_NUMBER_AT, person.sealed_as),
        "social_card_number": (person.social_card_sealed, SOCIAL_CARD_AT, person.sealed_as),
        "household_place": (person.household_place_sealed, HOUSEHOLD_PLACE_AT, person.sealed_as),
        "phone": (student.phone_sealed, PHONE_AT, student.sealed_as),
        "address": (student.address_sealed, ADDRESS_AT, student.sealed_as),
    }[field]
    return opened(keyring, sealed, place, sealed_as)


def _of_guardian(
    field: str, session: Session, actor: Actor, student_id: int, guardian_id: int | None, keyring: Keyring
) -> str:
    stmt = select(Guardian).where(Guardian.id == guardian_id, Guardian.student_id == student_id)
    found = session.scalars(visible(stmt, Guardian, actor, Permission.PERSON_UNMASK)).one_or_none()
    if found is None:
        raise NotFound(what="guardian")
    if field == "guardian_number":
        return opened(keyring, found.number_sealed, GUARDIAN_NUMBER_AT, found.sealed_as)
    return opened(keyring, found.phone_sealed, GUARDIAN_PHONE_AT, found.sealed_as)
