"""The empty workbook to be filled in: headings, hints, drop-downs, one example row that is not imported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from openpyxl import Workbook as NewWorkbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.bulk import titles
from app.sheets.columns import CellKind, Column, Layout
from app.sheets.workbook import column_letters

HEADING, REQUIRED, EXAMPLE = (PatternFill("solid", fgColor=colour) for colour in ("D9E1F2", "FCE4D6", "EDEDED"))
LINE = Side(style="thin", color="BFBFBF")
HEADER_ROW, EXAMPLE_ROW = 2, 3
ROWS_PREPARED = 20_000
"""Drop-downs reach down so far; rows below are read all the same."""
WORDS = {"zh": ("序号", "示例", "选项"), "en": ("No.", "Example", "Choices")}
INSTRUCTIONS = {
    "zh": "请从第4行起填写；带*的列必填；第3行是示例，导入时不读。列的顺序可以改，多余的列可以保留。",
    "en": (
        "Fill in from row 4 on. Columns with * are required. Row 3 is an example and is not imported. "
        "Columns may stand in any order, and others may be added."
    ),
}
_AS_TEXT = frozenset({CellKind.IDENTITY, CellKind.PHONE, CellKind.TEXT, CellKind.NAME, CellKind.CLASS_NAME})


def write_template(path: Path, layout: Layout, locale: str, choices: Mapping[str, Sequence[str]] | None = None) -> None:
    """Write the template of a layout in a language.

    `choices` gives the labels that a column's drop-down offers, by key, in place of the column's own (the classes of a
    school, say). Columns of numbers that are no quantities are formatted as text, so that Excel keeps every digit.
    """
    language = "zh" if locale.startswith("zh") else "en"
    number, example, options = WORDS[language]
    columns = [column for column in layout.columns if column.in_template]
    book = NewWorkbook()
    sheet = book.active
    sheet.title = titles(layout.name(language), 1)[0]
    lists = book.create_sheet(options)
    lists.sheet_state = "hidden"
    sheet["A1"] = INSTRUCTIONS[language]
    sheet["A1"].alignment = Alignment(wrap_text=True, vertical="center")
    sheet.merge_cells(start_row=1, end_row=1, start_column=1, end_column=len(columns) + 1)
    sheet.row_dimensions[1].height = 36
    sheet.cell(HEADER_ROW, 1, number).font = Font(bold=True)
    sheet.cell(EXAMPLE_ROW, 1, example).fill = EXAMPLE
    for place, column in enumerate(columns, start=2):
        offered = tuple((choices or {}).get(column.key, column.choices))
        _column(sheet, place, column, language)
        if offered:
            _drop_down(book, sheet, place, offered)
    sheet.freeze_panes = sheet.cell(HEADER_ROW + 1, 1)
    book.save(path)


def _column(sheet: Worksheet, place: int, column: Column, language: str) -> None:
    heading = sheet.cell(HEADER_ROW, place, f"{'*' if column.required else ''}{column.heading(language)}")
    heading.font = Font(bold=True)
    heading.fill = REQUIRED if column.required else HEADING
    heading.border = Border(LINE, LINE, LINE, LINE)
    if hint := column.hint(language):
        heading.comment = Comment(hint, "", width=260, height=90)
    example = sheet.cell(EXAMPLE_ROW, place)
    if column.example:
        example.value = column.example
        example.data_type = "s"
    example.fill = EXAMPLE
    dimension = sheet.column_dimensions[column_letters(place - 1)]
    dimension.width = 22 if column.kind == CellKind.IDENTITY else 14
    if column.kind in _AS_TEXT:
        dimension.number_format = example.number_format = "@"


def _drop_down(book: NewWorkbook, sheet: Worksheet, place: int, offered: Sequence[str]) -> None:
    """Offer a list of any length: it stands in the hidden sheet, and the cells name it."""
    lists = book.worksheets[-1]
    letters = column_letters(place - 1)
    for row, label in enumerate(offered, start=1):
        lists.cell(row, place, label).data_type = "s"
    name = f"list_{place}"
    book.defined_names[name] = DefinedName(name, attr_text=f"'{lists.title}'!${letters}$1:${letters}${len(offered)}")
    rule = DataValidation(type="list", formula1=f"={name}", allow_blank=True, showErrorMessage=True)
    rule.add(f"{letters}{HEADER_ROW + 1}:{letters}{ROWS_PREPARED}")
    sheet.add_data_validation(rule)
