"""What was found in a workbook: tables, their rows, and what a person should know about the sheets. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.sheets.workbook import Cell, Row

LEFT_OUT = ""
"""What a remembered mapping gives for a heading that is not to be read."""
REASONS = {"zh": "原因（导入时忽略）", "en": "Reasons (ignored on import)"}
"""The heading of the column that the error workbook adds; it is no column of anybody's list."""


@dataclass(frozen=True)
class Finding:
    """Something a person should know about a sheet: a code, the sheet's name, the row where it is one, facts.

    no_header (looked_for: keys) · missing_column (key) · column_doubled (heading, key, column) · hidden_sheet ·
    hidden_rows (rows, count) · hidden_columns (columns: headings) · rows_left_out (rows, count, why)
    """

    code: str
    sheet: str
    row: int | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row of a table: its number in Excel, and by the key of the column the cells that hold something."""

    number: int
    cells: Mapping[str, Cell]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """A cell merged downwards: what stands in it, and the rows it stands for, both included."""

    first_row: int
    last_row: int
    cell: Cell


@dataclass(frozen=True)
class Table:
    """A table that was found. Columns are indices (0 is A).

    `headings` are all headings as they are written, levels joined by " / "; `mapping` says which column holds which
    key, `unmapped` which headings are kept aside. `class_hint` is the class that the title or the sheet's name tells,
    or empty; `title` what stands above. `spread` is what is merged down a column, by key, from top to bottom;
    `reasons` the column of an earlier error workbook.
    """

    sheet: str
    sheet_index: int
    header_rows: tuple[int, ...]
    headings: Mapping[int, str]
    mapping: Mapping[str, int]
    unmapped: Mapping[int, str]
    class_hint: str
    title: str
    body: tuple[Row, ...]
    spread: Mapping[str, Sequence[Spread]]
    reasons: int | None = None

    def __len__(self) -> int:
        """How many rows the table has."""
        return len(self.body)

    def rows(self) -> Iterator[RawRow]:
        """The rows one by one; what is merged down a column stands in each of its rows."""
        columns = tuple(self.mapping.items())
        below = {key: _Below(blocks) for key, blocks in self.spread.items()}
        for row in self.body:
            cells, width = row.cells, len(row.cells)
            found = {key: cells[index] for key, index in columns if index < width and cells[index] is not None}
            for key, blocks in below.items():
                if key not in found and (cell := blocks.at(row.number)) is not None:
                    found[key] = cell
            yield RawRow(row.number, found, row.hidden)


class _Below:
    """What is merged over a row, asked from the top to the bottom."""

    def __init__(self, blocks: Sequence[Spread]) -> None:
        self._blocks = iter(blocks)
        self._block = next(self._blocks, None)

    def at(self, number: int) -> Cell:
        while self._block is not None and self._block.last_row < number:
            self._block = next(self._blocks, None)
        return self._block.cell if self._block is not None and self._block.first_row <= number else None


@dataclass(frozen=True)
class Recognition:
    """What was found in a workbook: the tables in order, and what a person should know."""

    tables: tuple[Table, ...]
    findings: tuple[Finding, ...]

    @property
    def row_count(self) -> int:
        """How many rows all tables have."""
        return sum(len(table) for table in self.tables)
