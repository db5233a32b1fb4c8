"""What the roll keeps of a person beside the identity: 学籍号, social card, household place, small code tables. Pure.

An extra file beside `identity.py`, which every kind of person needs; these fields are asked for students. The codes and
formats are those of spec/domain.md §1.4 and §1.5. Problems are codes; the edges turn them into sentences.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from app.people.certificates import CertificateType, check_digit, has_known_province, mask_number
from app.people.countries import COUNTRIES
from app.people.identity import Identity

OVERSEAS_STATUSES = frozenset(
    {"00", "01", "02", "03", "04", "05", "06", "11", "12", "13", "14", "21", "31", "41", "51", "99"}
)
"""港澳台侨外."""
HOUSEHOLD_TYPES = frozenset({"1", "2"})
"""户口性质 of the 学籍 form: 1 agricultural, 2 other. Some medical templates have them the other way round."""
POLITICAL_STATUSES = frozenset({"01", "02", "03", "13"})
"""政治面貌 (GB/T 4762, those of the form)."""
HEALTH = frozenset({"10", "20", "30", "40", "50"})
"""健康状况."""
LONGEST_CARD, LONGEST_PLACE = 20, 200
_FORMAL = re.compile(r"[GJ][0-9]{17}[0-9X]")
_TEMPORARY = re.compile(r"L[0-9]{18}")
_RESIDENT = frozenset({CertificateType.RESIDENT_ID, CertificateType.HOUSEHOLD_REGISTER})
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}


class StatusNumberProblem(StrEnum):
    """What can be wrong with a 学籍号."""

    FORMAT = "status_number_format"
    DATE = "status_number_date"
    DIVISION = "status_number_division"
    CHECK_DIGIT = "status_number_check_digit"
    NOT_THE_ID = "status_number_not_the_id"


@dataclass(frozen=True)
class Details:
    """The fields as typed or as stored; the two numbers normalised, in clear."""

    status_number: str | None = None
    social_card_number: str | None = None
    overseas_status: str | None = None
    household_type: str | None = None
    political_status: str | None = None
    health: str | None = None
    nationality: str | None = None
    household_place: str | None = None


NOTHING = Details()


def normalise_status_number(raw: str) -> str:
    """Write a typed 学籍号 the one way it is stored: half-width, without spaces, letters in upper case."""
    return "".join(raw.translate(_HALF_WIDTH).split()).upper()


def check_status_number(number: str, today: date) -> StatusNumberProblem | None:
    """Say what is wrong with a normalised 学籍号 by itself, or None.

    G and a resident ID number, J and a number of the same make, both ending in the check character of GB 11643; L with
    division, birth date and four free digits is temporary and has none. All three are a letter and 18 characters.
    """
    if not (_FORMAL.fullmatch(number) or _TEMPORARY.fullmatch(number)):
        return StatusNumberProblem.FORMAT
    if not _is_day(number[7:15], today):
        return StatusNumberProblem.DATE
    if not has_known_province(number[1:7]):
        return StatusNumberProblem.DIVISION
    if number[0] != "L" and check_digit(number[1:]) != number[-1]:
        return StatusNumberProblem.CHECK_DIGIT
    return None


def _is_day(text: str, today: date) -> bool:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:])) <= today
    except ValueError:  # no such day: for the caller an answer, not an accident
        return False


def formal(status_number: str | None, identity: Identity) -> str | None:
    """The 学籍号 that holds for an identity: a temporary one (L) becomes G and the resident ID number when it is known.

    J numbers are formal and stay for life, also when an ID number comes later.
    """
    has_id = identity.number and identity.certificate_type in _RESIDENT
    return f"G{identity.number}" if status_number and status_number[0] == "L" and has_id else status_number


def following(status_number: str | None, before: Identity, after: Identity) -> str | None:
    """A 学籍号 that held the ID number before holds the corrected one afterwards."""
    held = bool(before.number) and status_number == f"G{before.number}"
    return f"G{after.number}" if held and after.number and after.certificate_type in _RESIDENT else status_number


def mask_status_number(number: str) -> str:
    """Hide a 学籍号, which may hold the ID number: G360101201509011015 becomes G360101********1015."""
    return number[:1] + mask_number(number[1:])


def judge_details(typed: Details, identity: Identity | None, today: date) -> tuple[Details, dict[str, str]]:
    """The details as they are stored, and what is wrong with them: field name → code.

    A G number must hold the ID number of this person; that is judged when the identity itself is right.
    """
    number = normalise_status_number(typed.status_number) if typed.status_number else None
    card = " ".join(typed.social_card_number.translate(_HALF_WIDTH).split()) if typed.social_card_number else None
    judged = Details(
        number or None,
        card or None,
        typed.overseas_status or None,
        typed.household_type or None,
        typed.political_status or None,
        typed.health or None,
        (typed.nationality or "").strip().upper() or None,
        " ".join((typed.household_place or "").split()) or None,
    )
    problems = {
        "status_number": _wrong_status_number(number, identity, today) if number else None,
        "social_card_number": _wrong_card(card) if card else None,
        "overseas_status": _wrong_code(judged.overseas_status, OVERSEAS_STATUSES),
        "household_type": _wrong_code(judged.household_type, HOUSEHOLD_TYPES),
        "political_status": _wrong_code(judged.political_status, POLITICAL_STATUSES),
        "health": _wrong_code(judged.health, HEALTH),
        "nationality": None if judged.nationality in {None, *COUNTRIES} else "country_unknown",
        "household_place": _wrong_place(judged.household_place),
    }
    if identity and not problems["status_number"]:
        judged = replace(judged, status_number=formal(judged.status_number, identity))
    return judged, {field: str(code) for field, code in problems.items() if code}


def _wrong_status_number(number: str, identity: Identity | None, today: date) -> str | None:
    if problem := check_status_number(number, today):
        return problem
    if identity and number[0] == "G" and not (identity.certificate_type in _RESIDENT and number[1:] == identity.number):
        return StatusNumberProblem.NOT_THE_ID
    return None


def _wrong_card(card: str) -> str | None:
    return None if len(card) <= LONGEST_CARD and card.isprintable() else "social_card_format"


def _wrong_place(place: str | None) -> str | None:
    return None if place is None or (len(place) <= LONGEST_PLACE and place.isprintable()) else "household_place_format"


def _wrong_code(code: str | None, codes: frozenset[str]) -> str | None:
    return None if code is None or code in codes else "choice"
