"""What holds for every certificate number, not only for the examples."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.people.certificates import (
    CertificateType,
    Sex,
    birth_facts,
    check,
    check_digit,
    identity_key,
    mask_number,
    normalise,
    upgrade,
)

TODAY = date(2026, 11, 21)
BIRTHS = st.integers(0, 40_000).map(lambda days: TODAY - timedelta(days=days))
KINDS = st.sampled_from(list(CertificateType))


@st.composite
def resident_numbers(draw: st.DrawFn) -> str:
    """Draw a good 18-character number of the areas that no living person has."""
    area = draw(st.sampled_from(("360101", "350101", "220101", "110105")))
    body = f"{area}{draw(BIRTHS):%Y%m%d}{draw(st.integers(1, 999)):03}"
    return body + check_digit(body)


@given(resident_numbers())
def test_every_number_with_its_check_digit_is_accepted(number: str) -> None:
    assert check(CertificateType.RESIDENT_ID, number, TODAY) is None


@given(resident_numbers(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_any_single_wrong_character_is_refused(number: str, position: int, wrong: str) -> None:
    changed = number[:position] + wrong + number[position + 1 :]
    assert (check(CertificateType.RESIDENT_ID, changed, TODAY) is None) == (changed == number)


@given(resident_numbers(), st.integers(0, 16))
def test_two_neighbouring_digits_swapped_are_refused(number: str, position: int) -> None:
    swapped = number[:position] + number[position + 1] + number[position] + number[position + 2 :]
    assert (check(CertificateType.RESIDENT_ID, swapped, TODAY) is None) == (swapped == number)


@given(resident_numbers())
def test_birth_and_sex_are_those_the_number_was_made_of(number: str) -> None:
    facts = birth_facts(CertificateType.RESIDENT_ID, number)
    assert facts is not None
    assert f"{facts.birth_date:%Y%m%d}" == number[6:14]
    assert facts.sex == (Sex.MALE if int(number[14:17]) % 2 else Sex.FEMALE)


@given(BIRTHS.filter(lambda day: 1900 <= day.year <= 1999), st.integers(1, 995))
def test_an_old_number_upgraded_is_the_new_number_of_the_same_person(birth: date, sequence: int) -> None:
    body = f"360101{birth:%Y%m%d}{sequence:03}"
    assert upgrade(body[:6] + body[8:]) == body + check_digit(body)


@given(KINDS, st.one_of(st.text(), st.from_regex(r"(HKG0?|MAC0?|TWN0?){0,3}[HM]?[0-9]{6,18}[xX]?", fullmatch=True)))
def test_normalising_twice_changes_nothing_more(kind: CertificateType, raw: str) -> None:
    once = normalise(kind, raw)
    assert normalise(kind, once) == once


@given(KINDS, st.text())
def test_any_text_gets_an_answer_and_never_an_accident(kind: CertificateType, raw: str) -> None:
    number = normalise(kind, raw)
    if check(kind, number, TODAY) is None:
        assert identity_key(kind, number) is not None or (kind is CertificateType.OTHER and not number)


@given(st.text(alphabet="0123456789XHMABC", min_size=1, max_size=40))
def test_a_mask_keeps_the_length_and_never_shows_the_middle(number: str) -> None:
    shown = mask_number(number)
    assert len(shown) == len(number)
    middle = slice(6, -4) if len(number) == 18 else slice(2, -2)
    assert set(shown[middle]) <= {"*"}


@given(resident_numbers())
def test_a_masked_resident_number_hides_the_birth_date(number: str) -> None:
    assert mask_number(number) == f"{number[:6]}********{number[14:]}"
