"""One row of a student list, judged by itself: what was typed, and what is wrong with it. Pure.

An extra file beside `rules.py`, for imports only. Identity and particulars are judged by the same rules as the form's.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from app.people.certificates import CertificateType, identity_key, normalise
from app.people.identity import Identity, TypedIdentity, judge
from app.people.rules import check_name, normalise_name
from app.people.words import CERTIFICATE_WORDS, ETHNIC_WORDS, SEX_WORDS, code_of
from app.students.entry import Entry
from app.students.further import OF_STAY, choose_further, judge_further
from app.students.rules import Particulars, judge_particulars

BOARDING_WORDS: Mapping[str, str] = {
    **dict.fromkeys(("走读", "通学", "1", "否"), "1"),
    **dict.fromkeys(("住校", "寄宿", "住宿", "2", "是"), "2"),
}
CHOICES: Mapping[str, tuple[Mapping[str, str], str]] = {
    "certificate_type": (CERTIFICATE_WORDS, "certificate_type"),
    "sex": (SEX_WORDS, "sex_word"),
    "ethnicity": (ETHNIC_WORDS, "ethnicity_word"),
    "boarding": (BOARDING_WORDS, "boarding_word"),
}
"""Column → what its words stand for, and the code of a word that stands for nothing."""
IDENTITY_COLUMNS: Mapping[str, str] = {"number": "certificate_number"}
"""Fields of an identity that are called otherwise in the file."""
MADE_UP = "000000000000000000"


def judge_entry(entry: Entry, today: date) -> None:
    """Judge identity and particulars of a row; whether they fit the roll is judged later, set-wise."""
    _choose(entry)
    choose_further(entry)
    if entry.given.get("certificate_number"):
        _identify(entry, today)
    else:
        _without_number(entry, today)
    judge_further(entry, today)
    _judge_particulars(entry, today)


def _choose(entry: Entry) -> None:
    """Turn the words of choice columns into codes."""
    for column, (words, problem) in CHOICES.items():
        text = entry.given.get(column)
        if not text:
            continue
        code = code_of(words, text)
        if code is None:
            entry.given.pop(column)
            entry.wrong(column, problem)
        else:
            entry.given[column] = code


def certificate_kind(entry: Entry) -> str:
    """The kind of certificate stated, else a resident ID, or a residence permit where the number begins as theirs."""
    stated: str | None = entry.given.get("certificate_type")
    if stated:
        return stated
    number = normalise(CertificateType.RESIDENT_ID, str(entry.given.get("certificate_number") or ""))
    is_permit = number[:6] in {"810000", "820000", "830000"}
    return str(CertificateType.HKMT_RESIDENCE if is_permit else CertificateType.RESIDENT_ID)


def _identify(entry: Entry, today: date) -> None:
    if any(problem.column in {"certificate_number", "certificate_type"} for problem in entry.problems):
        _name_alone(entry)
        return
    given = entry.given
    typed = TypedIdentity(
        name=given.get("name", ""),
        certificate_type=certificate_kind(entry),
        number=given["certificate_number"],
        sex=given.get("sex", ""),
        birth_date=given.get("birth_date"),
        ethnicity=given.get("ethnicity", ""),
    )
    entry.identity, problems = judge(typed, today)
    for name, code in problems.items():
        column = IDENTITY_COLUMNS.get(name, name)
        if not _has(entry, column):  # a cell that could not be read is not missing as well
            entry.wrong(column, code)
    if "number" not in problems:
        # a number that is good by itself still finds its double, whatever else is wrong with the row
        kind = CertificateType(typed.certificate_type)
        entry.key = identity_key(kind, normalise(kind, typed.number))
    if entry.identity:
        _compare_with_number(entry, entry.identity)


def _compare_with_number(entry: Entry, identity: Identity) -> None:
    """The number tells sex and birth date; where the cells say otherwise the number counts and a warning is kept."""
    sex, birth_date = entry.given.get("sex"), entry.given.get("birth_date")
    if sex and identity.sex != sex:
        entry.odd("sex", "id_sex_mismatch")
    if isinstance(birth_date, date) and not _same_birth(birth_date, identity.birth_date):
        entry.odd("birth_date", "id_birth_mismatch")


def _same_birth(stated: date, of_number: date | None) -> bool:
    """Whether a cell tells the birth date of the number; of 出生年月 only the month, which is read as its first."""
    return stated == of_number or (of_number is not None and stated == of_number.replace(day=1))


def _without_number(entry: Entry, today: date) -> None:
    """A row without certificate number: good only for the kind `other`, or for a student known by student number."""
    if entry.given.get("certificate_type") == CertificateType.OTHER:
        entry.given["certificate_number"] = ""
        _identify(entry, today)
        return
    _name_alone(entry)
    if not entry.given.get("student_number") and not _has(entry, "certificate_number"):
        entry.wrong("certificate_number", "certificate_missing")


def _name_alone(entry: Entry) -> None:
    problem = check_name(normalise_name(entry.given.get("name", "")))
    if problem and not _has(entry, "name"):
        entry.wrong("name", str(problem))


def _has(entry: Entry, column: str) -> bool:
    return any(problem.column == column for problem in entry.problems)


def _judge_particulars(entry: Entry, today: date) -> None:
    given = entry.given
    typed = Particulars(
        student_number=given.get("student_number") or MADE_UP,
        entry_date=given.get("entry_date"),
        expected_graduation_date=given.get("expected_graduation_date"),
        phone=given.get("phone"),
        address=given.get("address"),
        boarding=given.get("boarding"),
        class_roll_number=given.get("class_roll_number"),
        **{column: given[column] for column in OF_STAY if column in given},
    )
    entry.particulars, problems = judge_particulars(typed, today)
    left_out = {column: problems.pop(column) for column in OF_STAY.keys() & problems}
    if left_out:
        nothing: dict[str, Any] = dict.fromkeys(left_out)
        entry.particulars = replace(entry.particulars, **nothing)
    for column, code in left_out.items():
        entry.odd(column, code)
    for column, code in problems.items():
        entry.wrong(column, code)
