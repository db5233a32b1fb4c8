"""Reading one student's whole record, masked. An extra file beside `queries.py`, which reads lists.

Everything hangs on `record_of`, which finds the student within the scope; what belongs to the student follows from it.
Packages above hang in what they know (enrolments) by `ENROLMENTS`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.changes.models import ChangeRecord
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.orgs import queries as orgs
from app.orgs.models import ClassGroup, OrgNode
from app.people.certificates import mask_number
from app.people.details import Details, mask_status_number
from app.people.models import Person
from app.people.rules import mask_address, mask_phone
from app.people.services import NUMBER_AT, details_of
from app.students.models import (
    ADDRESS_AT,
    GUARDIAN_NUMBER_AT,
    GUARDIAN_PHONE_AT,
    PHONE_AT,
    Guardian,
    HardshipRecognition,
    Placement,
    Student,
)
from app.students.workflow import OPEN_STATES

MOST_CHANGES = 100
"""How many change records a page shows; older ones stand in the list of change records."""


@dataclass(frozen=True)
class Record:
    """A student with the person behind it; the numbers, `phone` and `address` are masked."""

    id: int
    person_id: int
    version: int
    node_id: int
    tree_path: str
    school_id: int
    student_number: str
    name: str
    certificate_type: str
    certificate: str
    sex: str
    birth_date: date | None
    ethnicity: str | None
    class_number: str
    class_name: str
    full_name: str
    class_roll_number: int | None
    entry_date: date | None
    expected_graduation_date: date | None
    phone: str
    address: str
    boarding: str | None
    state: str
    secondary_status_number: str | None
    entry_mode: str | None
    left_behind: str | None
    country: str | None
    status_number: str
    social_card_number: str
    overseas_status: str | None
    household_type: str | None
    nationality: str | None
    household_place: str
    political_status: str | None
    health: str | None
    state_on: date | None
    state_reason: str | None
    opened_on: date
    closed_on: date | None
    close_reason: str | None

    @property
    def is_open(self) -> bool:
        """Whether the time at this school goes on."""
        return self.state in OPEN_STATES


@dataclass(frozen=True)
class Stay:
    """Time spent in a class, [since, until)."""

    class_name: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True)
class Family:
    """A guardian with phone and certificate number masked."""

    id: int
    name: str
    relation: str
    phone: str
    version: int
    certificate_type: str = ""
    number: str = ""


@dataclass(frozen=True)
class EnrolmentLine:
    """What a student decided in a plan; `state_label` is translated when shown."""

    plan: str
    cover_year: int
    state: str
    state_label: Any
    at: datetime
    removed_at: datetime | None


ENROLMENTS: list[Callable[[Session, Actor, int], Sequence[EnrolmentLine]]] = []
"""The enrolments of a student as far as the actor may read them: told by the package above that knows them."""


def record_of(session: Session, actor: Actor, permission: Permission, *, student_id: int, keyring: Keyring) -> Record:
    """The record of a student within the scope of a permission, or `NotFound`; two statements."""
    stmt = (
        select(Student, Person, ClassGroup.class_number)
        .join(Person, Person.id == Student.person_id)
        .join(ClassGroup, ClassGroup.node_id == Student.node_id)
        .where(Student.id == student_id)
    )
    row = session.execute(visible(stmt, Student, actor, permission, along=(Person, ClassGroup))).one_or_none()
    if row is None:
        raise NotFound(what="student")
    student, person, class_number = row
    lineage = orgs.names_of(session, [student.tree_path])[student.tree_path]
    inside = lineage[ids_in(student.tree_path).index(student.school_id) :]
    return Record(
        id=student.id,
        person_id=person.id,
        certificate_type=person.certificate_type,
        certificate=mask_number(opened(keyring, person.number_sealed, NUMBER_AT, person.sealed_as)),
        name=person.name,
        sex=person.sex,
        birth_date=person.birth_date,
        ethnicity=person.ethnicity,
        class_number=class_number,
        class_name=lineage[-1],
        full_name=" / ".join(inside),
        phone=mask_phone(opened(keyring, student.phone_sealed, PHONE_AT, student.sealed_as)),
        address=mask_address(opened(keyring, student.address_sealed, ADDRESS_AT, student.sealed_as)),
        country=person.country,
        **_details(details_of(person, keyring)),
        **{name: getattr(student, name) for name in PLAIN},
    )


def _details(clear: Details) -> dict[str, Any]:
    return vars(clear) | {
        "status_number": mask_status_number(clear.status_number or ""),
        "social_card_number": mask_number(clear.social_card_number or ""),
        "household_place": mask_address(clear.household_place or ""),
    }


PLAIN = (
    "version",
    "node_id",
    "tree_path",
    "school_id",
    "student_number",
    "class_roll_number",
    "entry_date",
    "expected_graduation_date",
    "boarding",
    "secondary_status_number",
    "entry_mode",
    "left_behind",
    "state",
    "state_on",
    "state_reason",
    "opened_on",
    "closed_on",
    "close_reason",
)


def opened(keyring: Keyring, sealed: bytes | None, place: str, sealed_as: uuid.UUID) -> str:
    """A secret in clear, or nothing where there is none; only for masking, judging and audited unmasking."""
    return keyring.open(sealed, place, sealed_as) if sealed else ""


def stays(session: Session, record: Record) -> list[Stay]:
    """The classes of a student, the latest first."""
    stmt = (
        select(Placement.since, Placement.until, OrgNode.path)
        .join(OrgNode, OrgNode.id == Placement.node_id)
        .where(Placement.student_id == record.id)
        .order_by(Placement.since.desc())
    )
    rows = session.execute(everything(stmt, because="the classes of a student already in scope")).all()
    names = orgs.names_of(session, {row.path for row in rows})
    return [Stay(names[row.path][-1], row.since, row.until) for row in rows]


def families(session: Session, actor: Actor, record: Record, *, keyring: Keyring) -> list[Family]:
    """The guardians of a student who have not been ended."""
    stmt = select(Guardian).where(Guardian.student_id == record.id, Guardian.ended_at.is_(None)).order_by(Guardian.id)
    rows = session.scalars(visible(stmt, Guardian, actor, Permission.STUDENT_READ))
    return [_family(guardian, keyring) for guardian in rows]


def _family(guardian: Guardian, keyring: Keyring) -> Family:
    phone = opened(keyring, guardian.phone_sealed, GUARDIAN_PHONE_AT, guardian.sealed_as)
    number = opened(keyring, guardian.number_sealed, GUARDIAN_NUMBER_AT, guardian.sealed_as)
    known = (guardian.id, guardian.name, guardian.relation, mask_phone(phone), guardian.version)
    return Family(*known, guardian.certificate_type or "", mask_number(number))


def recognitions(session: Session, actor: Actor, record: Record) -> list[HardshipRecognition]:
    """The hardship recognitions of a student, the latest first."""
    stmt = select(HardshipRecognition).where(HardshipRecognition.student_id == record.id)
    stmt = stmt.order_by(HardshipRecognition.since_on.desc(), HardshipRecognition.id.desc())
    return list(session.scalars(visible(stmt, HardshipRecognition, actor, Permission.STUDENT_READ)))


def history(session: Session, actor: Actor, record: Record) -> list[ChangeRecord]:
    """The change records of a student as far as the actor may read them, the latest first."""
    stmt = (
        select(ChangeRecord)
        .where(ChangeRecord.subject == "student", ChangeRecord.subject_id == record.id)
        .order_by(ChangeRecord.id.desc())
        .limit(MOST_CHANGES)
    )
    return list(session.scalars(visible(stmt, ChangeRecord, actor, Permission.CHANGE_READ)))


def present_of(session: Session, actor: Actor, record: Record) -> int | None:
    """The open record of the person of a closed one, where the actor may see it."""
    stmt = select(Student.id).where(Student.person_id == record.person_id, Student.closed_on.is_(None))
    return session.scalar(visible(stmt, Student, actor, Permission.STUDENT_READ))


def enrolments(session: Session, actor: Actor, record: Record) -> list[EnrolmentLine]:
    """The enrolments of a student as far as the actor may read them."""
    return [line for known in ENROLMENTS for line in known(session, actor, record.id)]


OF_PERSON = (
    *("country", "status_number", "social_card_number"),
    *("overseas_status", "household_type", "political_status", "health", "nationality", "household_place"),
)
"""The further fields of the person, and of the time at the school."""
OF_STAY = ("secondary_status_number", "entry_mode", "left_behind")


def values_of(record: Record) -> Mapping[str, Any]:
    """A record as a form shows it and as change records keep it: by field name, secrets masked."""
    return {
        "name": record.name,
        "certificate_type": record.certificate_type,
        "number": record.certificate,
        "sex": record.sex,
        "birth_date": record.birth_date,
        "ethnicity": record.ethnicity or "",
        "student_number": record.student_number,
        "class_roll_number": record.class_roll_number,
        "entry_date": record.entry_date,
        "expected_graduation_date": record.expected_graduation_date,
        "phone": record.phone,
        "address": record.address,
        "boarding": record.boarding or "",
        **{name: getattr(record, name) or "" for name in (*OF_PERSON, *OF_STAY)},
    }
