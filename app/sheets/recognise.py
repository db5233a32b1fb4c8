"""Find the table in a sheet: where its heading is, which column is which, where its rows end. Pure.

Schools write a title and instructions above, two levels of headings, totals and signatures below, the class only in the
name of the sheet. Nothing is taken by its position: a sheet whose headings are not recognised gives a finding with what
was looked for, and no table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.sheets.around import (
    class_in_name,
    class_in_title,
    is_example,
    is_foot,
    is_foot_text,
    is_total,
    may_name_somebody,
    repeats,
)
from app.sheets.columns import CellKind, Layout
from app.sheets.days import counted_from_1904
from app.sheets.headings import Header, Wordings, find_header, read_header, side_by_side
from app.sheets.tables import LEFT_OUT, REASONS, Finding, RawRow, Recognition, Spread, Table
from app.sheets.workbook import Cell, Row, Sheet, Workbook, column_letters

__all__ = ["LEFT_OUT", "REASONS", "Finding", "RawRow", "Recognition", "Table", "recognise"]

LISTED = 20
"""A finding names so many rows and counts the rest."""
TITLE_COLUMNS = 3
"""A merged block of so many columns is a title, no value."""
ENOUGH_FOR_A_NUMBER = 6
"""Letters and digits that make a certificate number of a cell; 无 and 合计 are none."""
SMALLEST_NUMBER = 100_000
"""The same of a cell that is a number: what stands beside 合计 is mostly smaller."""
_SHOWN, _DIGIT = re.compile(r"[^\W_]"), re.compile(r"\d")
_NEVER_SPREAD = frozenset({CellKind.NAME, CellKind.IDENTITY, CellKind.PHONE, CellKind.AMOUNT})
_PREFILLED = frozenset({CellKind.CLASS_NAME})


def recognise(workbook: Workbook, layout: Layout, remembered: Mapping[str, str] | None = None) -> Recognition:
    """Find the tables of a layout in a workbook.

    `remembered` is what a person has set for this school: normalised heading → key of the column, or LEFT_OUT. It goes
    before every wording of the layout.
    """
    tables: list[Table] = []
    findings: list[Finding] = []
    wordings = Wordings(layout, remembered or {})
    for index, sheet in enumerate(workbook.sheets):
        if sheet.rows:
            reader = _Reader(sheet, index, wordings)
            tables.extend(reader.read())
            findings.extend(reader.findings)
    return Recognition(tuple(tables), tuple(findings))


@dataclass
class _Reader:
    """Reads one sheet; says what it noticed in `findings`."""

    sheet: Sheet
    index: int
    wordings: Wordings
    findings: list[Finding] = field(default_factory=list)
    _left_out: dict[str, list[int]] = field(default_factory=dict)

    def read(self) -> list[Table]:
        header = find_header(self.sheet, self.wordings)
        layout = self.wordings.layout
        if header is None:
            if not self.sheet.hidden:
                self._say("no_header", looked_for=tuple(column.key for column in layout.required or layout.columns))
            return []
        if self.sheet.since_1904:
            self.sheet = self._since_1900(header)
        titles = [row for row in self.sheet.rows if row.number < header.rows[0].number]
        tables: list[Table] = []
        for part in side_by_side(header, self.wordings):
            pages = [page for page in self._pages(part, titles) if page[1]] or [(titles, [])]
            spread = self._spread(part)
            found = [self._table(part, above, body, spread) for above, body in pages]
            self._notice(part, found)
            tables += found
        if self.sheet.hidden:
            self._say("hidden_sheet")
        for why, rows in self._left_out.items():
            if why != "empty":
                numbers = sorted(set(rows))
                self._say("rows_left_out", numbers[0], why=why, rows=tuple(numbers[:LISTED]), count=len(numbers))
        return tables

    def _since_1900(self, header: Header) -> Sheet:
        """The sheet with days where its columns of days hold bare numbers that count from 1904."""
        kinds = self.wordings.layout.by_key
        found = (read_header(header.rows, {index: texts}, self.wordings) for index, texts in header.parts.items())
        days = {index for one in found for key, index in one.mapping.items() if kinds[key].kind == CellKind.DATE}

        def read(row: Row) -> Row:
            cells = (counted_from_1904(cell) if index in days else cell for index, cell in enumerate(row.cells))
            return replace(row, cells=tuple(cells))

        return replace(self.sheet, rows=tuple(map(read, self.sheet.rows)))

    def _say(self, code: str, row: int | None = None, **facts: object) -> None:
        self.findings.append(Finding(code, self.sheet.name, row, facts))

    def _table(
        self, header: Header, above: Sequence[Row], body: Sequence[Row], spread: Mapping[str, Sequence[Spread]]
    ) -> Table:
        return Table(
            sheet=self.sheet.name,
            sheet_index=self.index,
            header_rows=tuple(row.number for row in header.rows),
            headings=header.headings,
            mapping=header.mapping,
            unmapped=header.unmapped,
            class_hint=class_in_title(above) or class_in_name(self.sheet.name),
            title=" ".join(cell for row in above for cell in row.cells if isinstance(cell, str)),
            body=tuple(body),
            spread=spread,
            reasons=header.reasons,
        )

    def _pages(self, header: Header, titles: list[Row]) -> Iterator[tuple[list[Row], list[Row]]]:
        """Titles and rows, page by page: a heading that comes again under another class begins a new table."""
        kinds = self.wordings.layout.by_key
        identities = [index for key, index in header.mapping.items() if kinds[key].kind == CellKind.IDENTITY]
        body: list[Row] = []
        above: list[Row] = []
        for row in self.sheet.rows:
            if row.number <= header.rows[-1].number:
                continue
            if repeats(row, header.rows):
                above += self._titles_taken_back(body, row.number)
                if class_in_title(above) not in {"", class_in_title(titles)}:
                    yield titles, body
                    titles, body = above, []
                above = []
            elif why := self._why_not(row, header, identities):
                self._left_out.setdefault(why, []).append(row.number)
                if why == "title":
                    above.append(row)
            else:
                body.append(row)
        yield titles, body

    def _titles_taken_back(self, body: list[Row], number: int) -> list[Row]:
        """Rows of one text right above a heading that comes again: a title, which alone looked like a row."""
        taken: list[Row] = []
        while body and body[-1].number == number - len(taken) - 1 and _one_text(body[-1]):
            taken.insert(0, body.pop())
        if taken:
            self._left_out.setdefault("title", []).extend(row.number for row in taken)
        return taken

    def _why_not(self, row: Row, header: Header, identities: Sequence[int]) -> str:
        """Why a row below the heading is none of the table's: a word for the finding, or empty when it is one."""
        texts = [cell for cell in row.cells if type(cell) is str and not cell.isspace()]
        if is_example(texts):
            return "example"
        if any(_may_be_number(cell) for index in identities if (cell := row.cell(index)) is not None):
            return ""
        kinds = self._kinds(row, header)
        if is_total(texts):
            return "total"
        if is_foot(texts) and not self._is_somebody(row, header, texts[0]):
            return "note"
        if len(texts) == 1 and (self._is_title(row) or (not kinds and class_in_title([row]))):
            return "title"
        return "empty" if kinds <= _PREFILLED and len(header.mapping) > 1 else ""

    def _is_somebody(self, row: Row, header: Header, first: str) -> bool:
        """Whether a row that holds a note is all the same one of somebody: 李四, without a number, 备注 "说明：未办理".

        Signatures begin with what they are; of somebody there is a name, and the note stands beside the columns or
        among other things.
        """
        kinds, held = self.wordings.layout.by_key, dict(self._held(row, header))
        if is_foot_text(first) or not any(
            kinds[key].kind == CellKind.NAME and may_name_somebody(cell) for key, cell in held.items()
        ):
            return False
        further = [cell for cell in held.values() if not (isinstance(cell, str) and is_foot_text(cell))]
        return len(further) == len(held) or len(further) > 2  # noqa: PLR2004  a name and two more

    def _held(self, row: Row, header: Header) -> Iterator[tuple[str, Cell]]:
        """The columns in which the row holds something, each with its cell."""
        for key, index in header.mapping.items():
            cell = row.cell(index)
            if cell is not None and (not isinstance(cell, str) or cell.strip()):
                yield key, cell

    def _kinds(self, row: Row, header: Header) -> set[CellKind]:
        """The kinds of the columns in which the row holds something."""
        return {self.wordings.layout.by_key[key].kind for key, _ in self._held(row, header)}

    def _is_title(self, row: Row) -> bool:
        return any(
            block.first_row == row.number and block.last_column - block.first_column + 1 >= TITLE_COLUMNS
            for block in self.sheet.merged
        )

    def _spread(self, header: Header) -> Mapping[str, Sequence[Spread]]:
        """What is merged down a column of the table."""
        kinds = self.wordings.layout.by_key
        keys = {index: key for key, index in header.mapping.items() if kinds[key].kind not in _NEVER_SPREAD}
        rows = {row.number: row for row in self.sheet.rows}
        spread: dict[str, list[Spread]] = {}
        for block in sorted(self.sheet.merged, key=lambda block: block.first_row):
            column = block.first_column
            in_table = block.first_row > header.rows[-1].number and block.last_column == column
            if in_table and column in keys and (row := rows.get(block.first_row)) and row.cell(column) is not None:
                spread.setdefault(keys[column], []).append(Spread(block.first_row, block.last_row, row.cell(column)))
        return spread

    def _notice(self, header: Header, tables: Sequence[Table]) -> None:
        """Say what a person should know about the columns of a heading and the rows below it."""
        self._notice_hidden(header, tables)
        for column in self.wordings.layout.required:
            if column.key not in header.mapping:
                self._say("missing_column", key=column.key)
        for index, key in header.doubled:
            self._say("column_doubled", heading=header.headings[index], key=key, column=column_letters(index))

    def _notice_hidden(self, header: Header, tables: Sequence[Table]) -> None:
        hidden = [row.number for table in tables for row in table.body if row.hidden]
        if hidden:
            self._say("hidden_rows", hidden[0], rows=tuple(hidden[:LISTED]), count=len(hidden))
        columns = [header.headings[index] for index in header.mapping.values() if index in self.sheet.hidden_columns]
        if columns:
            self._say("hidden_columns", columns=tuple(columns))


def _one_text(row: Row) -> bool:
    held = [cell for cell in row.cells if cell is not None]
    return len(held) == 1 and isinstance(held[0], str)


def _may_be_number(cell: Cell) -> bool:
    if isinstance(cell, (int, float)):
        return abs(cell) >= SMALLEST_NUMBER
    return isinstance(cell, str) and len(_SHOWN.findall(cell)) >= ENOUGH_FOR_A_NUMBER and bool(_DIGIT.search(cell))
