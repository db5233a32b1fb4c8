"""What is told about students. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.core.errors import Conflict


@dataclass(frozen=True)
class NewStudent:
    """A student to be admitted into a class; the person is on file already. Dates are days in China."""

    person_id: int
    class_code: str
    student_number: str
    opened_on: date
    entry_date: date | None = None
    expected_graduation_date: date | None = None
    phone: str | None = None
    hardships: tuple[NewHardship, ...] = ()


@dataclass(frozen=True)
class NewHardship:
    """A hardship recognition with its period [since_on, until_on)."""

    category: str
    level: str
    since_on: date
    until_on: date | None


@dataclass(frozen=True)
class StudentsPlaced:
    """Told when students have come to stand in a class: admitted, or moved. Ids of the students."""

    ids: tuple[int, ...]


class AlreadyInSchool(Conflict):
    """The person is a student already, here or elsewhere; `count` says how many of the batch."""

    code = "already_in_school"


class StudentNumberTaken(Conflict):
    """The school has given this student number to somebody; `count` says how many of the batch."""

    code = "student_number_taken"
