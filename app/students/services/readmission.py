"""重新入学: who left a school of the own places comes to one of them again, with a record of its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core import clock
from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound
from app.people.models import Person
from app.students import queries
from app.students.models import ADDRESS_AT, GUARDIAN_NUMBER_AT, GUARDIAN_PHONE_AT, PHONE_AT, Guardian, Student
from app.students.queries import ClassChoice
from app.students.records import opened
from app.students.rules import IsDeceased, NewStudent, OnFileHere, Particulars, judge_particulars
from app.students.services.admission import admit
from app.students.services.family import sealed_certificate
from app.students.services.registration import refuse_if_in_school
from app.students.services.turns import take_part
from app.students.workflow import StudentState


def readmit(
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    class_text: str,
    particulars: Particulars,
    keyring: Keyring,
) -> int:
    """Admit somebody who left into an open class of the own places; returns the id of the new record.

    The old record stays closed, as it was; phone, address and guardians come along, the student number is a new one.
    Raises `NotFound`, `IsDeceased`, `Invalid`, `StudentNumberTaken`; for who is in a school `OnFileHere` (also when
    this very record is open) or `OnFileElsewhere`. Tells `StudentsPlaced`.
    """
    take_part(session, [student_id])
    left, name = _left(session, actor, student_id)
    refuse_if_in_school(session, actor, left.person_id)
    today = clock.today(session)
    judged, problems = judge_particulars(_carried(particulars, left, keyring), today)
    place = queries.class_meant(session, actor, Permission.STUDENT_CREATE, class_text)
    if isinstance(place, str):
        raise Invalid(problems | {"class_text": place})
    if problems:
        raise Invalid(problems)
    new = NewStudent(person_id=left.person_id, class_code=place.code, opened_on=today, **vars(judged))
    new_id = admit(session, actor, [new], keyring=keyring)[0]
    _bring_guardians(session, actor, left.id, new_id, keyring)
    _tell(session, actor, left, name, new_id, place, judged)
    return new_id


def _left(session: Session, actor: Actor, student_id: int) -> tuple[Student, str]:
    stmt = (
        select(Student, Person.name)
        .join(Person, Person.id == Student.person_id)
        .where(Student.id == student_id)
        .with_for_update(of=Student)
    )
    row = session.execute(visible(stmt, Student, actor, Permission.STUDENT_CREATE, along=(Person,))).one_or_none()
    if row is None:
        raise NotFound(what="student")
    if row[0].closed_on is None:
        raise OnFileHere(student_id)
    if row[0].state == StudentState.DECEASED:
        raise IsDeceased
    return row[0], row[1]


def _carried(typed: Particulars, left: Student, keyring: Keyring) -> Particulars:
    """What is typed, and what goes with the person to the new record."""
    return replace(
        typed,
        phone=opened(keyring, left.phone_sealed, PHONE_AT, left.sealed_as) or None,
        address=opened(keyring, left.address_sealed, ADDRESS_AT, left.sealed_as) or None,
        secondary_status_number=left.secondary_status_number,
        left_behind=left.left_behind,
    )


def _bring_guardians(session: Session, actor: Actor, left_id: int, new_id: int, keyring: Keyring) -> None:
    stmt = select(Guardian).where(Guardian.student_id == left_id, Guardian.ended_at.is_(None)).order_by(Guardian.id)
    guardians = session.scalars(everything(stmt, because="the guardians of a student locked in scope"))
    rows = [_guardian(one, new_id, keyring) for one in guardians]
    if rows:
        session.execute(entering(insert(Guardian), Guardian, actor, Permission.STUDENT_CREATE), rows)


def _guardian(known: Guardian, new_id: int, keyring: Keyring) -> dict[str, object]:
    sealed_as = uuid.uuid4()
    phone = opened(keyring, known.phone_sealed, GUARDIAN_PHONE_AT, known.sealed_as)
    number = opened(keyring, known.number_sealed, GUARDIAN_NUMBER_AT, known.sealed_as)
    return {
        "student_id": new_id,
        "name": known.name,
        "relation": known.relation,
        "sealed_as": sealed_as,
        "phone_sealed": keyring.seal(phone, GUARDIAN_PHONE_AT, sealed_as) if phone else None,
        "phone_digest": known.phone_digest,
        **sealed_certificate(known.certificate_type, number or None, sealed_as, keyring),
    }


def _tell(  # noqa: PLR0913, PLR0917  what a change record needs
    session: Session,
    actor: Actor,
    left: Student,
    name: str,
    new_id: int,
    place: ClassChoice,
    judged: Particulars,
) -> None:
    before = {"student_number": left.student_number, "state": left.state, "closed_on": str(left.closed_on)}
    after = {"student_number": judged.student_number, "state": str(StudentState.IN_SCHOOL), "class_name": place.name}
    change = Change(
        ChangeKind.STUDENT_READMITTED,
        place.id,
        place.path,
        "student",
        new_id,
        name,
        person_id=left.person_id,
        before=before,
        after=after,
    )
    changes: Sequence[Change] = [change]
    note(session, actor, changes)
