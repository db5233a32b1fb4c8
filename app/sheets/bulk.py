"""Write large workbooks in constant memory: rows as they come, text as text, a new sheet at every million rows."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import rustpy_xlsxwriter

from app.sheets.workbook import shown_width

ROWS_A_SHEET = 1_000_000
"""Excel holds 1,048,576 rows a sheet."""
ROWS_MEASURED, NARROWEST, WIDEST = 500, 9, 40
"""So many rows tell how wide the columns are, in narrow characters."""
LONGEST_CELL = 32_767
"""Characters that Excel holds in a cell; longer text is cut."""
Exported = str | int | Decimal | date | datetime | bool | None
"""What an export may hold; money as Decimal of yuan, never as float."""

_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def write(
    path: Path, name: str, headings: Sequence[str], rows: Iterable[Sequence[Exported]], *, at_most: int = ROWS_A_SHEET
) -> int:
    """Write rows under headings into a new .xlsx file and return how many there were.

    `at_most` is how many rows there may be (a count taken before; the sheets are made from it, and ValueError says that
    more came). Headings must differ from each other. Text stays text, whatever it begins with.
    """
    if len(set(headings)) < len(headings):
        raise ValueError("two columns have the same heading")
    coming = iter(rows)
    first = list(itertools.islice(coming, ROWS_MEASURED))
    counted = _Counted(headings, itertools.chain(first, coming))
    widths: Any = [_width(column) for column in zip(headings, *first, strict=True)]
    book = rustpy_xlsxwriter.FastExcel(str(path)).freeze(row=1, col=0)
    for title in titles(name, max(1, math.ceil(at_most / ROWS_A_SHEET))):
        book = book.sheet(title, counted.next_sheet(), column_widths=widths)
    book.save()
    if next(counted.rows, None) is not None:
        raise ValueError("more rows than were announced")
    return counted.count


class _Counted:
    """The rows as dicts, sheet after sheet, counted as they go by."""

    def __init__(self, headings: Sequence[str], rows: Iterable[Sequence[Exported]]) -> None:
        self.headings = tuple(headings)
        self.rows = iter(rows)
        self.count = 0

    def next_sheet(self) -> Iterator[dict[str, object]]:
        """The rows of one sheet; a sheet without rows still gets its headings."""
        first = True
        for row in itertools.islice(self.rows, ROWS_A_SHEET):
            first = False
            self.count += 1
            yield dict(zip(self.headings, map(_written, row), strict=True))
        if first:
            yield dict.fromkeys(self.headings)


def _width(column: Sequence[Exported]) -> float:
    """How wide a column is made: as its heading and first rows are, within limits."""
    widest = max(shown_width("" if cell is None else str(cell)[:WIDEST]) for cell in column)
    return float(min(max(widest + 2, NARROWEST), WIDEST))


def _written(cell: Exported) -> object:
    if isinstance(cell, str):
        return _CONTROL.sub("", cell)[:LONGEST_CELL]
    return float(cell) if isinstance(cell, Decimal) else cell


def titles(name: str, count: int) -> list[str]:
    """Names for sheets: what Excel allows of a name, numbered from the second on."""
    plain = _FORBIDDEN.sub(" ", name).strip(" '")[:24] or "Sheet"
    return [plain] + [f"{plain} ({number})" for number in range(2, count + 1)]
