"""The uploaded workbook given back with what is wrong in it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook as NewWorkbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.columns import CellKind, Layout
from app.sheets.tables import REASONS, Table
from app.sheets.workbook import Cell, CellError, Merged, Row, Sheet, Workbook, column_letters

RED = PatternFill("solid", fgColor="FFC7CE")
MOST_COMMENTS = 2_000
"""Excel is slow with more; the column of reasons has them all."""
TEXT_FORMAT = "@"
REASONS_WIDTH = 60.0
DANGEROUS = frozenset("=+-@\t\r＝＋－＠")
"""What Excel may take for the beginning of a formula."""
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""In a workbook _x0041_ stands for A; a text that looks so must say that it does not."""
_FORMATS = ((datetime, "yyyy-mm-dd hh:mm:ss"), (date, "yyyy-mm-dd"), (time, "hh:mm:ss"), (timedelta, "[h]:mm:ss"))
_TEXT_KINDS = frozenset({CellKind.IDENTITY, CellKind.PHONE, CellKind.TEXT, CellKind.CLASS_NAME})


@dataclass(frozen=True)
class Fault:
    """Something wrong in a row: the sheet by its place in the workbook, the row as Excel numbers it.

    `column` is the column's index (0 is A), None when the whole row is meant; `reason` a sentence in the language of
    whoever gets the workbook.
    """

    sheet_index: int
    row: int
    column: int | None
    reason: str


def language_of(locale: str) -> str:
    """`zh` or `en`, whichever a locale stands for."""
    return "zh" if locale.startswith("zh") else "en"


def write_error_workbook(
    path: Path, workbook: Workbook, recognised: tuple[Layout, Sequence[Table]], faults: Iterable[Fault], locale: str
) -> None:
    """Write the uploaded workbook again with what is wrong in it: to be corrected in Excel and sent again.

    `recognised` is the layout and the tables that were found by it. Every cell stays where it was, text as text, of a
    formula its value. Bad cells are red and carry the reason as a comment; one more column behind the table has all
    reasons of a row. It replaces the one of an earlier answer and is left out when the file is read again. Hidden rows
    and columns are shown, so that what is wrong in them is seen.
    """
    layout, tables = recognised
    by_sheet: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_sheet[fault.sheet_index].append(fault)
    book = NewWorkbook(write_only=True)
    left = MOST_COMMENTS
    for index, sheet in enumerate(workbook.sheets):
        own = [table for table in tables if table.sheet_index == index]
        answer = _Answer(sheet, own, by_sheet[index], layout, language_of(locale), left)
        answer.write(book)
        left = answer.comments_left
    book.save(path)
    book.close()


class _Answer:
    """One sheet given back."""

    def __init__(
        self, sheet: Sheet, tables: Sequence[Table], faults: Sequence[Fault], layout: Layout, language: str, left: int
    ) -> None:
        self.sheet, self.language, self.comments_left = sheet, language, left
        self.shown = bool(faults) or not sheet.hidden
        self.header_rows = {table.header_rows[-1] for table in tables if faults or table.reasons is not None}
        self.old = next((table.reasons for table in tables if table.reasons is not None), None)
        self.new = self.old if self.old is not None else max((len(row.cells) for row in sheet.rows), default=0)
        kinds = {key: column.kind for key, column in layout.by_key.items()}
        self.as_text = {index for table in tables for key, index in table.mapping.items() if kinds[key] in _TEXT_KINDS}
        self.bad: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.reasons: dict[int, list[str]] = defaultdict(list)
        for fault in faults:
            self.reasons[fault.row].append(fault.reason)
            if fault.column is not None:
                self.bad[fault.row][fault.column].append(fault.reason)

    def write(self, book: NewWorkbook) -> None:
        """Write the sheet behind the ones that are there."""
        out = book.create_sheet(self.sheet.name or "Sheet1")
        out.sheet_state = "visible" if self.shown else "hidden"
        if self.reasons:
            out.column_dimensions[column_letters(self.new)].width = REASONS_WIDTH
        last = 0
        for row in self.sheet.rows:
            for _ in range(row.number - last - 1):
                out.append(())
            out.append(self._row(out, row))
            last = row.number
        ranges = [_range(block) for block in self.sheet.merged if block.last_column < self.new]
        out.merged_cells = MultiCellRange(ranges)

    def _row(self, out: Worksheet, row: Row) -> list[object]:
        width = max(len(row.cells), self.new + 1 if row.number in self.reasons or row.number in self.header_rows else 0)
        bad = self.bad.get(row.number, {})
        cells = [self._cell(out, row.cell(index), index, bad.get(index)) for index in range(width)]
        if self.new < width:
            cells[self.new] = self._reason(out, row.number)
        return cells

    def _cell(self, out: Worksheet, value: Cell, index: int, wrong: Sequence[str] | None) -> object:
        if not wrong:
            return cell_out(out, value, as_text=index in self.as_text)
        cell = cell_out(out, value, as_text=index in self.as_text, styled=True)
        cell.fill = RED
        if self.comments_left:
            self.comments_left -= 1
            cell.comment = Comment("\n".join(wrong), "", width=300, height=80)
        return cell

    def _reason(self, out: Worksheet, number: int) -> object:
        if number in self.header_rows:
            cell = cell_out(out, REASONS[self.language], styled=True)
            cell.font = Font(bold=True)
            return cell
        if number not in self.reasons:
            return None
        cell = cell_out(out, "；".join(self.reasons[number]), styled=True)
        cell.font = Font(color="C00000")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell


def cell_out(out: Worksheet, value: Cell, *, as_text: bool = False, styled: bool = False) -> Any:  # noqa: ANN401  openpyxl has no types
    """A cell to be written: text stays text whatever it begins with, an error stays an error, days have a format.

    What needs no mark is left as it is, which is faster; `styled` asks for a cell that can be marked.
    """
    risky = isinstance(value, str) and (value[:1] in DANGEROUS or "_x" in value)
    bare = isinstance(value, (str, int, float, bool)) or value is None
    if bare and not (styled or risky or (as_text and isinstance(value, str))):
        return value
    if isinstance(value, str):
        value = _ESCAPE.sub("_x005F_", value)
    cell = WriteOnlyCell(out, value.text if isinstance(value, CellError) else value)
    if isinstance(value, str):
        cell.data_type, cell.quotePrefix = "s", value[:1] in DANGEROUS
    elif isinstance(value, CellError):
        cell.data_type = "e"
    cell.number_format = TEXT_FORMAT if as_text and bare else _format_of(value)
    return cell


def _format_of(value: Cell) -> str:
    return next((shown for sort, shown in _FORMATS if isinstance(value, sort)), "General")


def _range(block: Merged) -> str:
    first, last = column_letters(block.first_column), column_letters(block.last_column)
    return f"{first}{block.first_row}:{last}{block.last_row}"
