"""Statistics as an Excel file: what is shown, in the language it is shown in; text stays text, numbers are numbers."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.styles import Font

WIDTHS = (36, 14)

Cell = str | int | Decimal


def workbook(title: str, headings: Sequence[str], rows: Sequence[Sequence[Cell]]) -> bytes:
    """One sheet with a title line, the headings, and the rows; the last row is the total and stands out."""
    book = Workbook()
    sheet = book.active
    sheet.title = "Sheet1"
    for number, line in enumerate(([title], headings, *rows), 1):
        for column, value in enumerate(line, 1):
            cell = sheet.cell(number, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # a name that looks like a formula stays a name
            if number in {1, 2} or number == len(rows) + 2:
                cell.font = Font(bold=True)
    for column in range(1, len(headings) + 1):
        letter = sheet.cell(2, column).column_letter
        sheet.column_dimensions[letter].width = WIDTHS[0] if column == 1 else WIDTHS[1]
    sheet.freeze_panes = "B3"
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()
