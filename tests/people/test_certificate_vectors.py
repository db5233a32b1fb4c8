"""Every vector of spec/domain.md §1.1 and §1.2, and the decisions around them."""

from __future__ import annotations

from datetime import date

import pytest

from app.people.certificates import (
    BirthFacts,
    CertificateProblem,
    CertificateType,
    Sex,
    birth_facts,
    check,
    check_digit,
    has_known_province,
    identity_key,
    mask_number,
    normalise,
    upgrade,
)

TODAY = date(2026, 11, 21)
VALID = (
    ("11010519491231002X", date(1949, 12, 31), Sex.FEMALE),
    ("440524188001010014", date(1880, 1, 1), Sex.MALE),
    ("360101201509011015", date(2015, 9, 1), Sex.MALE),
    ("360101201003152021", date(2010, 3, 15), Sex.FEMALE),
    ("22010120091224303X", date(2009, 12, 24), Sex.MALE),
    ("350101200311050012", date(2003, 11, 5), Sex.MALE),
    ("360101200802290020", date(2008, 2, 29), Sex.FEMALE),
    ("360101199001010011", date(1990, 1, 1), Sex.MALE),
    ("360101196506180127", date(1965, 6, 18), Sex.FEMALE),
    ("36010120120901007X", date(2012, 9, 1), Sex.MALE),
    ("36010119800512058X", date(1980, 5, 12), Sex.FEMALE),
    ("360122200301010010", date(2003, 1, 1), Sex.MALE),
)


@pytest.mark.parametrize(("number", "birth", "sex"), VALID)
def test_accepts_a_valid_resident_number_and_reads_birth_and_sex(number: str, birth: date, sex: Sex) -> None:
    assert check(CertificateType.RESIDENT_ID, number, TODAY) is None
    assert birth_facts(CertificateType.RESIDENT_ID, number) == BirthFacts(birth, sex)


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("360102201509011012", CertificateProblem.ID_CHECK_DIGIT),
        ("360101200902290020", CertificateProblem.ID_DATE),
        ("360102203013010014", CertificateProblem.ID_DATE),
        ("360101170001010010", CertificateProblem.ID_DATE),
        ("36010120270101001X", CertificateProblem.ID_FUTURE),
        ("390101201509011015", CertificateProblem.ID_DIVISION),
        ("810000199408230021", CertificateProblem.ID_RESIDENCE_PERMIT),
        ("36010120150901101", CertificateProblem.ID_FORMAT),
        ("3601012015090110155", CertificateProblem.ID_FORMAT),
        ("960101201509011015", CertificateProblem.ID_FORMAT),
        ("36010120150901101x", CertificateProblem.ID_FORMAT),
        ("360101201509011015\n", CertificateProblem.ID_FORMAT),
        ("३60101201509011015", CertificateProblem.ID_FORMAT),
        ("610104620927690", CertificateProblem.ID_OLD_FORM),
        ("", CertificateProblem.MISSING),
    ],
)
def test_tells_what_is_wrong_with_a_resident_number(number: str, problem: CertificateProblem) -> None:
    assert check(CertificateType.RESIDENT_ID, number, TODAY) is problem


def test_the_right_check_digit_of_the_bad_vector_is_one() -> None:
    assert check_digit("36010220150901101") == "1"
    assert check(CertificateType.RESIDENT_ID, "360102201509011011", TODAY) is None


def test_a_birth_today_is_possible_and_tomorrow_is_not() -> None:
    number = "36010120150901101" + check_digit("36010120150901101")
    assert check(CertificateType.RESIDENT_ID, number, date(2015, 9, 1)) is None
    assert check(CertificateType.RESIDENT_ID, number, date(2015, 8, 31)) is CertificateProblem.ID_FUTURE


def test_lower_case_x_is_stored_in_upper_case() -> None:
    number = normalise(CertificateType.RESIDENT_ID, "36010120120901007x")
    assert number == "36010120120901007X"
    assert check(CertificateType.RESIDENT_ID, number, TODAY) is None


@pytest.mark.parametrize(
    "raw",
    [
        "36010120120901007X",
        " 360101 2012 0901 007X ",
        "\u3000360101201209010\u200b07x\ufeff",
        "３６0101２０１２０９０１007Ｘ",
    ],
)
def test_a_number_is_stored_one_way_however_it_was_typed(raw: str) -> None:
    assert normalise(CertificateType.RESIDENT_ID, raw) == "36010120120901007X"


def test_fifteen_digits_become_eighteen() -> None:
    assert upgrade("610104620927690") == "610104196209276908"
    assert upgrade("610104950927996")[6:8] == "18"
    with pytest.raises(ValueError, match="15-digit"):
        upgrade("610104196209276908")


def test_known_provinces_are_judged_by_two_digits_only() -> None:
    assert has_known_province("360122")
    assert has_known_province("710000")
    assert not has_known_province("390101")


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        (CertificateType.HOUSEHOLD_REGISTER, "360101201509011015"),
        (CertificateType.HK_MACAO_PERMIT, "H12345678"),
        (CertificateType.HK_MACAO_PERMIT, "M1234567800"),
        (CertificateType.TAIWAN_PERMIT, "12345678"),
        (CertificateType.TAIWAN_PERMIT, "1234567890(B)"),
        (CertificateType.TAIWAN_PERMIT, "1234567890B"),
        (CertificateType.HKMT_RESIDENCE, "810000199408230021"),
        (CertificateType.HKMT_RESIDENCE, "830000199201300022"),
        (CertificateType.FOREIGN_PR_2017, "KOR310073112401"),
        (CertificateType.FOREIGN_PR_2023, "911840199001010018"),
        (CertificateType.FOREIGN_PR_2023, "936840200305200121"),
        (CertificateType.PASSPORT, "X1234"),
        (CertificateType.BIRTH_CERTIFICATE, "O360012345"),
        (CertificateType.OTHER, "军字第12号"),
        (CertificateType.OTHER, ""),
    ],
)
def test_accepts_valid_numbers_of_the_other_certificates(kind: CertificateType, number: str) -> None:
    assert check(kind, number, TODAY) is None


@pytest.mark.parametrize(
    ("kind", "number", "problem"),
    [
        (CertificateType.HK_MACAO_PERMIT, "A12345678", CertificateProblem.FORMAT),
        (CertificateType.HK_MACAO_PERMIT, "H1234567890123", CertificateProblem.FORMAT),
        (CertificateType.TAIWAN_PERMIT, "1234567", CertificateProblem.FORMAT),
        (CertificateType.HKMT_RESIDENCE, "360101201509011015", CertificateProblem.ID_FORMAT),
        (CertificateType.HKMT_RESIDENCE, "810000199408230022", CertificateProblem.ID_CHECK_DIGIT),
        (CertificateType.FOREIGN_PR_2017, "KOR31007311240", CertificateProblem.FORMAT),
        (CertificateType.FOREIGN_PR_2023, "911840199001010017", CertificateProblem.ID_CHECK_DIGIT),
        (CertificateType.FOREIGN_PR_2023, "999840199001010018", CertificateProblem.ID_DIVISION),
        (CertificateType.PASSPORT, "AB12", CertificateProblem.FORMAT),
        (CertificateType.BIRTH_CERTIFICATE, "3600123456", CertificateProblem.FORMAT),
        (CertificateType.BIRTH_CERTIFICATE, "", CertificateProblem.MISSING),
        (CertificateType.OTHER, "a\x00b", CertificateProblem.FORMAT),
    ],
)
def test_tells_what_is_wrong_with_the_others(kind: CertificateType, number: str, problem: CertificateProblem) -> None:
    assert check(kind, number, TODAY) is problem


@pytest.mark.parametrize("number", ["E12345678", "EA1234567", "G12345678", "D1234567", "SE12345678"])
def test_chinese_passports_are_judged_strictly(number: str) -> None:
    assert check(CertificateType.PASSPORT, number, TODAY, country="CHN") is None
    assert check(CertificateType.PASSPORT, "EI1234567", TODAY, country="CHN") is CertificateProblem.FORMAT
    assert check(CertificateType.PASSPORT, "EI1234567", TODAY, country="USA") is None


@pytest.mark.parametrize(
    ("kind", "raw", "stored"),
    [
        (CertificateType.HK_MACAO_PERMIT, "HKG0H12345678", "H12345678"),
        (CertificateType.HK_MACAO_PERMIT, "mac0m1234567801", "M1234567801"),
        (CertificateType.TAIWAN_PERMIT, "TWN012345678", "12345678"),
        (CertificateType.TAIWAN_PERMIT, "TWN02345678", "02345678"),
        (CertificateType.TAIWAN_PERMIT, "1234567890（b）", "1234567890(B)"),
        (CertificateType.HKMT_RESIDENCE, "HKG0810000199408230021", "810000199408230021"),
        (CertificateType.PASSPORT, "HKG012345", "HKG012345"),
    ],
)
def test_prefixes_of_tax_exports_are_cut_off(kind: CertificateType, raw: str, stored: str) -> None:
    assert normalise(kind, raw) == stored


def test_resident_id_register_and_residence_permit_are_one_person() -> None:
    number = "810000199408230021"
    assert identity_key(CertificateType.RESIDENT_ID, number) == identity_key(CertificateType.HKMT_RESIDENCE, number)
    assert identity_key(CertificateType.RESIDENT_ID, number) == identity_key(CertificateType.HOUSEHOLD_REGISTER, number)
    assert identity_key(CertificateType.RESIDENT_ID, number) != identity_key(CertificateType.PASSPORT, number)


def test_a_renewed_hong_kong_permit_is_the_same_person() -> None:
    keys = {identity_key(CertificateType.HK_MACAO_PERMIT, n) for n in ("H1234567800", "H1234567801", "H12345678")}
    assert len(keys) == 1
    assert identity_key(CertificateType.HK_MACAO_PERMIT, "H12345679") not in keys


def test_nobody_is_identified_by_an_empty_number() -> None:
    assert identity_key(CertificateType.OTHER, "") is None


def test_permits_and_passports_tell_neither_birth_nor_sex() -> None:
    assert birth_facts(CertificateType.PASSPORT, "E12345678") is None
    assert birth_facts(CertificateType.RESIDENT_ID, "360101200902290020") is None
    pr = birth_facts(CertificateType.FOREIGN_PR_2023, "911840199001010018")
    assert pr == BirthFacts(date(1990, 1, 1), Sex.UNKNOWN)


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("360101201509011015", "360101********1015"),
        ("H12345678", "H1*****78"),
        ("610104620927690", "61***********90"),
        ("1234567", "*******"),
        ("", ""),
    ],
)
def test_lists_show_a_number_masked(number: str, shown: str) -> None:
    assert mask_number(number) == shown
