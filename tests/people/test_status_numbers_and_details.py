"""Every vector of spec/domain.md §1.4 and §1.5 about the 学籍号, the social card and the small code tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from app.core.db import Session
from app.people import labels
from app.people.certificates import CertificateType, check_digit
from app.people.countries import COUNTRIES
from app.people.country_words import COUNTRY_NAMES, COUNTRY_WORDS
from app.people.details import (
    HEALTH,
    HOUSEHOLD_TYPES,
    NOTHING,
    OVERSEAS_STATUSES,
    POLITICAL_STATUSES,
    Details,
    StatusNumberProblem,
    check_status_number,
    following,
    formal,
    judge_details,
    mask_status_number,
    normalise_status_number,
)
from app.people.identity import ETHNIC_CODES, Identity, TypedIdentity, judge

TODAY = date(2026, 11, 21)
ID = "360101201509011015"
WITH_ID = Identity(CertificateType.RESIDENT_ID, ID, "王伟", "1", date(2015, 9, 1), None)
WITHOUT = Identity(CertificateType.OTHER, None, "王伟", "1", date(2015, 9, 1), None)


@pytest.mark.parametrize("number", ["G360101201509011015", "J360101201509017011", "L360101201509018321"])
def test_accepts_the_vectors(number: str) -> None:
    assert check_status_number(number, TODAY) is None


@pytest.mark.parametrize(
    ("number", "problem"),
    [
        ("G360101201509011012", StatusNumberProblem.CHECK_DIGIT),
        ("J360101201509017012", StatusNumberProblem.CHECK_DIGIT),
        ("G36010120150901101", StatusNumberProblem.FORMAT),
        ("360101201509011015", StatusNumberProblem.FORMAT),
        ("3601012015090110", StatusNumberProblem.FORMAT),
        ("L36010120150901832X", StatusNumberProblem.FORMAT),
        ("K360101201509011015", StatusNumberProblem.FORMAT),
        ("G360101201509011015\n", StatusNumberProblem.FORMAT),
        ("L360101201513018321", StatusNumberProblem.DATE),
        ("L360101209909018321", StatusNumberProblem.DATE),
        ("L390101201509018321", StatusNumberProblem.DIVISION),
        ("", StatusNumberProblem.FORMAT),
    ],
)
def test_tells_what_is_wrong_with_a_status_number(number: str, problem: StatusNumberProblem) -> None:
    assert check_status_number(number, TODAY) is problem


@pytest.mark.parametrize("raw", ["g36010120120901007x", " G 360101 20120901 007X ", "Ｇ36010120120901007Ｘ"])
def test_a_status_number_is_stored_one_way(raw: str) -> None:
    assert normalise_status_number(raw) == "G36010120120901007X"


def test_a_temporary_number_becomes_formal_with_the_resident_id_number() -> None:
    assert formal("L360101201509018321", WITH_ID) == f"G{ID}"
    assert formal("L360101201509018321", WITHOUT) == "L360101201509018321"
    assert formal("J360101201509017011", WITH_ID) == "J360101201509017011"
    assert formal(None, WITH_ID) is None
    judged, problems = judge_details(Details(status_number="L360101201509018321"), WITH_ID, TODAY)
    assert (judged.status_number, problems) == (f"G{ID}", {})


def test_a_formal_number_follows_a_corrected_id_number() -> None:
    corrected = replace(WITH_ID, number="36010120120901007X")
    assert following(f"G{ID}", WITH_ID, corrected) == "G36010120120901007X"
    assert following("J360101201509017011", WITH_ID, corrected) == "J360101201509017011"
    assert following(f"G{ID}", WITH_ID, WITHOUT) == f"G{ID}"


@pytest.mark.parametrize("identity", [WITHOUT, replace(WITH_ID, number="36010120120901007X")])
def test_a_g_number_holds_the_id_number_of_the_same_person(identity: Identity) -> None:
    assert judge_details(Details(status_number=f"G{ID}"), WITH_ID, TODAY)[1] == {}
    assert judge_details(Details(status_number=f"G{ID}"), identity, TODAY)[1] == {
        "status_number": "status_number_not_the_id"
    }


def test_a_household_register_counts_as_the_resident_id() -> None:
    register = replace(WITH_ID, certificate_type=CertificateType.HOUSEHOLD_REGISTER)
    assert judge_details(Details(status_number=f"G{ID}"), register, TODAY)[1] == {}


def test_lists_show_a_status_number_masked() -> None:
    assert mask_status_number(f"G{ID}") == "G360101********1015"
    assert mask_status_number("") == ""


@given(
    st.sampled_from("GJ"),
    st.from_regex(r"36010120(0[1-9]|1[0-9])(0[1-9]|1[0-2])(0[1-9]|1[0-9])[0-9]{3}", fullmatch=True),
)
def test_any_other_last_character_is_refused(letter: str, body: str) -> None:
    right = check_digit(body)
    assert check_status_number(f"{letter}{body}{right}", TODAY) is None
    for wrong in set("0123456789X") - {right}:
        assert check_status_number(f"{letter}{body}{wrong}", TODAY) is StatusNumberProblem.CHECK_DIGIT


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("A12345678", None),
        ("ab 12 卡", None),
        ("1" * 20, None),
        ("1" * 21, "social_card_format"),
        ("12\x0034", "social_card_format"),
    ],
)
def test_a_social_card_number_is_free_and_short(typed: str, problem: str | None) -> None:
    assert judge_details(Details(social_card_number=typed), None, TODAY)[1].get("social_card_number") == problem


@pytest.mark.parametrize("field", ["overseas_status", "household_type", "political_status", "health"])
def test_a_code_outside_its_table_is_refused(field: str) -> None:
    assert judge_details(replace(NOTHING, **{field: "77"}), None, TODAY)[1] == {field: "choice"}
    assert judge_details(replace(NOTHING, **{field: ""}), None, TODAY) == (NOTHING, {})


@pytest.mark.parametrize(
    ("column", "codes", "words"),
    [
        ("overseas_status", OVERSEAS_STATUSES, labels.OVERSEAS_STATUSES),
        ("household_type", HOUSEHOLD_TYPES, labels.HOUSEHOLD_TYPES),
        ("political_status", POLITICAL_STATUSES, labels.POLITICAL_STATUSES),
        ("health", HEALTH, labels.HEALTH),
    ],
)
def test_rules_words_and_database_know_the_same_codes(
    session: Session, column: str, codes: frozenset[str], words: dict[str, str]
) -> None:
    stmt = text("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name")
    check = str(session.scalar(stmt, {"name": f"ck_person_{column}"}))
    assert set(words) == codes
    assert {code for code in map(str.strip, check.replace("::text", "").split("'")) if code in codes} == codes


def test_ethnic_groups_have_the_codes_of_the_standard() -> None:
    assert set(labels.ETHNIC_GROUPS) == ETHNIC_CODES
    assert len(ETHNIC_CODES) == 56 + 2


def test_a_passport_is_judged_by_its_country() -> None:
    typed = TypedIdentity("王伟", "passport", "EI1234567", "1", date(2015, 9, 1), country="CHN")
    assert judge(typed, TODAY)[1] == {"number": "certificate_format"}
    assert judge(replace(typed, country="ATL"), TODAY)[1] == {"country": "country_unknown"}
    identity, problems = judge(replace(typed, country="usa"), TODAY)
    assert problems == {}
    assert identity is not None
    assert identity.country == "USA"
    resident, _ = judge(TypedIdentity("王伟", "resident_id", ID, country="USA"), TODAY)
    assert resident is not None
    assert resident.country is None


def test_each_country_has_a_name_of_its_own_in_chinese() -> None:
    assert set(COUNTRY_NAMES) == set(COUNTRIES)
    assert len(set(COUNTRY_NAMES.values())) == len(COUNTRIES)
    assert [COUNTRY_WORDS[word] for word in ("中国", "CHN", "156", "香港", "韩国", "日本")] == [
        *("CHN", "CHN", "CHN", "HKG", "KOR", "JPN"),
    ]


def test_countries_have_three_letters_each_with_their_own_two() -> None:
    assert (COUNTRIES["CHN"], COUNTRIES["USA"], COUNTRIES["KOR"], COUNTRIES["TWN"]) == ("CN", "US", "KR", "TW")
    assert len(COUNTRIES) == len(set(COUNTRIES.values())) == 249
