"""What is wrong in an uploaded workbook, sorted by sheet and row for whoever writes it out. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from app.sheets.columns import CellKind, Layout
from app.sheets.tables import REASONS, Table
from app.sheets.workbook import Cell, CellError, Merged, Row, Sheet, Workbook, shown_width

DANGEROUS = frozenset("=+-@\t\r＝＋－＠")
"""What Excel may take for the beginning of a formula."""
REASONS_WIDTH, WIDEST, USUAL_WIDTH, ROWS_MEASURED = 60, 40, 8, 500
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


class Marked:
    """One sheet with what is wrong in it: which cells are red, and what stands in the column of reasons.

    `shown` says whether the sheet may be seen; `reasons_column` is where the reasons stand, behind everything else or
    where an earlier answer had them; cells of the columns `as_text` are formatted as text, so that Excel keeps digits.
    """

    def __init__(
        self, sheet: Sheet, tables: Sequence[Table], faults: Sequence[Fault], layout: Layout, language: str
    ) -> None:
        """Sort the faults of the sheet."""
        self.sheet = sheet
        self.shown = bool(faults) or not sheet.hidden
        old = next((table.reasons for table in tables if table.reasons is not None), None)
        self.reasons_column = old if old is not None else max((len(row.cells) for row in sheet.rows), default=0)
        kinds = {key: column.kind for key, column in layout.by_key.items()}
        self.as_text = {index for table in tables for key, index in table.mapping.items() if kinds[key] in _TEXT_KINDS}
        self.bad: dict[int, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
        self.header_rows = {table.header_rows[-1] for table in tables if faults or table.reasons is not None}
        self._begins = min((table.header_rows[-1] for table in tables), default=0)
        self._heading = REASONS[language]
        self._reasons: dict[int, list[str]] = defaultdict(list)
        for fault in faults:
            self._reasons[fault.row].append(fault.reason)
            if fault.column is not None:
                self.bad[fault.row][fault.column].append(fault.reason)

    @property
    def widths(self) -> dict[int, int]:
        """How wide the columns are made, in Excel's characters: as wide as what stands in the table.

        The upper rows tell; the column of reasons has a width of its own.
        """
        widths: dict[int, int] = defaultdict(int)
        below = (row for row in self.sheet.rows if row.number >= self._begins > 0)
        for row in islice(below, ROWS_MEASURED):
            for index, cell in enumerate(row.cells):
                widths[index] = max(widths[index], _width(cell))
        shown = {index: min(width + 2, WIDEST) for index, width in sorted(widths.items()) if width + 2 > USUAL_WIDTH}
        return shown | ({self.reasons_column: REASONS_WIDTH} if self.header_rows else {})

    def reason(self, number: int) -> str | None:
        """What stands in the column of reasons: the heading, all reasons of the row, or nothing."""
        if number in self.header_rows:
            return self._heading
        return "；".join(self._reasons[number]) if number in self._reasons else None

    def width(self, row: Row) -> int:
        """How many cells the row has with its reasons."""
        own = len(row.cells)
        return own if self.reason(row.number) is None else max(own, self.reasons_column + 1)

    @property
    def merged(self) -> list[Merged]:
        """The merged blocks that the column of reasons leaves as they are."""
        return [block for block in self.sheet.merged if block.last_column < self.reasons_column]


def marked_sheets(
    workbook: Workbook, recognised: tuple[Layout, Sequence[Table]], faults: Iterable[Fault], locale: str
) -> list[Marked]:
    """The sheets of a workbook with what is wrong in them; at least one of them is shown."""
    layout, tables = recognised
    by_sheet: dict[int, list[Fault]] = defaultdict(list)
    for fault in faults:
        by_sheet[fault.sheet_index].append(fault)
    sheets = []
    for index, sheet in enumerate(workbook.sheets):
        own = [table for table in tables if table.sheet_index == index]
        sheets.append(Marked(_since_1900(sheet, own), own, by_sheet[index], layout, language_of(locale)))
    if not any(sheet.shown for sheet in sheets):
        sheets[0].shown = True
    return sheets


def _width(cell: Cell) -> int:
    shown = cell.text if isinstance(cell, CellError) else str("" if cell is None else cell)
    return shown_width(shown[:WIDEST])


def _since_1900(sheet: Sheet, tables: Sequence[Table]) -> Sheet:
    """The sheet with its days as they were understood, where they counted from 1904; we write from 1900."""
    if not sheet.since_1904:
        return sheet
    understood = {row.number: row for table in tables for row in table.body}
    return replace(sheet, rows=tuple(understood.get(row.number, row) for row in sheet.rows), since_1904=False)
