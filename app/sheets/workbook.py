"""What was read from a file: sheets of rows of cells, as they stand in Excel. Pure."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta


@dataclass(frozen=True, slots=True)
class CellError:
    """A cell that shows an error of Excel; `text` is what it shows: #N/A, #REF!, #DIV/0! and so on."""

    text: str


Cell = str | int | float | bool | date | datetime | time | timedelta | CellError | None
"""What a cell holds; of a formula the value Excel last worked out, None where nothing stands.

Numbers of .xlsx and .xls are floats, whole or not: Excel keeps every number as one, with 15 digits at most.
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A row that holds something: `number` as Excel shows it (from 1), the cells from column A on."""

    number: int
    cells: tuple[Cell, ...]
    hidden: bool = False

    def cell(self, index: int) -> Cell:
        """The cell of a column (0 is A); None beyond the row's end."""
        return self.cells[index] if index < len(self.cells) else None


def column_letters(index: int) -> str:
    """The letters Excel shows above a column: 0 is A, 26 is AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def shown_width(text: str) -> int:
    """How many narrow characters the widest line of a text takes; Chinese ones take two."""
    return max(len(line) + sum(unicodedata.east_asian_width(c) in "WF" for c in line) for line in text.split("\n"))


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged block: rows as Excel numbers them, columns from 0, all four included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int

    @property
    def reference(self) -> str:
        """The block as Excel names it: A1:C1."""
        first, last = column_letters(self.first_column), column_letters(self.last_column)
        return f"{first}{self.first_row}:{last}{self.last_row}"


@dataclass(frozen=True)
class Sheet:
    """A sheet: only the rows that hold something, in order. `hidden` sheets and rows are read like all others.

    `since_1904` says that the bare number of a day counts from 1904, as in workbooks made by Excel for Mac of old.
    """

    name: str
    rows: tuple[Row, ...]
    hidden: bool = False
    merged: tuple[Merged, ...] = ()
    hidden_columns: frozenset[int] = frozenset()
    since_1904: bool = False


@dataclass(frozen=True)
class Workbook:
    """A file as it was read; `kind` is what its content is (xlsx, xls or csv), whatever its name says.

    The one sheet of a .csv file has no name.
    """

    sheets: tuple[Sheet, ...]
    kind: str = "xlsx"

    @property
    def row_count(self) -> int:
        """How many rows hold something, on all sheets."""
        return sum(len(sheet.rows) for sheet in self.sheets)
