"""One list, saved as .xlsx, .xls and .csv, gives the same rows; a file with everything in it is read."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from openpyxl import Workbook as NewWorkbook
from openpyxl.styles import Font

from app.sheets.reading import read
from app.sheets.recognise import recognise
from app.sheets.values import Bad, day, identity, value
from app.sheets.workbook import Cell
from tests.make.workbooks import PUPILS, save_xls, save_xlsx

ZHANG, LI = "360101201509011015", "360101201003152021"
LIST: list[tuple[Cell, ...]] = [
    ("东湖学校七(1)班学生名单",),
    ("填表说明：证件号码请用文本",),
    ("序号", "学生姓名", "身份证号码", "性别", "出生年月", "备注"),
    ("1", "张三", f" {ZHANG}", "男", "2015年9月", None),
    ("2", "䶮㛃", f"'{LI}", "女", "2010/3/15", "=1+1"),
    ("合计", "2人"),
    ("填表人：", None, None, "负责人签字："),
]


@pytest.mark.parametrize("kind", ["xlsx", "xls", "utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_the_same_list_gives_the_same_rows(tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"a.{kind if kind.startswith('xl') else 'csv'}"
    if kind == "xlsx":
        save_xlsx(path, {"名单": [[cell if cell != "=1+1" else "1+1" for cell in row] for row in LIST]})
    elif kind == "xls":
        save_xls(path, LIST)
    else:
        path.write_text("\n".join(",".join(str(cell or "") for cell in row) for row in LIST), encoding=kind)
    (table,) = recognise(read(path), PUPILS).tables
    read_rows = [{key: value(PUPILS.by_key[key], cell) for key, cell in row.cells.items()} for row in table.rows()]
    assert [row.number for row in table.rows()] == [4, 5]
    assert [(row["name"], row["number"], row["sex"]) for row in read_rows] == [
        ("张三", ZHANG, "男"),
        ("䶮㛃", LI, "女"),
    ]
    assert [str(row["born"]) for row in read_rows] == ["2015-09-01", "2010-03-15"]
    assert table.class_hint == "七(1)班"


def test_a_workbook_with_everything_in_it_is_read(tmp_path: Path) -> None:
    book = NewWorkbook()
    out = book.active
    out.title = "七(1)班"
    for row in (
        ["东湖学校2026年秋季学生信息登记表"],
        ["填表说明：1.红色为必填", None, None, "2.不得改动表头"],
        ["序号", "学生信息", None, None, "监护人", None, "班级", "出生日期"],
        [None, "姓名*", "公民身份号码", "性别", "姓名", "电话", None, None],
        [1, "张三", ZHANG, "男", "张大", 13800000001, "七(1)班", datetime(2015, 9, 1)],  # noqa: DTZ001  Excel knows no zones
        [2, "李四", 360101201003152021, "女", "李大", "13800000002", None, 40252],
        [3, "王五", LI, "女", None, None, None, "2010.3.15"],
        [4, None, None, None, None, None, None, None],
        ["合计", "=COUNTA(B5:B8)"],
        ["填表人：赵老师", None, None, "负责人（签字）："],
    ):
        out.append(row)
    for block in ("A1:H1", "A3:A4", "B3:D3", "E3:F3", "G3:G4", "H3:H4", "G5:G7"):
        out.merge_cells(block)
    out.row_dimensions[6].hidden = True
    out["A1048576"].font = Font(bold=True)
    book.save(tmp_path / "a.xlsx")

    recognition = recognise(read(tmp_path / "a.xlsx"), PUPILS)
    (table,) = recognition.tables
    rows = list(table.rows())
    assert [row.number for row in rows] == [5, 6, 7]
    assert {row.cells["class_name"] for row in rows} == {"七(1)班"}
    assert [row.cells["name"] for row in rows] == ["张三", "李四", "王五"]
    lost = identity(rows[1].cells["number"])
    assert (identity(rows[0].cells["number"]), identity(rows[2].cells["number"])) == (ZHANG, LI)
    assert isinstance(lost, Bad)
    assert lost.code == "id_precision_lost"
    assert [str(day(row.cells["born"])) for row in rows] == ["2015-09-01", "2010-03-15", "2010-03-15"]
    assert table.unmapped == {0: "序号", 4: "监护人 / 姓名", 5: "监护人 / 电话"}
    assert {finding.code for finding in recognition.findings} == {"hidden_rows", "rows_left_out"}
