"""Names as they are stored, read aloud and refused; phones and the numbers a school gives out."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypinyin import lazy_pinyin

from app.people.rules import (
    SURNAME_READINGS,
    NameProblem,
    PhoneProblem,
    check_name,
    check_phone,
    initials,
    is_landline,
    is_mobile,
    is_student_number,
    mask_phone,
    normalise_name,
    normalise_phone,
    pinyin,
)


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("  王伟 ", "王伟"),
        ("王\u3000伟", "王伟"),
        ("阿依古丽·买买提", "阿依古丽·买买提"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽 ・ 买买提", "阿依古丽·买买提"),
        ("阿依古丽.买买提", "阿依古丽·买买提"),
        ("John   A. Smith", "John A. Smith"),
        ("Ｊｏｈｎ", "John"),
        ("Jose\u0301", "José"),
        ("O’Brien", "O'Brien"),
        ("李䶮", "李䶮"),
        ("王㛃", "王㛃"),
        ("陈𬭩", "陈𬭩"),
    ],
)
def test_a_name_is_stored_one_way_however_it_was_typed(raw: str, stored: str) -> None:
    assert normalise_name(raw) == stored
    assert check_name(stored) is None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("", NameProblem.MISSING),
        ("王", NameProblem.SHORT),
        ("王" * 61, NameProblem.LONG),
        ("王1伟", NameProblem.CHARACTER),
        ("王\x07伟", NameProblem.CHARACTER),
        ("王\u202e伟", NameProblem.CHARACTER),
        ("王伟😀", NameProblem.CHARACTER),
        ("=王伟", NameProblem.CHARACTER),
        ("王\ue863", NameProblem.PRIVATE_CHARACTER),
        ("·买买提", NameProblem.SEPARATOR),
        ("买买提·", NameProblem.SEPARATOR),
        ("阿依··买买提", NameProblem.SEPARATOR),
    ],
)
def test_tells_what_is_wrong_with_a_name(name: str, problem: NameProblem) -> None:
    assert check_name(name) is problem


def test_a_character_newer_than_the_unicode_tables_of_python_is_a_letter() -> None:
    assert check_name("王\U00031350") is None


@given(st.text(max_size=80))
def test_normalising_a_name_twice_changes_nothing_more(raw: str) -> None:
    once = normalise_name(raw)
    assert normalise_name(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(st.text(max_size=80))
def test_a_name_that_passes_holds_no_digit_and_no_control_character(raw: str) -> None:
    name = normalise_name(raw)
    if check_name(name) is None:
        assert not any(unicodedata.category(c) in {"Nd", "Cc", "Cf", "Co", "Cs"} for c in name)


@pytest.mark.parametrize(
    ("name", "read", "short"),
    [
        ("王伟", "wang wei", "ww"),
        ("欧阳娜", "ou yang na", "oyn"),
        ("单雄信", "shan xiong xin", "sxx"),
        ("曾国藩", "zeng guo fan", "zgf"),
        ("尉迟恭", "yu chi gong", "ycg"),
        ("万俟卨", "mo qi xie", "mqx"),
        ("解缙", "xie jin", "xj"),
        ("吕布", "lv bu", "lb"),
        ("李䶮", "li yan", "ly"),
        ("陈𬭩", "chen weng", "cw"),
        ("阿依古丽·买买提", "a yi gu li mai mai ti", "ayglmmt"),
        ("John A. Smith", "john a smith", "jas"),
    ],
)
def test_pinyin_reads_surnames_as_surnames(name: str, read: str, short: str) -> None:
    assert pinyin(name) == read
    assert initials(name) == short


@given(st.text(max_size=40))
def test_pinyin_of_anything_is_words_with_one_initial_each(name: str) -> None:
    words = pinyin(name).split()
    assert initials(name) == "".join(word[0] for word in words)


@pytest.mark.parametrize("raw", ["13800000001", "+86 138 0000 0001", "86-138-0000-0001", "１３８００００００01"])
def test_a_mobile_number_is_stored_one_way(raw: str) -> None:
    phone = normalise_phone(raw)
    assert phone == "13800000001"
    assert is_mobile(phone)
    assert check_phone(phone) is None


@pytest.mark.parametrize("phone", ["0791-88120001", "01088120001", "0431-8812000-123"])
def test_landlines_with_area_code_are_accepted(phone: str) -> None:
    assert normalise_phone(phone) == phone
    assert is_landline(phone)
    assert check_phone(phone) is None


@pytest.mark.parametrize("phone", ["12800000001", "1380000000", "138000000012", "88120001", "abc", "13800000001\n"])
def test_other_phone_numbers_are_refused(phone: str) -> None:
    assert check_phone(phone) is PhoneProblem.FORMAT


def test_an_empty_phone_number_is_missing() -> None:
    assert check_phone(normalise_phone(" ")) is PhoneProblem.MISSING


@pytest.mark.parametrize(
    ("phone", "shown"),
    [("13800000001", "138****0001"), ("0791-88120001", "079********01"), ("12345", "*****"), ("", "")],
)
def test_lists_show_a_phone_masked(phone: str, shown: str) -> None:
    assert mask_phone(phone) == shown


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_masked_mobile_never_shows_its_middle(phone: str) -> None:
    assert mask_phone(phone) == f"{phone[:3]}****{phone[-4:]}"


@pytest.mark.parametrize("number", ["2026", "202601010101", "A-2026-01", "x" * 20])
def test_accepts_student_numbers_as_schools_make_them(number: str) -> None:
    assert is_student_number(number)


@pytest.mark.parametrize("number", ["123", "x" * 21, "2026 01", "学号2026", "2026_01", "2026\n", "２０２６"])
def test_refuses_what_is_no_student_number(number: str) -> None:
    assert not is_student_number(number)


@given(st.text(alphabet="王李单曾尉迟欧阳重长行乐朝银音快女绿娜觉得率都督参差·", min_size=1, max_size=6))
def test_pinyin_word_by_word_is_that_of_the_whole(name: str) -> None:
    """Names are cut as the library cuts them, so that words of several characters are still read as words."""
    if check_name(name) is None and not any(name.startswith(surname) for surname in SURNAME_READINGS):
        assert pinyin(name).split() == " ".join(lazy_pinyin(name.replace("·", " "))).split()
