"""Which passwords are taken: long enough for the level, never a known one, never made of what others know."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts.rules import BLOCKED, LONGEST_PASSWORD, check_password, check_user_name
from app.core.errors import Invalid

GOOD = "moon over the lake"


def problem(password: str, level: int = 5, known: tuple[str, ...] = ()) -> str:
    """What is wrong with a password; fails when nothing is."""
    with pytest.raises(Invalid) as refusal:
        check_password(password, level=level, known=known)
    return refusal.value.fields["password"]


@pytest.mark.parametrize("level", range(9))
def test_a_long_password_nobody_knows_is_taken_at_every_level(level: int) -> None:
    assert check_password(GOOD, level=level) == GOOD


@pytest.mark.parametrize(("level", "shortest"), [*((level, 12) for level in range(7)), (7, 8), (8, 8)])
def test_administrators_need_twelve_characters_and_teachers_and_families_eight(level: int, shortest: int) -> None:
    password = "q7-zw0m4x9vk"[:shortest]
    assert check_password(password, level=level) == password
    assert problem(password[:-1], level) == "password_short"


def test_an_endless_password_is_refused_before_it_is_digested() -> None:
    assert check_password("Ab3-" * 32, level=5) == "Ab3-" * 32
    assert problem("Ab3-" * 32 + "x") == "password_long"
    assert LONGEST_PASSWORD == 128


@pytest.mark.parametrize("password", ["password", "12345678", "Qwertyuiop", "woaini1314", "WOAINI1314"])
def test_a_password_everybody_tries_is_refused_in_any_case(password: str) -> None:
    assert problem(password, level=8) == "password_known"


@given(st.sampled_from(sorted(BLOCKED)))
def test_nothing_of_the_list_is_ever_taken(password: str) -> None:
    assert problem(password, level=8) in {"password_known", "password_short", "password_long"}
    assert password == password.lower()


@pytest.mark.parametrize("password", ["aaaaaaaaaaaaaa", "abababababab", "1111111111111"])
def test_one_or_two_characters_repeated_are_refused(password: str) -> None:
    assert problem(password) == "password_known"


@pytest.mark.parametrize(
    ("password", "known"),
    [
        ("school_admin_a", "school_admin_a"),
        ("SCHOOL_ADMIN_A", "school_admin_a"),
        ("a_nimda_loohcs", "school_admin_a"),
        ("13800001234", "13800001234"),
        ("13800001234!!", "13800001234"),
        ("36010220130901001X", "36010220130901001X"),
        ("36010220130901001x", "36010220130901001X"),
        ("01001x01001x", "01001X"),
    ],
)
def test_what_others_know_is_refused_as_it_is_backwards_repeated_or_with_little_more(
    password: str,
    known: str,
) -> None:
    assert problem(password, known=("", known)) == "password_known"


def test_a_known_word_inside_a_longer_password_is_no_harm() -> None:
    assert check_password("admin of the moon", level=5, known=("admin",))


def test_both_ways_of_writing_one_character_are_one_password() -> None:
    composed = "café über naïve señor"
    assert check_password(unicodedata.normalize("NFD", composed), level=5) == composed


@pytest.mark.parametrize("name", ["ab", "A1", "school_admin", "x" * 32])
def test_a_user_name_begins_with_a_letter(name: str) -> None:
    assert check_user_name(name) == name


@pytest.mark.parametrize("name", ["", "a", "1ab", "_ab", "a b", "ab-c", "张老师", "x" * 33, "ab\n", "ａｂ"])
def test_a_user_name_of_another_shape_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refusal:
        check_user_name(name)
    assert refusal.value.fields == {"user_name": "user_name_shape"}
