"""The other numbers people and units are known by: bank account, social credit code, personal code, postcode. Pure.

An extra file: enrolment, payments and the service hall ask for the same numbers and refuse them in the same words.
Source of every format: spec/domain.md §1.5.
"""

from __future__ import annotations

import re
from enum import StrEnum


class BankAccountProblem(StrEnum):
    """What can be wrong with a bank account number."""

    FORMAT = "bank_account_format"
    CHECK_DIGIT = "bank_account_check_digit"


class CreditCodeProblem(StrEnum):
    """What can be wrong with a unified social credit code 统一社会信用代码."""

    FORMAT = "usc_code_format"
    ORGANISATION = "usc_code_organisation"
    CHECK_CHARACTER = "usc_code_check_character"


CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""No I, O, S, V, Z (GB 32100-2015)."""
CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_CREDIT_CODE = re.compile(rf"[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]{{10}}")
_BANK_ACCOUNT = re.compile(r"[0-9]{13,19}")
_PERSONAL_CODE = re.compile(r"[0-9]{8,20}")
_POSTCODE = re.compile(r"[0-9]{6}")
_DECIMAL = 10


def check_bank_account(number: str) -> BankAccountProblem | None:
    """Say what is wrong with a card or account number, or None. 13 to 19 digits, the last by Luhn.

    Accounts of units and passbooks may not satisfy Luhn: for them CHECK_DIGIT is a warning and no error.
    """
    if not _BANK_ACCOUNT.fullmatch(number):
        return BankAccountProblem.FORMAT
    doubled = (sum(divmod(int(digit) * 2, _DECIMAL)) for digit in number[-2::-2])
    total = sum(int(digit) for digit in number[-1::-2]) + sum(doubled)
    return BankAccountProblem.CHECK_DIGIT if total % _DECIMAL else None


def check_credit_code(code: str) -> CreditCodeProblem | None:
    """Say what is wrong with a unified social credit code (GB 32100, its organisation part GB 11714), or None."""
    if not _CREDIT_CODE.fullmatch(code):
        return CreditCodeProblem.FORMAT
    if organisation_check(code[8:16]) != code[16]:
        return CreditCodeProblem.ORGANISATION
    total = sum(CREDIT_ALPHABET.index(c) * w for c, w in zip(code[:17], CREDIT_WEIGHTS, strict=True))
    right = CREDIT_ALPHABET[(31 - total % 31) % 31]
    return None if code[17] == right else CreditCodeProblem.CHECK_CHARACTER


def organisation_check(body: str) -> str:
    """The check character of an organisation code from its first eight characters (GB 11714; letters count from 10)."""
    total = sum(int(c, 36) * w for c, w in zip(body, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def is_personal_code(text: str) -> bool:
    """Whether a text can be an insurance personal code 个人编号."""
    return bool(_PERSONAL_CODE.fullmatch(text))


def is_postcode(text: str) -> bool:
    """Whether a text can be a postcode."""
    return bool(_POSTCODE.fullmatch(text))
