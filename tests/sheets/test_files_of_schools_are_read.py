"""Files as schools send them become the rows that Excel shows, with what is hidden, merged or broken in them."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook as NewWorkbook
from openpyxl import load_workbook
from openpyxl.styles import Font

from app.sheets.reading import read
from app.sheets.workbook import Cell, CellError, Merged
from tests.make.workbooks import raw_xlsx, save_xls, save_xlsx, text_cell

MORNING = datetime(2015, 9, 1, 8, 30)  # noqa: DTZ001  Excel knows no zones
ROWS: list[tuple[Cell, ...]] = [
    ("姓名", "证件号码"),
    ("张三", "360101201509011015"),
    ("䶮㛃·\U0002b7a9", "36010120120901007X"),
]


def test_cells_keep_what_excel_shows(tmp_path: Path) -> None:
    cells = [
        "䶮",
        380,
        380.5,
        True,
        date(2015, 9, 1),
        MORNING,
        time(8, 30),
        timedelta(hours=30),
        None,
        "x",
    ]
    book = read(save_xlsx(tmp_path / "a.xlsx", {"名单": [cells]}))
    assert book.sheets[0].rows[0].cells == tuple(cells)
    assert (book.kind, book.sheets[0].name, book.row_count) == ("xlsx", "名单", 1)


def test_rows_are_numbered_as_excel_shows_them(tmp_path: Path) -> None:
    rows = [[], [], [None, "姓名"], [], [None, "张三"]]
    assert [(row.number, row.cells) for row in read(save_xlsx(tmp_path / "a.xlsx", {"名单": rows})).sheets[0].rows] == [
        (3, (None, "姓名")),
        (5, (None, "张三")),
    ]


def test_a_formula_is_read_as_its_last_value_and_an_error_as_an_error(tmp_path: Path) -> None:
    formula = '<c r="A1" t="str"><f>"张"&amp;"三"</f><v>张三</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
    errors = '<c r="C1" t="e"><f>VLOOKUP(1,A:A,2,0)</f><v>#N/A</v></c><c r="D1" s="0" t="e"><v>#REF!</v></c>'
    below = '<row r="9"><c r="C9" t="e"><v>#DIV/0!</v></c></row>'
    path = raw_xlsx(tmp_path / "a.xlsx", [f'<row r="1">{formula}{errors}</row>{below}'])
    rows = read(path).sheets[0].rows
    assert rows[0].cells == ("张三", 2.0, CellError("#N/A"), CellError("#REF!"))
    assert (rows[1].number, rows[1].cells) == (9, (None, None, CellError("#DIV/0!")))


def test_a_formula_that_nobody_worked_out_is_an_error_and_an_empty_text_is_none(tmp_path: Path) -> None:
    unknown = '<c r="B1"><f>1+1</f><v></v></c><c r="C1" s="2"><f t="shared" si="0"/></c><c r="D1"><f>2</f><v /></c>'
    known = '<c r="E1" t="str"><f>""</f><v></v></c><c r="F1" s="1"/><c r="G1"><f>3</f><v>3</v></c>'
    row = f'<row r="1">{text_cell("A1", "张三")}{unknown}{known}</row>'
    (only,) = read(raw_xlsx(tmp_path / "a.xlsx", [row])).sheets[0].rows
    assert only.cells == ("张三", *[CellError("#N/A")] * 3, None, None, 3.0)


def test_a_file_saved_as_strict_open_xml_is_looked_through_like_any_other(tmp_path: Path) -> None:
    path = raw_xlsx(tmp_path / "a.xlsx", [f'<row r="1" hidden="1">{text_cell("A1", "张三")}</row>'])
    strict = tmp_path / "strict.xlsx"
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(strict, "w") as out:
        for name in source.namelist():
            part = source.read(name)
            for namespace in (b"officeDocument/2006", b"spreadsheetml/2006"):
                family = namespace.split(b"/")[0]
                part = part.replace(
                    b"http://schemas.openxmlformats.org/" + namespace, b"http://purl.oclc.org/ooxml/" + family
                )
            out.writestr(name, part)
    (only,) = read(strict).sheets[0].rows
    assert (only.cells, only.hidden) == (("张三",), True)


def test_hidden_rows_columns_and_sheets_are_read_and_marked(tmp_path: Path) -> None:
    book = NewWorkbook()
    out = book.active
    for cells in ROWS:
        out.append(cells)
    out.row_dimensions[2].hidden = True
    out.column_dimensions["B"].hidden = True
    book.create_sheet("旧").append(["姓名"])
    book["旧"].sheet_state = "veryHidden"
    book.save(tmp_path / "a.xlsx")
    first, second = read(tmp_path / "a.xlsx").sheets
    assert [row.hidden for row in first.rows] == [False, True, False]
    assert (first.hidden_columns, first.hidden, second.hidden) == (frozenset({1}), False, True)
    assert len(second.rows) == 1


def test_merged_blocks_are_told(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"名单": [("标题", None, None), *ROWS]})
    book = load_workbook(path)
    book.active.merge_cells("A1:C1")
    book.active.merge_cells("B3:B4")
    book.save(path)
    assert set(read(path).sheets[0].merged) == {Merged(1, 1, 0, 2), Merged(3, 4, 1, 1)}


def test_styled_rows_without_content_cost_nothing(tmp_path: Path) -> None:
    content = f'<row r="1">{text_cell("A1", "姓名")}</row><row r="2">{text_cell("A2", "张三")}</row>'
    blank = (
        f'<row r="{row}" spans="1:3" ht="18"><c r="A{row}" s="0"/><c r="B{row}" s="0"/></row>'
        for row in range(3, 1_048_577, 5)
    )
    merged = '<mergeCells count="1"><mergeCell ref="A1:B1"/></mergeCells>'
    only = read(raw_xlsx(tmp_path / "a.xlsx", [content, *blank], tail=merged)).sheets[0]
    assert [row.cells for row in only.rows] == [("姓名",), ("张三",)]
    assert only.merged == (Merged(1, 1, 0, 1),)


def test_a_styled_cell_in_the_last_row_of_excel_is_nothing(tmp_path: Path) -> None:
    path = save_xlsx(tmp_path / "a.xlsx", {"名单": ROWS})
    book = load_workbook(path)
    book.active["XFD1048576"].font = Font(bold=True)
    book.save(path)
    assert len(read(path).sheets[0].rows) == len(ROWS)


def test_prefixed_xml_is_read_like_any_other(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    data = '<row r="1" hidden="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c><c r="B1" t="e"><v>#N/A</v></c></row>'
    raw_xlsx(path, [data])
    assert read(path).sheets[0].rows[0].cells == ("姓名", CellError("#N/A"))
    assert read(path).sheets[0].rows[0].hidden


def test_characters_that_no_cell_can_hold_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("姓\x07名,证件\x0b号码\n张\x7f三,1\n".encode())
    assert [row.cells for row in read(path).sheets[0].rows] == [("姓名", "证件号码"), ("张三", "1")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_csv_file_is_read_in_each_encoding(tmp_path: Path, encoding: str, delimiter: str) -> None:
    text = "\r\n".join(delimiter.join(map(str, cells)) for cells in (*ROWS[:1], ("", ""), *ROWS[1:]))
    (tmp_path / "a.csv").write_bytes(text.encode(encoding))
    book = read(tmp_path / "a.csv")
    assert [(row.number, row.cells) for row in book.sheets[0].rows] == [(1, ROWS[0]), (3, ROWS[1]), (4, ROWS[2])]
    assert (book.kind, book.sheets[0].name) == ("csv", "")


def test_quotes_commas_and_line_breaks_stay_in_a_csv_cell(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('姓名,"住址\n(可空)",号\n"张,三","他说""好""",\n', encoding="utf-8")
    assert [row.cells for row in read(tmp_path / "a.csv").sheets[0].rows] == [
        ("姓名", "住址\n(可空)", "号"),
        ("张,三", '他说"好"'),
    ]


def test_a_single_quotation_mark_inside_a_csv_cell_stays(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('姓名,备注\n张三,5" 屏\n李四,\n', encoding="utf-8")
    assert [row.cells[0] for row in read(tmp_path / "a.csv").sheets[0].rows] == ["姓名", "张三", "李四"]


def test_a_number_that_was_forced_to_be_text_in_a_csv_file_is_the_number(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        '姓名,证件号码\n张三,="360101201509011015"\n李四,"=""36010120120901007X"""\n', encoding="utf-8"
    )
    assert [row.cells[1] for row in read(tmp_path / "a.csv").sheets[0].rows[1:]] == [
        "360101201509011015",
        "36010120120901007X",
    ]


@pytest.mark.parametrize("tiny", [False, True])
def test_an_xls_file_is_read_with_what_is_hidden_in_it(tmp_path: Path, tiny: bool) -> None:  # noqa: FBT001  of the case
    rows: list[tuple[Cell, ...]] = [*ROWS, ("合计", 3.5), (CellError("#N/A"), None, 1.0)]
    book = read(save_xls(tmp_path / "a.xls", rows, hidden=[2], merged="01000000010000000000", tiny=tiny))
    only = book.sheets[0]
    assert [row.cells for row in only.rows] == rows
    assert [row.number for row in only.rows if row.hidden] == [2]
    assert (book.kind, only.name, only.hidden_columns) == ("xls", "名单", frozenset({1}))
    assert only.merged == (Merged(1, 2, 0, 0),)


def test_a_large_xls_file_is_read_whole(tmp_path: Path) -> None:
    rows: list[tuple[Cell, ...]] = [
        ("姓名", "证件号码"),
        *((f"张{number}", f"3601012015{number:08}") for number in range(9_000)),
    ]
    only = read(save_xls(tmp_path / "a.xls", rows)).sheets[0]
    assert [row.cells for row in only.rows] == rows


def test_the_content_decides_between_the_kinds_of_excel(tmp_path: Path) -> None:
    assert read(save_xlsx(tmp_path / "a.xlsx", {"名单": ROWS}), "名单.xls").kind == "xlsx"
    assert read(save_xls(tmp_path / "b", ROWS), "名单.XLSX").kind == "xls"
