"""Which rows of a sheet are its heading, and which column is which. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from app.sheets.columns import Column, Layout
from app.sheets.columns import normalise_heading as normalise_any
from app.sheets.tables import LEFT_OUT, REASONS
from app.sheets.workbook import Cell, Merged, Row, Sheet

ROWS_LOOKED_AT = 60
"""So many rows that hold something may stand above the heading."""
LEVELS = (1, 2, 3)
FEWEST_HEADINGS = 2

LONGEST_HEADING = 120
normalise_heading = lru_cache(maxsize=4096)(normalise_any)
"""Remembered, for the same headings are looked at again and again; short texts only."""

_HAN = re.compile(r"[㐀-鿿]+")
_OTHER_PERSON = re.compile(
    r"监护人|家长|父亲|母亲|父母|联系人|法人|经办|班主任|教师|老师|户主|guardian|parent|father|mother|teacher"
)
_NEUTRAL_START = re.compile(r"^(?:学生|本人|孩子|幼儿|子女|参保人员?|被保险人|人员|您)的?")
_ALTERNATIVES = re.compile(r"[/／或\n]")
_REASONS = frozenset(REASONS.values())


@dataclass(frozen=True)
class Header:
    """A heading that was found; `parts` are its texts by column, from the upper level to the lower."""

    rows: tuple[Row, ...]
    parts: Mapping[int, tuple[str, ...]]
    mapping: Mapping[str, int]
    doubled: tuple[tuple[int, str], ...] = ()
    reasons: int | None = None

    @property
    def headings(self) -> Mapping[int, str]:
        """Every heading as it is written, levels joined by a stroke."""
        return {index: " / ".join(parts) for index, parts in self.parts.items() if index != self.reasons}

    @property
    def unmapped(self) -> Mapping[int, str]:
        """The headings of the columns that are kept aside."""
        taken = set(self.mapping.values())
        return {index: heading for index, heading in self.headings.items() if index not in taken}


@dataclass
class Wordings:
    """Which heading means which column: what a person has set before, then the layout's own wordings."""

    layout: Layout
    remembered: Mapping[str, str] = field(default_factory=dict)

    def match(self, parts: Sequence[str]) -> tuple[str, int] | None:
        """The key that a column's heading means and how sure that is (higher is surer); None when it is unknown."""
        whole = normalise_heading("".join(parts))
        if whole in self.remembered:
            key = self.remembered[whole]
            return (key, 9) if key in self.layout.by_key else None
        for sureness, wording in enumerate_down(self._readings(parts)):
            if column := self._column(wording):
                return column.key, sureness
        return None

    def _column(self, wording: str) -> Column | None:
        return self.layout.by_heading.get(wording) if wording else None

    def _readings(self, parts: Sequence[str]) -> Iterator[str]:
        """What a heading may mean, the surest first."""
        whole, last = normalise_heading("".join(parts)), normalise_heading(parts[-1])
        yield whole
        upper = "".join(parts[:-1])
        if upper and _OTHER_PERSON.search(normalise_heading(upper)):
            return
        yield last
        yield from _variants(parts[-1])
        if upper:
            yield normalise_heading(upper)


def _variants(text: str) -> Iterator[str]:
    """Other ways to read one heading: without 学生 before it, one of two alternatives, its Chinese part only."""
    plain = normalise_heading(text)
    if _OTHER_PERSON.search(plain):
        return
    yield _NEUTRAL_START.sub("", plain)
    alternatives = [normalise_heading(piece) for piece in _ALTERNATIVES.split(text)]
    if len(alternatives) > 1:
        yield from alternatives
    chinese = "".join(_HAN.findall(plain))
    yield chinese
    yield _NEUTRAL_START.sub("", chinese)


def enumerate_down(readings: Iterable[str]) -> Iterator[tuple[int, str]]:
    """Readings with how sure each is: 8 for the first, less for each further one."""
    for place, reading in enumerate(readings):
        yield max(8 - place, 1), reading


def heading_text(cell: Cell) -> str:
    """The text of a cell that may be a heading; empty for numbers, days and long sentences."""
    return " ".join(cell.split()) if isinstance(cell, str) and len(cell) <= LONGEST_HEADING else ""


class Grid:
    """The cells of the upper rows with merged blocks filled, as somebody sees them."""

    def __init__(self, sheet: Sheet) -> None:
        """Take the first rows of a sheet."""
        self.rows = sheet.rows[:ROWS_LOOKED_AT]
        self._filled: dict[tuple[int, int], str] = {}
        by_number = {row.number: row for row in self.rows}
        self._width = max((len(row.cells) for row in self.rows), default=0)
        room = ROWS_LOOKED_AT * self._width
        for block in sheet.merged:
            anchor = by_number.get(block.first_row)
            text = heading_text(anchor.cell(block.first_column)) if anchor else ""
            if text and room > 0:
                room -= self._fill(block, text)

    def _fill(self, block: Merged, text: str) -> int:
        """Fill a block and say how many cells that took; those of a real file never lie on each other."""
        rows = range(block.first_row, min(block.last_row, block.first_row + len(LEVELS)) + 1)
        columns = range(block.first_column, min(block.last_column + 1, self._width))
        self._filled |= {(number, column): text for number in rows for column in columns}
        return len(rows) * len(columns)

    def text(self, row: Row, index: int) -> str:
        """What is read in a cell, its merged block filled."""
        return heading_text(row.cell(index)) or self._filled.get((row.number, index), "")

    def parts(self, rows: Sequence[Row]) -> dict[int, tuple[str, ...]]:
        """The texts of each column through the levels, a text merged downwards once."""
        width = max(len(row.cells) for row in rows)
        found = {}
        for index in range(width):
            levels = [self.text(row, index) or self._inherited(rows, level, index) for level, row in enumerate(rows)]
            texts = tuple(dict.fromkeys(filter(None, levels)))
            if texts:
                found[index] = texts
        return found

    def _inherited(self, rows: Sequence[Row], level: int, index: int) -> str:
        """The group that a heading stands under although nothing is merged: the one at its left, as in .csv files."""
        if level + 1 >= len(rows) or not self.text(rows[level + 1], index):
            return ""
        left = index - 1
        while left >= 0 and not self.text(rows[level], left) and self.text(rows[level + 1], left):
            left -= 1
        grouped = left >= 0 and self.text(rows[level + 1], left)
        return self.text(rows[level], left) if grouped else ""


def find_header(sheet: Sheet, wordings: Wordings) -> Header | None:
    """The heading of a sheet: the rows that name the most columns; of equals the fewer levels, then the upper ones.

    At least two headings must be known (one, where the layout has but one column), a required one among them.
    """
    grid, best, most = Grid(sheet), None, (0, 0)
    for start in range(len(grid.rows)):
        for levels in LEVELS:
            rows = grid.rows[start : start + levels]
            if len(rows) < levels or rows[-1].number - rows[0].number >= levels or _is_data(rows[1:]):
                break
            header = read_header(rows, grid.parts(rows), wordings)
            found = (len(header.mapping), -levels)
            if found > most and _enough(header, wordings.layout):
                best, most = header, found
    return _with_groups(best, grid, wordings) if best else None


def _is_data(rows: Sequence[Row]) -> bool:
    """Whether one of the rows holds numbers or days: no lower level of a heading does."""
    return any(not isinstance(cell, str) for row in rows for cell in row.cells if cell is not None)


def _enough(header: Header, layout: Layout) -> bool:
    required = {column.key for column in layout.required}
    fewest = min(FEWEST_HEADINGS, len(layout.columns))
    return len(header.mapping) >= fewest and (not required or bool(required & set(header.mapping)))


def read_header(rows: Sequence[Row], parts: Mapping[int, tuple[str, ...]], wordings: Wordings) -> Header:
    """Give each column its key; where two ask for the same, the surer has it, and of equals the left one."""
    claims: dict[str, tuple[int, int]] = {}
    doubled, reasons = [], None
    for index, texts in parts.items():
        if texts[-1] in _REASONS:
            reasons = index
            continue
        match = wordings.match(texts)
        if match is None or match[0] == LEFT_OUT:
            continue
        key, sureness = match
        if key not in claims:
            claims[key] = (sureness, index)
        elif sureness > claims[key][0]:
            doubled.append((claims[key][1], key))
            claims[key] = (sureness, index)
        else:
            doubled.append((index, key))
    mapping = {key: index for key, (_, index) in sorted(claims.items(), key=lambda claim: claim[1][1])}
    return Header(tuple(rows), parts, mapping, tuple(doubled), reasons)


def _with_groups(header: Header, grid: Grid, wordings: Wordings) -> Header:
    """Add the row of groups above, where there is one: it tells the guardian's name from the pupil's."""
    first = grid.rows.index(header.rows[0])
    above = grid.rows[first - 1] if first else None
    if above is None or above.number != header.rows[0].number - 1 or len(header.rows) == len(LEVELS):
        return header
    parts = grid.parts((above, *header.rows))
    groups = Counter(texts[0] for index, texts in parts.items() if len(texts) > len(header.parts.get(index, texts)))
    if not any(wide > 1 and _OTHER_PERSON.search(group) and ":" not in _plain(group) for group, wide in groups.items()):
        return header
    widened = read_header((above, *header.rows), parts, wordings)
    return widened if _enough(widened, wordings.layout) else header


def _plain(text: str) -> str:
    return text.replace("：", ":")


def side_by_side(header: Header, wordings: Wordings) -> list[Header]:
    """The heading, or its parts where two lists stand side by side on a page to save paper.

    They do where every required column comes again, all further to the right than all of the first list.
    """
    required = {column.key for column in wordings.layout.required}
    places: dict[str, list[int]] = {key: [] for key in required}
    for index, texts in header.parts.items():
        match = wordings.match(texts) if index != header.reasons else None
        if match and match[0] in required:
            places[match[0]].append(index)
    if not required or any(len(found) < 2 for found in places.values()):  # noqa: PLR2004  the first and again
        return [header]
    cut = min(found[1] for found in places.values())
    if max(found[0] for found in places.values()) >= cut:
        return [header]
    left, right = (
        read_header(header.rows, {index: texts for index, texts in header.parts.items() if side(index)}, wordings)
        for side in (cut.__gt__, cut.__le__)
    )
    return [left, *side_by_side(right, wordings)]
