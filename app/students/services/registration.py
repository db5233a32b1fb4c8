"""新增学生: one student from what a clerk typed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core import clock
from app.core.crypto import Keyring
from app.core.errors import Invalid
from app.people import services as people
from app.people.certificates import mask_number
from app.people.details import NOTHING, Details, judge_details
from app.people.identity import Identity, TypedIdentity, judge
from app.students import queries
from app.students.models import Student
from app.students.queries import ClassChoice
from app.students.rules import (
    NewHardship,
    NewStudent,
    OnFileElsewhere,
    OnFileHere,
    OnFileOtherwise,
    Particulars,
    judge_hardship,
    judge_particulars,
)
from app.students.services.admission import admit


def register(  # noqa: PLR0913  a student is a person, particulars, a class and recognitions
    session: Session,
    actor: Actor,
    typed: TypedIdentity,
    particulars: Particulars,
    *,
    class_text: str,
    details: Details = NOTHING,
    hardships: Sequence[NewHardship] = (),
    keyring: Keyring,
) -> int:
    """Enter a student into an open class of the own places; returns the id.

    All that is wrong with the fields is told at once (`Invalid`). A number on file for somebody in school is
    `OnFileHere`, leading to the record where the actor may see it, else `OnFileElsewhere`; somebody who is in no
    school now is admitted again, if the name is the same (`OnFileOtherwise`).
    """
    today = clock.today(session)
    identity, problems = judge(typed, today)
    judged, more = judge_particulars(particulars, today)
    known, wrong_details = judge_details(details, identity, today)
    more |= wrong_details
    place = queries.class_meant(session, actor, Permission.STUDENT_CREATE, class_text)
    if isinstance(place, str):
        problems["class_text"] = place
    for hardship in hardships:
        problems |= judge_hardship(hardship)
    if identity is None or not isinstance(place, ClassChoice) or problems or more:
        raise Invalid(problems | more)
    new = NewStudent(
        person_id=_person(session, actor, identity, known, keyring=keyring),
        class_code=place.code,
        opened_on=today,
        hardships=tuple(hardships),
        **vars(judged),
    )
    student_id = admit(session, actor, [new], keyring=keyring)[0]
    _tell(session, actor, place, student_id, new, identity)
    return student_id


def _tell(
    session: Session,
    actor: Actor,
    place: ClassChoice,
    student_id: int,
    new: NewStudent,
    identity: Identity,
) -> None:
    after = {
        "name": identity.name,
        "certificate_type": str(identity.certificate_type),
        "number": mask_number(identity.number or ""),
        "student_number": new.student_number,
        "class_name": place.name,
    }
    change = Change(
        ChangeKind.STUDENT_CREATED,
        place.id,
        place.path,
        "student",
        student_id,
        identity.name,
        person_id=new.person_id,
        after=after,
    )
    note(session, actor, [change])


def _person(session: Session, actor: Actor, identity: Identity, details: Details, *, keyring: Keyring) -> int:
    found = None
    if identity.number:
        found = people.number_on_file(session, identity.certificate_type, identity.number, keyring=keyring)
    if found is None:
        new = people.NewPerson(**vars(identity), details=details)
        return people.enter(session, actor, [new], keyring=keyring)[0]
    person_id, name = found
    refuse_if_in_school(session, actor, person_id)
    if name != identity.name:
        raise OnFileOtherwise
    people.supplement(session, person_id, details, keyring=keyring)
    return person_id


def refuse_if_in_school(session: Session, actor: Actor, person_id: int) -> None:
    """Refuse who is in a school: with the way to the record (`OnFileHere`), or saying only `OnFileElsewhere`."""
    stmt = select(Student.id).where(Student.person_id == person_id, Student.closed_on.is_(None))
    here = session.scalar(visible(stmt, Student, actor, Permission.STUDENT_READ))
    if here is not None:
        raise OnFileHere(here)
    if session.scalar(everything(stmt, because="a person is in one school at a time; only that it is so is said")):
        raise OnFileElsewhere
