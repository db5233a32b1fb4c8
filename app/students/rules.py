"""What is told about students, what may be written of one, and what is refused. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import ClassVar

from app.core.errors import Conflict
from app.people.rules import check_phone, is_student_number, normalise_phone

BOARDING = frozenset({"1", "2"})
"""就读方式 (spec/domain.md §1.4): 1 day student, 2 boarder."""
ENTRY_MODES = frozenset({"11", "12", "21", "22", "23", "99"})
"""入学方式 (spec/domain.md §1.4)."""
LEFT_BEHIND = frozenset({"0", "1", "2"})
"""留守儿童 (spec/domain.md §1.4): 0 no, 1 one parent away, 2 both."""
LAST_ROLL_NUMBER = 99
LONGEST_ADDRESS = 200
LONGEST_SECONDARY = 30
LONGEST_REASON = 200
LONGEST_EVIDENCE, LONGEST_BODY = 60, 100
SHORTEST_REASON = 2
EARLIEST_ENTRY = date(1950, 1, 1)
LONGEST_SCHOOLING = timedelta(days=366 * 15)
FAR_AHEAD = timedelta(days=366)


class HardshipCategory(StrEnum):
    """困难类别 (spec/domain.md §2.5)."""

    POVERTY = "poverty"
    POVERTY_UNSTABLE = "poverty_unstable"
    MARGINAL = "marginal"
    SUDDEN_DIFFICULTY = "sudden_difficulty"
    LOW_INCOME = "low_income"
    LOW_INCOME_MARGIN = "low_income_margin"
    EXTREME_POVERTY = "extreme_poverty"
    RIGID_EXPENDITURE = "rigid_expenditure"
    OTHER_LOW_INCOME = "other_low_income"
    ORPHAN = "orphan"
    NO_GUARDIAN = "no_guardian"
    DISABLED_STUDENT = "disabled_student"
    DISABLED_PARENT = "disabled_parent"
    MARTYR_CHILD = "martyr_child"
    PREFERENTIAL = "preferential"
    HARDSHIP_WORKER = "hardship_worker"
    SERIOUS_ILLNESS = "serious_illness"
    RELOCATION = "relocation"


HARDSHIP_CATEGORIES = frozenset(str(category) for category in HardshipCategory)
HARDSHIP_LEVELS = frozenset({"special", "hard", "general"})
"""困难等级 (spec/domain.md §2.5)."""


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
    address: str | None = None
    boarding: str | None = None
    class_roll_number: int | None = None
    secondary_status_number: str | None = None
    entry_mode: str | None = None
    left_behind: str | None = None


@dataclass(frozen=True)
class NewHardship:
    """A hardship recognition with its period [since_on, until_on), its paper's number and who recognised it."""

    category: str
    level: str
    since_on: date
    until_on: date | None
    evidence_number: str | None = None
    recognised_by: str | None = None


@dataclass(frozen=True)
class Particulars:
    """What belongs to a student's time at one school, as typed or as stored."""

    student_number: str
    entry_date: date | None = None
    expected_graduation_date: date | None = None
    phone: str | None = None
    address: str | None = None
    boarding: str | None = None
    class_roll_number: int | None = None
    secondary_status_number: str | None = None
    entry_mode: str | None = None
    left_behind: str | None = None


@dataclass(frozen=True)
class StudentsPlaced:
    """Told when students have come to a school: admitted. Ids of the students."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class AdmissionsUndone:
    """Told before admissions that came by an import are taken back as if they had never been. Ids of the students."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class StudentsMoved:
    """Told when students have been moved to another class of their school. Ids of the students."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class StudentsLeft:
    """Told when students have left their school. Ids of the students, whose rows are closed now."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class StudentsPaused:
    """Told when students are in school no longer, but come back: on leave, place kept. Ids of the students."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class StudentsResumed:
    """Told when students are in school again: back from leave, or their leaving was a mistake. Ids."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class StudentsCorrected:
    """Told when students' numbers or names have been corrected. Ids of the students."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class HardshipChanged:
    """Told when recognitions of hardship have begun or ended. Ids of the students."""

    ids: tuple[int, ...]


class HardshipRevoked(Conflict):
    """The recognition was revoked: it is history and stays as it is."""

    code = "hardship_revoked"


class AlreadyInSchool(Conflict):
    """The person is a student already, here or elsewhere; `count` says how many of the batch."""

    code = "already_in_school"


class StudentNumberTaken(Conflict):
    """The school has given this student number to somebody; `count` says how many of the batch."""

    code = "student_number_taken"
    fields: ClassVar[Mapping[str, str]] = {"student_number": "student_number_in_use"}


class OnFileHere(Conflict):
    """The certificate number belongs to a student the actor may see: `student_id` leads to the record."""

    code = "on_file_here"
    fields: ClassVar[Mapping[str, str]] = {"number": "on_file_here"}

    def __init__(self, student_id: int) -> None:
        """Keep whose record it is."""
        super().__init__()
        self.student_id = student_id


class OnFileElsewhere(Conflict):
    """The certificate number is on file at a place the actor does not see; nothing more is said."""

    code = "on_file_elsewhere"
    fields: ClassVar[Mapping[str, str]] = {"number": "on_file_elsewhere"}


class OnFileOtherwise(Conflict):
    """The certificate number is on file under another name, for somebody in no school now."""

    code = "on_file_otherwise"
    fields: ClassVar[Mapping[str, str]] = {"number": "on_file_otherwise"}


class HasLeft(Conflict):
    """The student has left the school: the record is history and stays as it is."""

    code = "student_has_left"


class ClassIsClosed(Conflict):
    """The class a student left is closed meanwhile; readmission asks for another one."""

    code = "class_is_closed"


class IsDeceased(Conflict):
    """Who has died is not readmitted; a wrong entry is undone."""

    code = "is_deceased"


class SameClass(Conflict):
    """Some of the students are in the target class already (CC-08); `count` says how many."""

    code = "same_class"
    fields: ClassVar[Mapping[str, str]] = {"class_number": "same_class"}


class SeveralSchools(Conflict):
    """A transfer between classes is for students of one school."""

    code = "several_schools"


class ShownAlready(Conflict):
    """A value shown in full was asked for again by the same form: each look needs its own reason."""

    code = "shown_already"


class TooManyAtOnce(Conflict):
    """More students stand at the place than one act takes; `most` says how many it takes."""

    code = "too_many_students"
    fields: ClassVar[Mapping[str, str]] = {"place": "too_many_students"}


class NothingTicked(Conflict):
    """An act on ticked rows came without any."""

    code = "nothing_ticked"


def judge_particulars(typed: Particulars, today: date) -> tuple[Particulars, dict[str, str]]:
    """The particulars as they are stored, and what is wrong with them: field name → code."""
    phone = normalise_phone(typed.phone) if typed.phone else None
    address = " ".join(typed.address.split()) if typed.address else None
    number = typed.student_number.strip()
    judged = replace(
        typed,
        student_number=number,
        phone=phone or None,
        address=address or None,
        boarding=typed.boarding or None,
        secondary_status_number=(typed.secondary_status_number or "").strip() or None,
        entry_mode=typed.entry_mode or None,
        left_behind=typed.left_behind or None,
    )
    wrong = {
        "student_number": None if is_student_number(number) else "student_number_shape",
        "phone": str(problem) if phone and (problem := check_phone(phone)) else None,
        "address": _wrong_address(address),
        "boarding": _wrong_code(judged.boarding, BOARDING),
        "secondary_status_number": _wrong_secondary(judged.secondary_status_number),
        "entry_mode": _wrong_code(judged.entry_mode, ENTRY_MODES),
        "left_behind": _wrong_code(judged.left_behind, LEFT_BEHIND),
        "class_roll_number": _wrong_roll_number(typed.class_roll_number),
        **_wrong_dates(typed, today),
    }
    return judged, {field: code for field, code in wrong.items() if code}


def judge_hardship(new: NewHardship) -> dict[str, str]:
    """What is wrong with a recognition by itself: field name → code."""
    wrong = {
        "category": None if new.category in HARDSHIP_CATEGORIES else "choice",
        "level": None if new.level in HARDSHIP_LEVELS else "choice",
        "since_on": None if new.since_on >= EARLIEST_ENTRY else "since_on_range",
        "until_on": "period_order" if new.until_on and new.until_on <= new.since_on else None,
        "evidence_number": _wrong_line(new.evidence_number, LONGEST_EVIDENCE, "evidence_number_length"),
        "recognised_by": _wrong_line(new.recognised_by, LONGEST_BODY, "recognised_by_length"),
    }
    return {field: code for field, code in wrong.items() if code}


def meets(new: NewHardship, others: Iterable[NewHardship]) -> bool:
    """Whether a recognition shares a day with another of the same category; of several categories each has its own."""
    return any(
        other.category == new.category
        and (other.until_on is None or new.since_on < other.until_on)
        and (new.until_on is None or other.since_on < new.until_on)
        for other in others
    )


def _wrong_line(text: str | None, longest: int, code: str) -> str | None:
    return None if text is None or (1 <= len(text) <= longest and text.isprintable()) else code


def _wrong_code(code: str | None, codes: frozenset[str]) -> str | None:
    return None if code is None or code in codes else "choice"


def _wrong_secondary(number: str | None) -> str | None:
    fits = number is None or (len(number) <= LONGEST_SECONDARY and number.isprintable())
    return None if fits else "secondary_status_number_format"


def _wrong_address(address: str | None) -> str | None:
    return "address_length" if address and (len(address) > LONGEST_ADDRESS or not address.isprintable()) else None


def _wrong_roll_number(number: int | None) -> str | None:
    return None if number is None or 1 <= number <= LAST_ROLL_NUMBER else "class_roll_number_range"


def _wrong_dates(typed: Particulars, today: date) -> dict[str, str | None]:
    entry, leave = typed.entry_date, typed.expected_graduation_date
    wrong_entry = entry is not None and not EARLIEST_ENTRY <= entry <= today + FAR_AHEAD
    start = entry or EARLIEST_ENTRY
    wrong_leave = leave is not None and not start < leave <= max(start, today) + LONGEST_SCHOOLING
    return {
        "entry_date": "entry_date_range" if wrong_entry else None,
        "expected_graduation_date": "graduation_before_entry" if wrong_leave else None,
    }


def is_reason(text: str) -> bool:
    """Whether a text says something: 2 to 200 printable characters."""
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_REASON and text.strip().isprintable()
