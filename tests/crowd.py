"""A crowd of students beyond the shared cast, made by the real services, for tests that need many or need new ones."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import date

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.people.certificates import CertificateType, check_digit
from app.people.services import NewPerson, enter
from app.students.rules import NewHardship, NewStudent
from app.students.services import admit
from tests.world import KEYRING

DIVISION = "110105"
BIRTH = date(2012, 3, 1)
OPENED = date(2026, 9, 1)
_serials = itertools.count(1)


def strangers(count: int, *, name: str = "新生") -> list[NewPerson]:
    """People nobody knows yet; no two of a run share a number."""
    return [_stranger(name) for _ in range(count)]


def persons(session: Session, count: int) -> list[int]:
    """Enter new people and return their ids."""
    return enter(session, SYSTEM, strangers(count), keyring=KEYRING)


def newcomer(person_id: int, class_code: str, *, hardships: tuple[NewHardship, ...] = ()) -> NewStudent:
    """A person to be admitted into a class, with a student number that is free everywhere."""
    return NewStudent(
        person_id=person_id,
        class_code=class_code,
        student_number=f"N-{person_id:06}",
        opened_on=OPENED,
        hardships=hardships,
    )


def admitted(session: Session, class_codes: Sequence[str], actor: Actor = SYSTEM) -> list[int]:
    """Admit one new person into each of these classes and return the students' ids."""
    ids = persons(session, len(class_codes))
    new = [newcomer(person_id, code) for person_id, code in zip(ids, class_codes, strict=True)]
    return admit(session, actor, new, keyring=KEYRING)


def _stranger(name: str) -> NewPerson:
    serial = next(_serials)
    born = BIRTH.replace(day=1 + serial // 999 % 28, month=1 + serial // 27972 % 12)
    body = f"{DIVISION}{born:%Y%m%d}{1 + serial % 999:03}"
    return NewPerson(CertificateType.RESIDENT_ID, body + check_digit(body), name, "1", born)
