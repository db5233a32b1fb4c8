"""Certificates: which kinds there are, how a number is written, and what is wrong with one.

A file of its own beside `rules.py` because the same decisions serve students, guardians, unit operators and staff, and
because the formats (GB 11643, the permits, the passports) fill a page by themselves. Pure: no SQL, no Flask, no clock;
whoever calls says what day it is. Source of every format: spec/domain.md §1.1 and §1.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from operator import mul


class CertificateType(StrEnum):
    """The kinds of certificate a person can be registered with; the comments give the Chinese name."""

    RESIDENT_ID = "resident_id"  # 居民身份证
    HOUSEHOLD_REGISTER = "household_register"  # 户口簿
    HK_MACAO_PERMIT = "hk_macao_permit"  # 港澳居民来往内地通行证
    TAIWAN_PERMIT = "taiwan_permit"  # 台湾居民来往大陆通行证
    HKMT_RESIDENCE = "hkmt_residence"  # 港澳台居民居住证
    FOREIGN_PR_2017 = "foreign_pr_2017"  # 外国人永久居留身份证(旧版)
    FOREIGN_PR_2023 = "foreign_pr_2023"  # 外国人永久居留身份证(2023-12-01 起)
    PASSPORT = "passport"  # 护照
    BIRTH_CERTIFICATE = "birth_certificate"  # 出生医学证明
    OTHER = "other"  # 其他


class Sex(StrEnum):
    """Sex as GB/T 2261.1 codes it."""

    UNKNOWN = "0"
    MALE = "1"
    FEMALE = "2"
    UNSTATED = "9"


class CertificateProblem(StrEnum):
    """What can be wrong with a certificate number; the edges turn each code into a sentence."""

    MISSING = "certificate_missing"
    FORMAT = "certificate_format"
    ID_FORMAT = "id_format"
    ID_OLD_FORM = "id_old_form"
    ID_RESIDENCE_PERMIT = "id_residence_permit"
    ID_DIVISION = "id_division"
    ID_DATE = "id_date"
    ID_FUTURE = "id_future"
    ID_CHECK_DIGIT = "id_check_digit"


@dataclass(frozen=True)
class BirthFacts:
    """What a number itself says about its holder; `sex` is UNKNOWN where the number does not tell."""

    birth_date: date
    sex: Sex


PROVINCES = frozenset(
    str(province)
    for span in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 82))
    for province in range(span[0], span[1] + 1)
)
"""First two digits of every province-level division (GB/T 2260)."""

OLDEST_BIRTH = date(1800, 1, 1)
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CHECK_CHARACTERS = "10X98765432"
_ZEROS = ord("0") * sum(WEIGHTS)
"""What the codes of the digits weigh more than the digits themselves."""
CENTENARIAN_SEQUENCES = frozenset({"996", "997", "998", "999"})

_RESIDENT_FAMILY = frozenset(
    {CertificateType.RESIDENT_ID, CertificateType.HOUSEHOLD_REGISTER, CertificateType.HKMT_RESIDENCE},
)
_DIVISIONED = frozenset({CertificateType.RESIDENT_ID, CertificateType.HOUSEHOLD_REGISTER})
_SELF_CHECKING = _RESIDENT_FAMILY | {CertificateType.FOREIGN_PR_2023}
_TELLS_SEX = _RESIDENT_FAMILY
_MACAO_PERMIT_LENGTH = 9

_OLD_FORM = re.compile(r"[1-8][0-9]{14}")
_RESIDENCE_PREFIX = re.compile(r"8[123]0000")
_CHINESE_PASSPORT = re.compile(r"E[0-9]{8}|E[A-HJ-NP-Z][0-9]{7}|[DPS]E?[0-9]{7,8}|G[0-9]{8}")
_SHAPES = {
    CertificateType.RESIDENT_ID: re.compile(r"[1-8][0-9]{16}[0-9X]"),
    CertificateType.HOUSEHOLD_REGISTER: re.compile(r"[1-8][0-9]{16}[0-9X]"),
    CertificateType.HK_MACAO_PERMIT: re.compile(r"[HM][0-9]{8}([0-9]{2})?"),
    CertificateType.TAIWAN_PERMIT: re.compile(r"[0-9]{8}|[0-9]{10}(\([A-Z]\)|[A-Z])?"),
    CertificateType.HKMT_RESIDENCE: re.compile(r"8[123]0000[0-9]{11}[0-9X]"),
    CertificateType.FOREIGN_PR_2017: re.compile(r"[A-Z]{3}[0-9]{12}"),
    CertificateType.FOREIGN_PR_2023: re.compile(r"9[0-9]{16}[0-9X]"),
    CertificateType.PASSPORT: re.compile(r"[A-Z0-9]{5,15}"),
    CertificateType.BIRTH_CERTIFICATE: re.compile(r"[A-Z][0-9]{9}"),
    CertificateType.OTHER: re.compile(r"[^\x00-\x1f\x7f]{0,40}"),
}
_TAX_PREFIXED = frozenset(
    {CertificateType.HK_MACAO_PERMIT, CertificateType.TAIWAN_PERMIT, CertificateType.HKMT_RESIDENCE},
)
_TAX_PREFIX = re.compile(r"(?:HKG|MAC|TWN)0?")

_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))


def normalise(kind: CertificateType, raw: str) -> str:
    """Write a typed number the one way it is stored: half-width, without spaces, letters in upper case.

    Some tax exports put HKG0, MAC0 or TWN0 before the numbers of Hong Kong, Macao and Taiwan residents: cut off, but
    only where a valid number remains. Normalising twice changes nothing more. Passwords never go through here.
    """
    if raw.isascii() and raw.isalnum():
        number = raw.upper()  # as nearly every number is written
    else:
        number = "".join(raw.translate(_HALF_WIDTH).translate(_INVISIBLE).split()).translate(_UPPER)
    if kind in _TAX_PREFIXED and (prefix := _TAX_PREFIX.match(number)):
        for cut in (prefix.end(), 3):
            if _SHAPES[kind].fullmatch(number[cut:]):
                return number[cut:]
    return number


def check(
    kind: CertificateType,
    number: str,
    today: date,
    *,
    country: str | None = None,
) -> CertificateProblem | None:
    """Say what is wrong with a normalised number, or None when nothing is.

    `country` is the ISO 3166 alpha-3 code of the passport's issuer: CHN is judged strictly, others loosely. A 15-digit
    resident number answers ID_OLD_FORM: `upgrade` it first (staff and guardians; no student can have one). Only the
    certificate type `other` may come without a number.
    """
    if not number:
        return None if kind is CertificateType.OTHER else CertificateProblem.MISSING
    if kind in _DIVISIONED and _OLD_FORM.fullmatch(number):
        return CertificateProblem.ID_OLD_FORM
    if not _SHAPES[kind].fullmatch(number):
        return CertificateProblem.ID_FORMAT if kind in _SELF_CHECKING else CertificateProblem.FORMAT
    if kind is CertificateType.PASSPORT and country == "CHN" and not _CHINESE_PASSPORT.fullmatch(number):
        return CertificateProblem.FORMAT
    return _check_content(kind, number, today) if kind in _SELF_CHECKING else None


def _check_content(kind: CertificateType, number: str, today: date) -> CertificateProblem | None:
    # The order of GB 11643: a day that does not exist is told before a wrong check digit.
    birth = _birth_date(number)
    if birth is None or birth < OLDEST_BIRTH:
        return CertificateProblem.ID_DATE
    if birth > today:
        return CertificateProblem.ID_FUTURE
    if kind in _DIVISIONED and _RESIDENCE_PREFIX.match(number):
        return CertificateProblem.ID_RESIDENCE_PERMIT
    if not _place_is_known(kind, number):
        return CertificateProblem.ID_DIVISION
    if check_digit(number) != number[-1]:
        return CertificateProblem.ID_CHECK_DIGIT
    return None


def _place_is_known(kind: CertificateType, number: str) -> bool:
    if kind is CertificateType.FOREIGN_PR_2023:
        return has_known_province(number[1:7])
    return kind is CertificateType.HKMT_RESIDENCE or has_known_province(number)


def has_known_province(division_code: str) -> bool:
    """Whether a division code begins with a province that exists.

    Judges the first two digits only. Whether the county exists, or existed when the number was given out (360122 新建县
    was abolished in 2015 and its numbers stay valid), needs the dated table that the dictionaries package will hold.
    """
    return division_code[:2] in PROVINCES


def check_digit(number: str) -> str:
    """Work out the last character from the first seventeen digits (GB 11643, ISO 7064 MOD 11-2)."""
    digits = number[: len(WEIGHTS)].encode("ascii")
    if len(digits) < len(WEIGHTS):
        raise ValueError("fewer than seventeen digits")
    return CHECK_CHARACTERS[(sum(map(mul, digits, WEIGHTS)) - _ZEROS) % 11]


def upgrade(number: str) -> str:
    """Write a 15-digit resident number the 18-digit way; the caller keeps the old one as the original number.

    Raises ValueError for anything that is not 15 digits. Sequences 996 to 999 were given to people born before 1900.
    """
    if not _OLD_FORM.fullmatch(number):
        raise ValueError("not a 15-digit resident ID number")
    century = "18" if number[12:] in CENTENARIAN_SEQUENCES else "19"
    body = number[:6] + century + number[6:]
    return body + check_digit(body)


def birth_facts(kind: CertificateType, number: str) -> BirthFacts | None:
    """Read birth date and sex from a number that carries them (odd sequence: male); None for all other kinds.

    Call it with a number that `check` found good. The foreigner's card of 2023 tells the birth date only.
    """
    if kind not in _SELF_CHECKING or not _SHAPES[kind].fullmatch(number):
        return None
    birth = _birth_date(number)
    if birth is None:
        return None
    if kind not in _TELLS_SEX:
        return BirthFacts(birth, Sex.UNKNOWN)
    return BirthFacts(birth, Sex.MALE if int(number[16]) % 2 else Sex.FEMALE)


def _birth_date(number: str) -> date | None:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:  # no such day: for the caller an answer, not an accident
        return None


def identity_key(kind: CertificateType, number: str) -> str | None:
    """Give the text that stands for the person behind a number, for the digest; None where there is no number.

    Resident ID, household register and residence permit number the same person the same way, so they share one key. A
    Hong Kong or Macao permit is renewed with a new ending: its first nine characters are the person.
    """
    if not number:
        return None
    if kind in _RESIDENT_FAMILY:
        return f"resident:{number}"
    if kind is CertificateType.HK_MACAO_PERMIT:
        return f"{kind}:{number[:_MACAO_PERMIT_LENGTH]}"
    return f"{kind}:{number}"


def mask_number(number: str) -> str:
    """Hide a number for lists: 360101201509011015 becomes 360101********1015, its length stays.

    Shorter numbers show two characters at each end, and the shortest (under eight) nothing.
    """
    length = len(number)
    if length == len("360101201509011015"):
        return f"{number[:6]}{'*' * 8}{number[-4:]}"
    shown = 2 if length >= len("H1234567") else 0
    return number[:shown] + "*" * (length - 2 * shown) + number[length - shown :]
