"""The shared cast's students: two in each class, one of them in hardship, with numbers that pass every check."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.core.crypto import Keyring
from app.people.certificates import CertificateType, check_digit
from app.people.services import NewPerson, enter
from app.students.rules import NewHardship, NewStudent
from app.students.services import admit
from tests.make.places import BIRDS, A, B, classes_of

DIVISIONS = {A: "360102", B: "440103"}
PHONES = {A: "1380000", B: "1390000"}
BIRTH = date(2013, 9, 1)
GIVEN = "甲乙丙丁戊己庚辛"
IN_HARDSHIP = 3
"""Which student of each school (counted from 0) is recognised as being in hardship."""


@dataclass(frozen=True)
class Pupil:
    """A student of the cast."""

    student_id: int
    person_id: int
    student_number: str
    name: str
    certificate: str
    school: str
    class_code: str


def students_of(session: Session, school: str, keyring: Keyring) -> list[Pupil]:
    """Enter and admit the eight students of a school, two in each class, in the order of the classes."""
    codes = [code for code in classes_of(school) for _ in (1, 2)]
    people = [_person(school, number) for number in range(len(codes))]
    persons = enter(session, SYSTEM, people, keyring=keyring)
    new = [_student(school, n, person_id, code) for n, (person_id, code) in enumerate(zip(persons, codes, strict=True))]
    ids = admit(session, SYSTEM, new, keyring=keyring)
    return [
        Pupil(student_id, s.person_id, s.student_number, p.name, p.number or "", school, s.class_code)
        for student_id, s, p in zip(ids, new, people, strict=True)
    ]


def numbered(pupils: list[Pupil]) -> Mapping[str, Pupil]:
    """The students by their student numbers: THRUSH-01 … THRUSH-08, CANARY-01 … CANARY-08."""
    return {pupil.student_number: pupil for pupil in pupils}


def _person(school: str, number: int) -> NewPerson:
    body = f"{DIVISIONS[school]}{BIRTH:%Y%m%d}{number + 1:03}"
    return NewPerson(
        certificate_type=CertificateType.RESIDENT_ID,
        number=body + check_digit(body),
        name=f"{BIRDS[school]}{GIVEN[number]}",
        sex="1" if number % 2 == 0 else "2",
        birth_date=BIRTH,
    )


def _student(school: str, number: int, person_id: int, class_code: str) -> NewStudent:
    recognised = (NewHardship("poverty", "hard", date(2026, 9, 1), date(2027, 9, 1)),)
    return NewStudent(
        person_id=person_id,
        class_code=class_code,
        student_number=f"{school}-{number + 1:02}",
        opened_on=date(2026, 9, 1),
        phone=f"{PHONES[school]}{number:04}",
        hardships=recognised if number == IN_HARDSHIP else (),
    )
