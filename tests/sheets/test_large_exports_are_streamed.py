"""A large export holds every row as it was given, text as text, in as many sheets as Excel needs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from app.sheets import bulk
from app.sheets.bulk import Exported, titles, write
from app.sheets.reading import read

HEADINGS = ("姓名", "证件号码", "金额", "日期", "时间", "是否")
MORNING = datetime(2026, 9, 1, 8, 30)  # noqa: DTZ001  Excel knows no zones
ROWS: list[tuple[Exported, ...]] = [
    ("䶮㛃", "360101201509011015", Decimal("380.50"), date(2026, 9, 1), MORNING, True),
    ("=1+1", "00123", Decimal(0), None, None, False),
    ("+a", "-1", None, None, None, None),
    ("@x\x07", "_x0041_", 7, None, None, None),
    ("http://a.cn", "a@b.cn", None, None, None, None),
]


def test_two_readers_find_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    assert write(path, "导出", HEADINGS, iter(ROWS)) == len(ROWS)
    rows = read(path).sheets[0].rows
    assert rows[0].cells == HEADINGS
    assert rows[1].cells == ("䶮㛃", "360101201509011015", 380.5, date(2026, 9, 1), MORNING, True)
    assert [row.cells[:2] for row in rows[2:]] == [
        ("=1+1", "00123"),
        ("+a", "-1"),
        ("@x", "_x0041_"),
        ("http://a.cn", "a@b.cn"),
    ]
    out = load_workbook(path).active
    assert {cell.data_type for row in out.iter_rows(max_col=2) for cell in row} == {"s"}
    assert (out["A3"].value, out["B3"].value, out.freeze_panes) == ("=1+1", "00123", "A2")


def test_columns_are_as_wide_as_what_stands_in_them(tmp_path: Path) -> None:
    long = "江西省 / 南昌市 / 东湖区示范初级中学"
    write(tmp_path / "a.xlsx", "名单", ("学号", "班级", "说明"), [("1", long, long * 9), ("2", None, None)])
    columns = load_workbook(tmp_path / "a.xlsx").active.column_dimensions
    widths = [round(columns[letters].width) for letters in "ABC"]
    assert widths[0] in {9, 10}
    assert len(long) < widths[1] <= widths[2] <= 41


def test_an_export_of_nothing_has_its_headings(tmp_path: Path) -> None:
    assert write(tmp_path / "a.xlsx", "导出", HEADINGS, ()) == 0
    assert [row.cells for row in read(tmp_path / "a.xlsx").sheets[0].rows] == [HEADINGS]


def test_rows_go_on_in_a_further_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "ROWS_A_SHEET", 100)
    rows: Iterator[tuple[Exported, ...]] = ((f"张{number}", number) for number in range(250))
    assert write(tmp_path / "a.xlsx", "导出", ("姓名", "号"), rows, at_most=250) == 250
    sheets = read(tmp_path / "a.xlsx").sheets
    assert [(sheet.name, len(sheet.rows) - 1) for sheet in sheets] == [
        ("导出", 100),
        ("导出 (2)", 100),
        ("导出 (3)", 50),
    ]
    assert [row.cells[1] for sheet in sheets for row in sheet.rows[1:]] == list(map(float, range(250)))


def test_more_rows_than_announced_are_an_error_and_so_are_equal_headings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "ROWS_A_SHEET", 10)
    with pytest.raises(ValueError, match="announced"):
        write(tmp_path / "a.xlsx", "导出", ("号",), ((number,) for number in range(11)), at_most=10)
    with pytest.raises(ValueError, match="same heading"):
        write(tmp_path / "b.xlsx", "导出", ("号", "号"), ())


def test_names_of_sheets_are_such_as_excel_allows() -> None:
    assert titles("七(1)班/[2026]: 导出?", 2) == ["七(1)班  2026   导出", "七(1)班  2026   导出 (2)"]
    assert titles("'", 1) == ["Sheet"]
    assert all(len(title) <= 31 for title in titles("长" * 60, 1000))
