"""The answer to a bad file is the file itself, marked: corrected in Excel, it can be sent again as it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from app.sheets import answers
from app.sheets.answers import RED, Fault, write_error_workbook
from app.sheets.reading import read
from app.sheets.recognise import recognise
from app.sheets.workbook import Cell, CellError, Row, Sheet, Workbook
from tests.make.workbooks import PUPILS, blocks, sheet, workbook

ZHANG = "360101201509011015"
pytestmark = pytest.mark.usefixtures("size")
ROWS: list[tuple[Cell, ...]] = [
    ("东湖学校七(1)班学生名单",),
    (),
    ("序号", "姓名", "证件号码", "出生日期", "备注"),
    (1.0, "=SUM(A1)", ZHANG, date(2015, 9, 1), "@x"),
    (2.0, "李四", 3.60101201509011e17, "2015/9", CellError("#N/A")),
    (3.0, None, "360101201509011016", None, "-"),
    ("合计", "3人"),
]
FAULTS = [
    Fault(0, 5, 2, "证件号码被 Excel 改成了数字，后几位已丢失，请以文本格式重新填写。"),
    Fault(0, 6, 1, "缺少姓名。"),
    Fault(0, 6, 2, "校验码不对。"),
    Fault(0, 6, None, "缺少班级。"),
]


@pytest.fixture(params=["small", "large"])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Small files are written with comments, large ones the quick way; what holds for one holds for the other."""
    monkeypatch.setattr(answers, "LARGE", 20_000 if request.param == "small" else 0)
    return str(request.param)


def answered(path: Path, book: Workbook, faults: list[Fault], locale: str = "zh_Hans_CN") -> Path:
    write_error_workbook(path, book, (PUPILS, recognise(book, PUPILS).tables), faults, locale)
    return path


def test_every_cell_stays_where_it_was(tmp_path: Path) -> None:
    book = workbook(sheet(ROWS, "七(1)班", merged=((1, 1, 0, 4),)), sheet([("说明",), ("请填写",)], "说明"))
    again = read(answered(tmp_path / "a.xlsx", book, []))
    assert [one.name for one in again.sheets] == ["七(1)班", "说明"]
    assert again.sheets[0].merged == blocks(((1, 1, 0, 4),))
    assert again.sheets[1].rows == book.sheets[1].rows
    assert [row.cells[:5] for row in again.sheets[0].rows] == [row.cells for row in book.sheets[0].rows]
    assert [row.number for row in again.sheets[0].rows] == [row.number for row in book.sheets[0].rows]


def test_bad_cells_are_marked_and_the_reasons_stand_in_the_last_column(tmp_path: Path, size: str) -> None:
    out = load_workbook(answered(tmp_path / "a.xlsx", workbook(ROWS), FAULTS)).active
    marked = {cell.coordinate for row in out.iter_rows() for cell in row if cell.fill.fgColor.rgb == RED.fgColor.rgb}
    assert marked == {"C5", "B6", "C6"}
    assert out["F3"].value == "原因（导入时忽略）"
    assert size == "large" or out["C6"].comment.text == "校验码不对。"
    assert [out[f"F{row}"].value for row in (4, 5, 6)] == [
        None,
        FAULTS[0].reason,
        "缺少姓名。；校验码不对。；缺少班级。",
    ]


def test_the_heading_of_the_reasons_is_in_the_language_of_the_reader(tmp_path: Path) -> None:
    out = load_workbook(answered(tmp_path / "a.xlsx", workbook(ROWS), FAULTS, "en")).active
    assert out["F3"].value == "Reasons (ignored on import)"


def test_columns_are_wide_enough_to_read_what_is_to_be_corrected(tmp_path: Path) -> None:
    rows = [(f"{'很长的标题' * 20}",), *ROWS[2:]]
    out = load_workbook(answered(tmp_path / "a.xlsx", workbook(rows), FAULTS)).active
    widths = {letters: dimension.width for letters, dimension in out.column_dimensions.items()}
    assert (widths["C"], widths["F"]) == (22, 60)
    assert "A" not in widths  # a title tells nothing of its column


def test_numbers_of_certificates_are_text_and_stay_it_when_corrected(tmp_path: Path) -> None:
    out = load_workbook(answered(tmp_path / "a.xlsx", workbook(ROWS), FAULTS)).active
    assert [(out[place].data_type, out[place].number_format) for place in ("C4", "C5", "C6")] == [
        ("s", "@"),
        ("n", "@"),
        ("s", "@"),
    ]


def test_nothing_becomes_a_formula(tmp_path: Path) -> None:
    rows: list[tuple[Cell, ...]] = [("姓名", "证件号码"), *((f"{sign}1+1", ZHANG) for sign in "=+-@\t＝＋－＠")]
    out = load_workbook(answered(tmp_path / "a.xlsx", workbook(rows), [Fault(0, 2, 0, "=HYPERLINK(1)")])).active
    assert {cell.data_type for row in out.iter_rows() for cell in row if cell.value is not None} == {"s"}


def test_texts_that_look_like_codes_of_characters_stay_what_they_are(tmp_path: Path) -> None:
    book = workbook([("姓名", "证件号码"), ("_x0041_", "_x005F_x0041_"), ("_x", "_x00_")])
    assert read(answered(tmp_path / "a.xlsx", book, [])).sheets[0].rows == book.sheets[0].rows


def test_the_column_of_reasons_is_not_read_again_and_never_doubled(tmp_path: Path) -> None:
    first = read(answered(tmp_path / "a.xlsx", workbook(ROWS), FAULTS))
    (table,) = recognise(first, PUPILS).tables
    assert table.reasons == 5
    assert 5 not in {**table.unmapped, **table.headings}
    assert [row.cells for row in table.rows()] == [
        row.cells for row in recognise(workbook(ROWS), PUPILS).tables[0].rows()
    ]
    second = load_workbook(answered(tmp_path / "b.xlsx", first, FAULTS[:1], "en")).active
    assert [cell.value for cell in second[3]] == [*ROWS[2], "Reasons (ignored on import)"]
    assert [second[f"F{row}"].value for row in (5, 6)] == [FAULTS[0].reason, None]
    assert second.max_column == 6


def test_a_hidden_sheet_with_something_bad_is_shown(tmp_path: Path) -> None:
    book = Workbook(tuple(Sheet(name, sheet(ROWS).rows, hidden=True) for name in ("甲", "乙")))
    out = load_workbook(answered(tmp_path / "a.xlsx", book, [Fault(1, 6, 1, "缺少姓名。")]))
    assert {one.title: one.sheet_state for one in out} == {"甲": "hidden", "乙": "visible"}
    assert out.active.title == "乙"


NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""Each example starts a process; looking for a smaller one would take minutes."""
WHOLE = st.integers(-(10**9), 10**9).map(float)
MOMENTS = st.datetimes(datetime(1950, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(microsecond=0))  # noqa: DTZ001  Excel knows no zones
TEXTS = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co")), min_size=1, max_size=12
).filter(str.strip)
CELLS: st.SearchStrategy[Cell] = st.one_of(
    st.none(),
    TEXTS,
    WHOLE,
    st.booleans(),
    st.dates(date(1950, 1, 1), date(2090, 1, 1)),
    MOMENTS.filter(lambda moment: moment.time() != datetime.min.time()),
    st.integers(86_401, 9_000_000).map(lambda seconds: timedelta(seconds=seconds)),
    st.sampled_from(["#N/A", "#REF!", "#DIV/0!", "#VALUE!"]).map(CellError),
)


@settings(max_examples=15, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(TEXTS, CELLS, CELLS, CELLS, st.booleans()), min_size=1, max_size=60))
def test_whatever_was_sent_comes_back_cell_by_cell(rows: list[tuple[str, Cell, Cell, Cell, bool]]) -> None:
    head = Row(3, ("姓名", "证件号码", "备注", "出生日期"))
    body = tuple(Row(5 + 2 * place, cells[:4]) for place, cells in enumerate(rows))
    faults = [Fault(0, row.number, 1, "不对") for row, cells in zip(body, rows, strict=True) if cells[4]]
    with TemporaryDirectory() as folder:
        again = read(answered(Path(folder) / "a.xlsx", Workbook((Sheet("名单", (head, *body)),)), faults)).sheets[0]
    assert [row.number for row in again.rows] == [3, *(row.number for row in body)]
    for row, wanted in zip(again.rows[1:], body, strict=True):
        assert [row.cell(index) for index in range(4)] == [wanted.cell(index) for index in range(4)]
