"""What somebody typed about a person, judged as a whole. Pure.

An extra file beside `rules.py`: forms, sheets and the service hall all turn the same typed fields into an identity,
and all must refuse the same things in the same words. Sources: spec/domain.md §1.1 to §1.4.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from app.people.certificates import (
    BirthFacts,
    CertificateProblem,
    CertificateType,
    Sex,
    birth_facts,
    check,
    normalise,
)
from app.people.countries import COUNTRIES
from app.people.rules import check_name, normalise_name

ETHNIC_CODES = frozenset({*(f"{number:02}" for number in range(1, 57)), "97", "98"})
"""GB/T 3304: 01 to 56, 97 other, 98 of Chinese citizenship and foreign descent."""
EARLIEST_BIRTH = date(1900, 1, 1)
STATED_SEXES = frozenset({Sex.MALE, Sex.FEMALE, Sex.UNSTATED})
_KINDS = {str(kind): kind for kind in CertificateType}
_TELL_BOTH = frozenset(
    {CertificateType.RESIDENT_ID, CertificateType.HOUSEHOLD_REGISTER, CertificateType.HKMT_RESIDENCE}
)


@dataclass(frozen=True, slots=True)
class TypedIdentity:
    """The fields as they were typed; sex and birth date count only where the certificate does not tell them.

    `country` is the issuer's three letters (GB/T 2659) and counts for a passport only: one of CHN is judged strictly.
    """

    name: str
    certificate_type: str
    number: str
    sex: str = ""
    birth_date: date | None = None
    ethnicity: str = ""
    country: str = ""


@dataclass(frozen=True)
class Identity:
    """An identity as it is stored."""

    certificate_type: CertificateType
    number: str | None
    name: str
    sex: str
    birth_date: date | None
    ethnicity: str | None
    country: str | None = None


def tells(kind: CertificateType) -> tuple[bool, bool]:
    """Whether numbers of this kind tell the sex, and whether they tell the birth date."""
    by_number = kind in _TELL_BOTH
    return by_number, by_number or kind is CertificateType.FOREIGN_PR_2023


def judge_number(kind: str, raw: str, today: date) -> tuple[BirthFacts | None, CertificateProblem | None]:
    """What a typed number tells, and what is wrong with it; for showing both while somebody types."""
    known = CertificateType(kind)
    number = normalise(known, raw)
    problem = check(known, number, today)
    return (None if problem else birth_facts(known, number)), problem


def judge(typed: TypedIdentity, today: date) -> tuple[Identity | None, dict[str, str]]:
    """The identity that was meant, or None with what is wrong: field name → code."""
    problems: dict[str, str] = {}
    name = normalise_name(typed.name)
    if wrong_name := check_name(name):
        problems["name"] = str(wrong_name)
    if typed.ethnicity and typed.ethnicity not in ETHNIC_CODES:
        problems["ethnicity"] = "choice"
    kind = _KINDS.get(typed.certificate_type)
    if kind is None:
        return None, {**problems, "certificate_type": "choice"}
    number = normalise(kind, typed.number)
    country = typed.country.strip().upper() if kind is CertificateType.PASSPORT else ""
    if country and country not in COUNTRIES:
        problems["country"] = "country_unknown"
    if wrong_number := check(kind, number, today, country=country or None):
        problems["number"] = str(wrong_number)
    facts = None if wrong_number else birth_facts(kind, number)
    problems |= _undetermined(kind, typed, today)
    if problems:
        return None, problems
    sex = str(facts.sex) if facts and facts.sex is not Sex.UNKNOWN else typed.sex
    birth_date = facts.birth_date if facts else typed.birth_date
    return Identity(kind, number or None, name, sex, birth_date, typed.ethnicity or None, country or None), {}


def _undetermined(kind: CertificateType, typed: TypedIdentity, today: date) -> dict[str, str]:
    """What is wrong with sex and birth date where the certificate does not tell them."""
    tells_sex, tells_birth = tells(kind)
    problems = {}
    if not tells_sex and typed.sex not in STATED_SEXES:
        problems["sex"] = "sex_missing"
    if not tells_birth and typed.birth_date is None:
        problems["birth_date"] = "birth_date_missing"
    elif not tells_birth and typed.birth_date and not EARLIEST_BIRTH <= typed.birth_date <= today:
        problems["birth_date"] = "birth_date_range"
    return problems
