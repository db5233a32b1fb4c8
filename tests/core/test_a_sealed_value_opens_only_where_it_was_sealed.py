"""Sealing of fields: the value comes back in its own row and column with its own keys, and nowhere else."""

from __future__ import annotations

import uuid
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.crypto import BrokenSeal, Keyring
from tests.world import KEYRING

PLACE = "person.number"
NUMBER = "360102201309010010"


@given(st.text(max_size=200))
def test_every_text_comes_back_as_it_was(text: str) -> None:
    sealed_as = uuid.uuid4()
    assert KEYRING.open(KEYRING.seal(text, PLACE, sealed_as), PLACE, sealed_as) == text


def test_the_same_text_is_never_sealed_to_the_same_bytes() -> None:
    sealed_as = uuid.uuid4()
    assert KEYRING.seal(NUMBER, PLACE, sealed_as) != KEYRING.seal(NUMBER, PLACE, sealed_as)


def test_the_sealed_bytes_do_not_hold_the_text() -> None:
    assert NUMBER.encode() not in KEYRING.seal(NUMBER, PLACE, uuid.uuid4())


def test_a_value_moved_to_another_row_does_not_open() -> None:
    sealed = KEYRING.seal(NUMBER, PLACE, uuid.uuid4())
    with pytest.raises(BrokenSeal):
        KEYRING.open(sealed, PLACE, uuid.uuid4())


def test_a_value_moved_to_another_column_does_not_open() -> None:
    sealed_as = uuid.uuid4()
    sealed = KEYRING.seal(NUMBER, PLACE, sealed_as)
    with pytest.raises(BrokenSeal):
        KEYRING.open(sealed, "student.phone", sealed_as)


@pytest.mark.parametrize("position", [0, 2, 3, 15, -1])
def test_a_value_of_which_one_byte_was_changed_does_not_open(position: int) -> None:
    sealed_as = uuid.uuid4()
    changed = bytearray(KEYRING.seal(NUMBER, PLACE, sealed_as))
    changed[position] ^= 1
    with pytest.raises(BrokenSeal):
        KEYRING.open(bytes(changed), PLACE, sealed_as)


@pytest.mark.parametrize("left", [0, 1, 3, 15, 20])
def test_a_value_cut_short_does_not_open(left: int) -> None:
    sealed_as = uuid.uuid4()
    with pytest.raises(BrokenSeal):
        KEYRING.open(KEYRING.seal(NUMBER, PLACE, sealed_as)[:left], PLACE, sealed_as)


def test_other_keys_do_not_open_it() -> None:
    sealed_as = uuid.uuid4()
    other = replace(KEYRING, keys={**KEYRING.keys, "field": b"x" * 32})
    with pytest.raises(BrokenSeal):
        other.open(KEYRING.seal(NUMBER, PLACE, sealed_as), PLACE, sealed_as)


def test_a_value_of_another_key_generation_does_not_open() -> None:
    sealed_as = uuid.uuid4()
    with pytest.raises(BrokenSeal):
        replace(KEYRING, key_id=2).open(KEYRING.seal(NUMBER, PLACE, sealed_as), PLACE, sealed_as)


def test_digests_are_equal_for_equal_values_and_differ_by_key_and_purpose() -> None:
    other = Keyring({**KEYRING.keys, "lookup": b"x" * 32})
    digest = KEYRING.digest(NUMBER)
    assert len(digest) == 32
    assert KEYRING.digest(NUMBER) == digest
    assert len({digest, KEYRING.digest(NUMBER, "code"), other.digest(NUMBER), KEYRING.digest(NUMBER[:-1])}) == 4
