"""What codes look like, and how forgiving the program is with the way they are typed."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.codes.rules import FORMATS, MIXED, UPPER, CodeKind, draw, read, shown

LOOK_ALIKES = set("0O1Il")


@pytest.mark.parametrize("alphabet", [UPPER, MIXED])
def test_no_character_of_a_code_looks_like_another(alphabet: str) -> None:
    assert len(set(alphabet)) == len(alphabet)
    assert not LOOK_ALIKES & set(alphabet)


@pytest.mark.parametrize("kind", list(CodeKind))
def test_a_code_is_too_long_to_be_guessed(kind: CodeKind) -> None:
    made = FORMATS[kind]
    wanted = 57 if kind is CodeKind.BINDING else 58.8
    assert made.length * math.log2(len(made.alphabet)) >= wanted


def test_an_activation_code_is_shown_in_three_groups_of_four() -> None:
    assert shown(CodeKind.ACTIVATION, "ABCDEFGHJKMN") == "ABCD-EFGH-JKMN"


def test_a_binding_code_is_shown_in_two_groups_of_five() -> None:
    assert shown(CodeKind.BINDING, "abcdeFGHJK") == "abcde-FGHJK"


@given(st.sampled_from(list(CodeKind)))
def test_every_code_drawn_is_read_back_from_how_it_is_shown(kind: CodeKind) -> None:
    code = draw(kind)
    assert read(kind, f" {shown(kind, code)}\n") == code


@pytest.mark.parametrize(
    "typed", ["abcd efgh jkmn", "ABCD–EFGH–JKMN", "ＡＢＣＤ－ＥＦＧＨ－ＪＫＭＮ", "a b c d e f g h j k m n"]
)
def test_case_spaces_and_dashes_of_an_activation_code_do_not_matter(typed: str) -> None:
    assert read(CodeKind.ACTIVATION, typed) == "ABCDEFGHJKMN"


def test_the_case_of_a_binding_code_matters() -> None:
    assert read(CodeKind.BINDING, "ABCDE-fghjk") == "ABCDEfghjk"


@pytest.mark.parametrize("typed", ["", "ABCD", "ABCD-EFGH-JKM0", "ABCD-EFGH-JKMNP", "O" * 12, "\x00" * 12])
def test_what_cannot_be_a_code_is_not_looked_up(typed: str) -> None:
    assert read(CodeKind.ACTIVATION, typed) is None
