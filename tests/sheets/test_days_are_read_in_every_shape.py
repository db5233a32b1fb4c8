"""Days and months as people write them; what could be read in two ways is refused."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sheets.answers import Fault, write_error_workbook
from app.sheets.reading import read
from app.sheets.recognise import recognise
from app.sheets.values import Bad, day
from app.sheets.workbook import Cell, CellError
from tests.make.workbooks import PUPILS, save_xls, save_xlsx

FIRST = date(2015, 9, 1)
DAYS = st.dates(date(1901, 1, 1), date(2099, 12, 31))
SHAPES = (
    "{0:%Y-%m-%d}",
    "{0:%Y/%m/%d}",
    "{0:%Y.%m.%d}",
    "{0:%Y%m%d}",
    "{0:%Y-%m-%d} 00:00:00",
    "{0:%Y-%m-%d}T00:00:00",
    "{0.year}-{0.month}-{0.day}",
    "{0.year}/{0.month}/{0.day}",
    "{0.year}.{0.month}.{0.day}",
    "{0.year}年{0.month}月{0.day}日",
    "{0.year} 年 {0.month} 月 {0.day} 日",
)


@pytest.mark.parametrize(
    "cell",
    [
        "2015-09-01",
        "2015/9/1",
        "2015.9.1",
        "20150901",
        20150901.0,
        20150901,
        "2015年9月1日",
        "２０１５年９月１日",
        "2015—09—01",
        "201509",
        201509.0,
        "2015年9月",
        "2015-09",
        "2015.09",
        2015.09,
        2015.9,
        42248.0,
        42248,
        date(2015, 9, 1),
        datetime(2015, 9, 1, 23, 59),  # noqa: DTZ001  Excel knows no zones
        " 2015-9-1 ",
        *(
            "'2015-09-01",
            "2015年09月01号",
            "2015年9月份",
            "2015、9、1",
            "2015,9,1",
            "2015·9·1",
            "2015\\9\\1",
            "2015~9~1",
        ),
        *("2015.09.01.", "2015.09.", "2015年9月1日 星期二", "2015年9月1日（周二）", "2015-09-01 8:00"),
        *("二〇一五年九月一日", "二零一五年九月", "2015年九月一日", "二○一五年九月", "\u2066201509\u2069"),
    ],
)
def test_each_shape_gives_the_day(cell: Cell) -> None:
    assert day(cell) == FIRST


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "01/02/03",
            "1/9/2015",
            "15-9-1",
            "09-01",
            "2015",
            "2015-13-01",
            "2015-02-29",
            "20150230",
            *(
                "九月",
                "二〇一五年十三月",
                "二〇一五年九月三十一日",
                "二十年九月一日",
                "二〇一五年十十月",
                "9月1日 星期二",
            ),
            "2015-9-1-2",
        ),
        *("0000-01-01", "20151301", "42248", 2015.0, 2015.1, 3.6e17, -1.0, float("nan"), True),
        *(timedelta(hours=3), CellError("#VALUE!")),
    ],
)
def test_what_is_no_day_or_two_is_refused(cell: Cell) -> None:
    found = day(cell)
    assert isinstance(found, Bad)
    assert found.code == "date"


@given(DAYS, st.sampled_from(SHAPES))
def test_every_day_comes_back_from_every_shape(wanted: date, shape: str) -> None:
    assert day(shape.format(wanted)) == wanted


@given(DAYS)
def test_every_day_comes_back_from_the_number_of_excel(wanted: date) -> None:
    serial = (wanted - date(1899, 12, 30)).days
    assert day(float(serial)) == (wanted if serial >= 3654 else day(float(serial)))


def test_days_of_a_file_are_days(tmp_path: Path) -> None:
    wanted = [date(1999, 2, 28), date(2000, 2, 29), date(2015, 9, 1)]
    rows = read(save_xlsx(tmp_path / "a.xlsx", {"名单": [[one] for one in wanted]})).sheets[0].rows
    assert [day(row.cells[0]) for row in rows] == wanted


@pytest.mark.parametrize("kind", ["xlsx", "xls"])
def test_bare_numbers_of_a_workbook_that_counts_from_1904_are_its_days(tmp_path: Path, kind: str) -> None:
    rows: list[tuple[Cell, ...]] = [
        ("姓名", "证件号码", "出生日期"),
        ("张三", "360101201509011015", 40786.0),
        ("李四", "", "2015年9月"),
    ]
    if kind == "xls":
        path = save_xls(tmp_path / "a.xls", rows, since_1904=True)
    else:
        path = save_xlsx(tmp_path / "a.xlsx", {"名单": rows}, since_1904=True)
    book = read(path)
    (table,) = recognise(book, PUPILS).tables
    assert [day(row.cells["born"]) for row in table.rows()] == [FIRST, FIRST]
    write_error_workbook(tmp_path / "b.xlsx", book, (PUPILS, [table]), [Fault(0, 3, 1, "缺少证件号码。")], "zh")
    (again,) = recognise(read(tmp_path / "b.xlsx"), PUPILS).tables
    assert [day(row.cells["born"]) for row in again.rows()] == [FIRST, FIRST]


def test_an_empty_cell_is_no_day() -> None:
    assert day(None) is None
    assert day("  ") is None
