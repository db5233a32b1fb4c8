"""A number that Excel may have rounded is refused, whatever its check digit says; others are read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.reading import read
from app.sheets.values import Bad, ends_rounded, identity, rounded
from app.sheets.workbook import Cell, CellError
from tests.make.workbooks import save_xls, save_xlsx

GOOD = "36010120120901007X"
DIGITS = st.integers(10**17, 10**18 - 1)


@pytest.mark.parametrize(
    "written",
    [
        GOOD.lower(),
        f" {GOOD} ",
        "360101 20120901 007X",
        f"'{GOOD}",
        f"‘{GOOD}’",
        "３６０１０１２０１２０９０１００７Ｘ",
        "３６０１０１２０１２０９０１００７ｘ",
        f"\u200b{GOOD}\u3000\xa0\ufeff",
        f"\t{GOOD}\n",
        f"\u202d{GOOD}\u202c",
        f"\u2068{GOOD[:6]}\u2069\u180e{GOOD[6:]}",
    ],
)
def test_each_way_to_write_a_number_gives_the_same(written: str) -> None:
    assert identity(written) == GOOD


@pytest.mark.parametrize(
    "cell",
    [
        360101201509011015.0,
        3.6e17,
        1234567890123456.0,
        9007199254740993,
        1e15,
        "3.60101E+17",
        "3.60101201509011E17",
        "3.60101e+017",
        "３．６Ｅ＋１７",
        "360101201509011015.0",
        float("inf"),
    ],
)
def test_what_may_have_lost_digits_is_refused(cell: Cell) -> None:
    found = identity(cell)
    assert isinstance(found, Bad)
    assert found.code == "id_precision_lost"


def test_a_number_whose_check_digit_fits_by_chance_is_refused_all_the_same(tmp_path: Path) -> None:
    # What Excel keeps of 360101201501030xxx is 360101201501030000 or near it; here the check digit fits.
    fitting = 360101201509015000.0
    for path in (
        save_xlsx(tmp_path / "a.xlsx", {"名单": [("证件号码",), (fitting,)]}),
        save_xls(tmp_path / "a.xls", [("证件号码",), (fitting,)]),
    ):
        found = identity(read(path).sheets[0].rows[1].cells[0])
        assert isinstance(found, Bad)
        assert found.code == "id_precision_lost"


@given(DIGITS)
def test_no_number_cell_of_eighteen_digits_is_read(number: int) -> None:
    for cell in (number, float(number)):
        found = identity(cell)
        assert isinstance(found, Bad)
        assert found.code == "id_precision_lost"


@given(DIGITS)
def test_the_same_digits_as_text_are_read_as_they_stand(number: int) -> None:
    assert identity(str(number)) == str(number)


@given(st.integers(0, 10**15 - 1))
def test_a_number_that_excel_keeps_whole_is_read(number: int) -> None:
    assert identity(float(number)) == identity(number) == identity(f"{number}.0") == str(number)


def test_other_certificates_keep_letters_and_brackets() -> None:
    assert identity("h12345678") == "H12345678"
    assert identity("1234567890（B）") == "1234567890(B)"
    assert identity("E3X00017") == "E3X00017"


def test_an_empty_cell_is_nothing_and_what_is_no_number_is_refused() -> None:
    assert identity(None) is None
    assert identity("  ' ") is None
    for cell in (CellError("#N/A"), date(2015, 9, 1), True, -3.0, 1.5):
        found = identity(cell)
        assert isinstance(found, Bad)
        assert found.code == "other"


def test_a_column_of_texts_that_were_rounded_before_is_noticed() -> None:
    assert ends_rounded("360101201509011000")
    assert not ends_rounded(GOOD)
    assert rounded(["360101201509011000", "360101201509012000", GOOD])
    assert not rounded(["360101201509011000", GOOD])
    assert not rounded(["360101201509011000"] * 2 + [GOOD] * 200)
