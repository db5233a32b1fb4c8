"""Names, phones, amounts, yes and no, choices: read as they are meant, or refused with a code."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app.features  # noqa: F401  the sentences of all features are learnt
from app.sheets.columns import CellKind, Column
from app.sheets.remarks import remark_of
from app.sheets.saying import say
from app.sheets.values import CODES, Bad, amount, choice, name, phone, readers, text, value, yes_no
from app.sheets.workbook import Cell, CellError


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (" 张三 ", "张三"),
        ("阿依古丽•买买提", "阿依古丽·买买提"),
        ("阿依古丽・买买提", "阿依古丽·买买提"),
        ("䶮㛃", "䶮㛃"),
        ("\U0002b7a9\U00030edd", "\U0002b7a9\U00030edd"),
        ("'王五", "王五"),
        ("李\u200b四", "李四"),
        ("=张三", "=张三"),
        (" ", None),
        (None, None),
    ],
)
def test_names_keep_their_characters(written: Cell, read: str | None) -> None:
    assert name(written) == read


def test_a_number_is_no_name() -> None:
    for cell in (380.0, True, CellError("#NAME?")):
        assert isinstance(name(cell), Bad)


@pytest.mark.parametrize(
    "cell",
    [
        "13800000001",
        13800000001.0,
        13800000001,
        "138 0000 0001",
        "138-0000-0001",
        "+86 13800000001",
        "８６13800000001",
        "13800000001.0",
    ],
)
def test_each_way_to_write_a_mobile_number_gives_the_same(cell: Cell) -> None:
    assert phone(cell) == "13800000001"


def test_landlines_keep_their_area_code() -> None:
    assert phone("0791-88888888") == phone("(0791)88888888") == phone("０７９１—88888888") == "0791-88888888"
    assert phone("079188888888-12") == "079188888888-12"


@pytest.mark.parametrize("mobile", ["13861380000", "18619439748", "15697386181"])
def test_a_mobile_number_may_hold_the_country_code_by_chance(mobile: str) -> None:
    assert phone(mobile) == phone(f"+86 {mobile}") == phone(f"0086-{mobile}") == mobile


@pytest.mark.parametrize("kind", list(CellKind))
@pytest.mark.parametrize(
    "cell", [CellError("#N/A"), True, 1.5, float("nan"), -1.0, "x" * 501, "甲", "-5", 3.6e17, "1/2/3", "2015-02-30"]
)
def test_whatever_is_wrong_with_a_cell_is_said_in_a_sentence(cell: Cell, kind: CellKind) -> None:
    found = value(Column("c", "列", "Column", kind), cell)
    if isinstance(found, Bad):
        remark = remark_of("c", found)
        assert " " in say(remark.code, remark.facts)


@pytest.mark.parametrize("cell", ["1380000000", "88888888", "无", 1.38e20, True, CellError("#N/A"), "12800000001"])
def test_what_is_no_phone_is_refused(cell: Cell) -> None:
    found = phone(cell)
    assert isinstance(found, Bad)
    assert found.code == "phone"


@given(st.decimals(0, 10**8, places=2))
def test_every_amount_of_fen_comes_back(yuan: Decimal) -> None:
    fen = int(yuan * 100)
    for cell in (str(yuan), f"¥{yuan}", f"{yuan}元", f"{yuan:,}", float(yuan)):
        assert amount(cell) == fen


@pytest.mark.parametrize(
    "cell", [12.345, "12.345", -1.0, "-1", "免费", True, float("nan"), 1e300, 0.1 + 0.2, "1,23", CellError("#N/A")]
)
def test_what_is_no_amount_of_fen_is_refused(cell: Cell) -> None:
    assert isinstance(amount(cell), Bad)


def test_yes_and_no_in_all_their_signs() -> None:
    assert all(yes_no(cell) is True for cell in ("是", " 有 ", "√", "Y", "yes", 1.0, True, "１"))
    assert all(yes_no(cell) is False for cell in ("否", "无", "×", "N", 0, 0.0, False))
    assert yes_no(None) is None
    assert isinstance(yes_no("也许"), Bad)


def test_a_choice_is_known_by_label_or_code() -> None:
    sexes = {"男": "1", "女": "2", "1": "1", "2": "2", "M": "1"}
    assert [choice(cell, sexes) for cell in ("男", " 女", 2.0, "m", None)] == ["1", "2", "2", "1", None]
    found = choice("其他", sexes)
    assert isinstance(found, Bad)
    assert found.facts["choices"] == ("男", "女", "1", "2", "M")


def test_whole_numbers_are_texts_without_a_point() -> None:
    assert [text(cell) for cell in (7.0, 7, 380.5, " 七(1)班\n", "", True)] == [
        "7",
        "7",
        "380.5",
        "七(1)班",
        None,
        "TRUE",
    ]
    assert isinstance(text("长" * 501), Bad)
    assert isinstance(text(CellError("#REF!")), Bad)


MOMENTS: st.SearchStrategy[Cell] = st.one_of(st.dates(), st.datetimes(), st.times(), st.timedeltas())
ANY_CELL: st.SearchStrategy[Cell] = st.one_of(
    st.none(), st.text(max_size=40), st.floats(), st.integers(), st.booleans(), MOMENTS, st.just(CellError("#N/A"))
)


@given(ANY_CELL, st.sampled_from(list(CellKind)))
def test_no_cell_is_too_odd_to_be_judged(cell: Cell, kind: CellKind) -> None:
    found = value(Column("x", "甲", "X", kind), cell)
    assert not isinstance(found, Bad) or found.code in CODES


def test_remembered_cells_are_told_apart_by_their_kind() -> None:
    """1, 1.0 and TRUE are equal, and three different cells."""
    column = Column("grade", "年级", "Grade", CellKind.TEXT)
    read = readers((column,))["grade"]
    for _ in range(2):
        assert [read(cell) for cell in (1, 1.0, True, "1", None)] == ["1", "1", "TRUE", "1", None]


@given(
    st.lists(st.one_of(st.none(), st.text(max_size=12), st.dates(), st.booleans(), st.floats(0, 90_000)), max_size=20)
)
def test_reading_with_memory_is_reading(cells: list[Cell]) -> None:
    for kind in CellKind:
        column = Column("any", "任意", "Any", kind)
        read = readers((column,))["any"]
        assert [read(cell) for cell in cells * 2] == [value(column, cell) for cell in cells * 2]
