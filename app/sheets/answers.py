"""The uploaded workbook given back with what is wrong in it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook as NewWorkbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.worksheet.cell_range import MultiCellRange
from openpyxl.worksheet.worksheet import Worksheet

from app.sheets.columns import Layout
from app.sheets.faults import DANGEROUS, Fault, Marked, marked_sheets
from app.sheets.rapid import write_rapidly
from app.sheets.tables import Table
from app.sheets.workbook import Cell, CellError, Row, Workbook, column_letters

__all__ = ["Fault", "write_error_workbook"]

RED = PatternFill("solid", fgColor="FFC7CE")
LARGE = 20_000
"""Workbooks of more rows are written the quick way: red cells and reasons, no comments."""
MOST_COMMENTS = 2_000
"""Excel is slow with more; the column of reasons has them all."""
TEXT_FORMAT = "@"
_ESCAPE = re.compile("_(?=x[0-9A-Fa-f]{4}_)")
"""In a workbook _x0041_ stands for A; a text that looks so must say that it does not."""
_FORMATS = ((datetime, "yyyy-mm-dd hh:mm:ss"), (date, "yyyy-mm-dd"), (time, "hh:mm:ss"), (timedelta, "[h]:mm:ss"))


def write_error_workbook(
    path: Path, workbook: Workbook, recognised: tuple[Layout, Sequence[Table]], faults: Iterable[Fault], locale: str
) -> None:
    """Write the uploaded workbook again with what is wrong in it: to be corrected in Excel and sent again.

    `recognised` is the layout and the tables that were found by it. Every cell stays where it was, text as text, of a
    formula its value. Bad cells are red and carry the reason as a comment (not in
    files of more than LARGE rows); one more column behind the table has all reasons of a row. It replaces the one of
    an earlier answer and is left out when the file is read again. Hidden rows and columns are shown, so that what is
    wrong in them is seen.
    """
    sheets = marked_sheets(workbook, recognised, faults, locale)
    if workbook.row_count > LARGE:
        write_rapidly(path, sheets)
        return
    book = NewWorkbook(write_only=True)
    left = MOST_COMMENTS
    for marked in sheets:
        answer = _Answer(marked, left)
        answer.write(book)
        left = answer.comments_left
    book.active = next(index for index, marked in enumerate(sheets) if marked.shown)
    book.save(path)
    book.close()


class _Answer:
    """One sheet written by openpyxl, with comments."""

    def __init__(self, marked: Marked, comments_left: int) -> None:
        self.marked, self.sheet, self.comments_left = marked, marked.sheet, comments_left

    def write(self, book: NewWorkbook) -> None:
        """Write the sheet behind the ones that are there."""
        out = book.create_sheet(self.sheet.name or "Sheet1")
        out.sheet_state = "visible" if self.marked.shown else "hidden"
        for index, width in self.marked.widths.items():
            out.column_dimensions[column_letters(index)].width = float(width)
        last = 0
        for row in self.sheet.rows:
            for _ in range(row.number - last - 1):
                out.append(())
            out.append(self._row(out, row))
            last = row.number
        out.merged_cells = MultiCellRange([block.reference for block in self.marked.merged])

    def _row(self, out: Worksheet, row: Row) -> list[object]:
        bad = self.marked.bad.get(row.number, {})
        cells = [self._cell(out, row.cell(index), index, bad.get(index)) for index in range(self.marked.width(row))]
        if self.marked.reasons_column < len(cells):
            cells[self.marked.reasons_column] = self._reason(out, row.number)
        return cells

    def _cell(self, out: Worksheet, value: Cell, index: int, wrong: Sequence[str] | None) -> object:
        as_text = index in self.marked.as_text
        if not wrong:
            return cell_out(out, value, as_text=as_text)
        cell = cell_out(out, value, as_text=as_text, styled=True)
        cell.fill = RED
        if self.comments_left:
            self.comments_left -= 1
            cell.comment = Comment("\n".join(wrong), "", width=300, height=80)
        return cell

    def _reason(self, out: Worksheet, number: int) -> object:
        reason = self.marked.reason(number)
        if reason is None:
            return None
        cell = cell_out(out, reason, styled=True)
        if number in self.marked.header_rows:
            cell.font = Font(bold=True)
        else:
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
