"""Every vector of spec/domain.md §1.5 about bank accounts, social credit codes, personal codes and postcodes."""

from __future__ import annotations

import pytest

from app.people.numbers import (
    CREDIT_ALPHABET,
    BankAccountProblem,
    CreditCodeProblem,
    check_bank_account,
    check_credit_code,
    is_personal_code,
    is_postcode,
)

CODES = (
    "91350100M000100Y43",
    "91350203M0001QAY99",
    "123600004910000123",
    "12220100412300026U",
    "11360100014500030Q",
    "52350100MJB123456G",
    "12360102MB1C00046Q",
)


@pytest.mark.parametrize("number", ["6222020000000000018", "6228480000000000018", "621226000000000019"])
def test_accepts_bank_cards(number: str) -> None:
    assert check_bank_account(number) is None


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("6222020000000000019", BankAccountProblem.CHECK_DIGIT),
        ("622202000000", BankAccountProblem.FORMAT),
        ("62220200000000000180", BankAccountProblem.FORMAT),
        ("6222 0200 0000 0000 018", BankAccountProblem.FORMAT),
        ("６222020000000000018", BankAccountProblem.FORMAT),
    ],
)
def test_tells_what_is_wrong_with_a_bank_account(number: str, problem: BankAccountProblem) -> None:
    assert check_bank_account(number) is problem


@pytest.mark.parametrize("code", CODES)
def test_accepts_credit_codes_and_no_other_last_character(code: str) -> None:
    assert check_credit_code(code) is None
    for last in set(CREDIT_ALPHABET) - {code[-1]}:
        assert check_credit_code(code[:-1] + last) is CreditCodeProblem.CHECK_CHARACTER


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("91350100M000100Y53", CreditCodeProblem.ORGANISATION),
        ("91350100M000100Y4", CreditCodeProblem.FORMAT),
        ("91350100I000100Y43", CreditCodeProblem.FORMAT),
        ("91350100m000100y43", CreditCodeProblem.FORMAT),
        ("9135010XM000100Y43", CreditCodeProblem.FORMAT),
    ],
)
def test_tells_what_is_wrong_with_a_credit_code(code: str, problem: CreditCodeProblem) -> None:
    assert check_credit_code(code) is problem


def test_personal_codes_and_postcodes_are_digits() -> None:
    assert is_personal_code("3601234567")
    assert not is_personal_code("1234567")
    assert not is_personal_code("3" * 21)
    assert is_postcode("330006")
    assert not is_postcode("33000")
