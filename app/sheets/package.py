"""Look through an .xlsx file before it is parsed: is it what it says, is it harmless, what is hidden in it.

Runs in the reading process only. The directory of the zip is judged first, then every XML part is inflated once, a
piece at a time: that finds what parsers choke on (bombs, entities, cells at the far end) and what python-calamine does
not tell (hidden rows and columns, error cells). No XML is parsed with a DTD in it.
"""

from __future__ import annotations

import posixpath
import re
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO
from xml.etree import ElementTree as ET

from app.sheets.limits import MIB, Limits, Unreadable

DAMAGED = (zipfile.BadZipFile, zlib.error, struct.error, OSError, EOFError, ValueError, RuntimeError)
"""What zipfile raises at files that are none, or no longer."""
PIECE = 1 * MIB
SMALL = 4 * MIB
"""Most bytes of the parts that list the sheets."""
WORTH_A_RATIO = 8 * MIB
"""Smaller parts may shrink as they like."""
WORTH_CUTTING = 4 * MIB
"""Styled rows without content below the table are cut off before parsing when they fill as much as this."""
NOT_WORKED_OUT = "#N/A"
"""What stands for a formula without a value: that there is none."""
STRINGS = "xl/sharedStrings.xml"
OTHER_OFFICE = {"word/": "docx", "ppt/": "pptx", "content.xml": "ods", "xl/workbook.bin": "xlsb"}

_IN_TAG = rb"[^<>]{0,400}"
"""What may stand in a tag; bounded, so that no file can make a search long."""
_HIDDEN = rb"(?=" + _IN_TAG + rb"\shidden=[\"'](?:1|true)[\"'])"
_HIDDEN_ROW = re.compile(rb"<(?:\w{1,20}:)?row\b" + _HIDDEN + _IN_TAG + rb"?\sr=[\"'](\d{1,7})[\"']")
_HIDDEN_COLUMN = re.compile(rb"<(?:\w{1,20}:)?col\b" + _HIDDEN + rb"([^<>]{0,400})>")
_ERROR_CELL = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?="
    + _IN_TAG
    + rb"\st=[\"']e[\"'])"
    + _IN_TAG
    + rb"?\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']"
    + _IN_TAG
    + rb">"
    rb"(?:<(?:\w{1,20}:)?f\b" + _IN_TAG + rb"(?:/>|>[^<]*</(?:\w{1,20}:)?f>))?<(?:\w{1,20}:)?v>([^<]{1,40})<"
)
_NO_VALUE = re.compile(
    rb"<(?:\w{1,20}:)?c\b(?!"
    + _IN_TAG
    + rb"\st=)"
    + _IN_TAG
    + rb"?\sr=[\"']([A-Z]{1,3})(\d{1,7})[\"']"
    + _IN_TAG
    + rb"><(?:\w{1,20}:)?f\b"
    + _IN_TAG
    + rb"(?:/>|>[^<]*</(?:\w{1,20}:)?f>)(?:<(?:\w{1,20}:)?v ?/>|<(?:\w{1,20}:)?v></(?:\w{1,20}:)?v>)?</(?:\w{1,20}:)?c>"
)
"""A formula that no program has worked out; one whose text is empty says that it is a text."""
_FAR = re.compile(rb"r=[\"'](?:[A-Z]{3}|[I-Z][A-Z])")
_FAR_CELL = re.compile(
    rb"r=[\"']((?:[A-Z]{3}|[I-Z][A-Z])\d{1,7})[\"']" + _IN_TAG + rb"(?<!/)><(?:\w{1,20}:)?(?:v|is|f)\b"
)
_REFERENCE = re.compile(rb"r=[\"']([A-Z]+)(\d+)[\"']")
_NUMBER = re.compile(rb"(min|max)=[\"'](\d+)[\"']")
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_VALUES = (b"v>", b"is>")
"""What ends every cell that holds something, with and without a prefix."""
_CELLS = (b"</v>", b"</is>", b":v>", b":is>")
_END_OF_DATA = re.compile(rb"</(?:\w+:)?sheetData>")


@dataclass
class Seen:
    """What the look through one sheet's part found; rows as Excel numbers them, columns from 0."""

    part: str
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    content_ends: int = 0
    """Offset just behind the last row that holds something."""
    data_ends: int = 0
    """Offset of the tag that ends the rows, 0 when there is none."""
    since_1904: bool = False
    """Whether the workbook counts days from 1904."""


def column_number(letters: str) -> int:
    """The column of its letters: A is 0."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


class Package:
    """An .xlsx file that has been looked through; `seen` has what was found, by the name of the sheet."""

    def __init__(self, file: IO[bytes], limits: Limits) -> None:
        """Judge the directory, then look through every part; raises Unreadable."""
        self._limits = limits
        self._cells = self._strings = 0
        self._since_1904 = False
        try:
            self._zip = zipfile.ZipFile(file)
            self._judge_directory()
            self.seen = self._look_through()
        except DAMAGED as error:
            raise Unreadable("truncated", why=str(error)) from error

    def _judge_directory(self) -> None:
        limits, entries = self._limits, self._zip.infolist()
        names = [entry.filename for entry in entries]
        if any(entry.flag_bits & 0x1 for entry in entries):
            raise Unreadable("encrypted")
        if len(entries) > limits.parts or len({name.casefold() for name in names}) < len(names):
            raise Unreadable("zip_bomb", part="")
        if "xl/workbook.xml" not in names:
            found = (kind for start, kind in OTHER_OFFICE.items() if any(name.startswith(start) for name in names))
            raise Unreadable("wrong_type", found=next(found, "zip"))
        if sum(entry.file_size for entry in entries) > limits.inflated:
            raise Unreadable("zip_bomb", part="")
        for entry in entries:
            if entry.file_size > WORTH_A_RATIO and entry.file_size > limits.ratio * max(entry.compress_size, 1):
                raise Unreadable("zip_bomb", part=entry.filename)
            if entry.filename == STRINGS and entry.file_size > limits.strings_bytes:
                raise Unreadable("too_large", part=entry.filename, limit=limits.strings_bytes)

    def _look_through(self) -> dict[str, Seen]:
        for entry in self._zip.infolist():
            if entry.filename.endswith((".xml", ".rels")) and not entry.filename.startswith("xl/worksheets/sheet"):
                self._look_at_other(entry.filename)
        seen = {name: self._look_at_sheet(name, part) for name, part in self._sheet_parts()}
        for sheet in seen.values():
            sheet.since_1904 = self._since_1904
        return seen

    def _look_at_other(self, part: str) -> None:
        for piece, _ in self._pieces(part):
            if part == STRINGS:
                self._strings += piece.count(b"<si>") + piece.count(b":si>") // 2
                if self._strings > self._limits.strings:
                    raise Unreadable("zip_bomb", part=part)

    def _sheet_parts(self) -> list[tuple[str, str]]:
        """The sheets in order: the name a person reads, and the part that holds it."""
        try:
            relations = ET.fromstring(self._small("xl/_rels/workbook.xml.rels"))  # noqa: S314  no DTD in it: looked at before
            book = ET.fromstring(self._small("xl/workbook.xml"))  # noqa: S314  the same
        except (ET.ParseError, KeyError) as error:
            raise Unreadable("truncated", why=str(error)) from error
        targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
        parts = []
        for sheet in book.iter():
            if sheet.tag.endswith("}workbookPr"):
                self._since_1904 = sheet.get("date1904") in {"1", "true", "on"}
            if sheet.tag.endswith("}sheet") and (target := targets.get(_relation_of(sheet))):
                part = posixpath.normpath(posixpath.join("xl", target)).lstrip("/")
                if part in self._zip.NameToInfo:
                    parts.append((sheet.get("name", ""), part))
        if len(parts) > self._limits.sheets:
            raise Unreadable("too_many_sheets", limit=self._limits.sheets)
        return parts

    def _small(self, part: str) -> bytes:
        with self._zip.open(part) as stream:
            text = stream.read(SMALL + 1)
        if len(text) > SMALL:
            raise Unreadable("zip_bomb", part=part)
        return text

    def _pieces(self, part: str) -> Iterator[tuple[bytes, int]]:
        """Pieces of a part that never cut a tag in two, each with its offset; refuses entities and odd encodings."""
        rest, offset = b"", 0
        with self._zip.open(part) as stream:
            while block := stream.read(PIECE):
                piece = rest + block
                if not offset and (piece[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\x00" in piece[:64]):
                    raise Unreadable("truncated", why="not UTF-8")
                if _DECLARATION.search(piece):
                    raise Unreadable("entity", part=part)
                cut = max(piece.rfind(b"<c "), piece.rfind(b"<row"), piece.rfind(b"<si"))
                cut = cut if cut > 0 else piece.rfind(b"<")
                if cut <= 0 and len(piece) > 2 * PIECE:
                    raise Unreadable("zip_bomb", part=part)
                cut = max(cut, 0)
                yield piece[:cut], offset
                rest, offset = piece[cut:], offset + cut
        yield rest, offset

    def _look_at_sheet(self, name: str, part: str) -> Seen:
        seen = Seen(part)
        for piece, offset in self._pieces(part):
            if b"hidden=" in piece:
                seen.hidden_rows.update(int(found[1]) for found in _HIDDEN_ROW.finditer(piece))
                seen.hidden_columns |= self._hidden_columns(piece)
            value = max(piece.rfind(mark) for mark in _VALUES)
            if value >= 0:
                self._look_at_values(seen, piece, value, name)
            if not seen.content_ends and (end := piece.find(b"</row>", max(value, 0))) >= 0:
                seen.content_ends = offset + end + len(b"</row>")
            if b"sheetData>" in piece and (found := _END_OF_DATA.search(piece)):
                seen.data_ends = offset + found.start()
        return seen

    def _look_at_values(self, seen: Seen, piece: bytes, last: int, sheet: str) -> None:
        """Count what holds something, find errors, refuse what stands too far out; `last` is where the last one is."""
        self._cells += sum(piece.count(mark) for mark in _CELLS)
        if self._cells > self._limits.cells:
            raise Unreadable("too_many_cells", sheet=sheet, limit=self._limits.cells)
        for found in _FAR_CELL.finditer(piece) if _FAR.search(piece) else ():
            letters = found[1].rstrip(b"0123456789").decode()
            if column_number(letters) >= self._limits.columns:
                raise Unreadable("too_many_columns", sheet=sheet, cell=found[1].decode(), limit=self._limits.columns)
        seen.errors |= _errors_in(piece)
        seen.content_ends = 0  # the row may go on in the next piece
        cell = max(piece.rfind(b"<c ", 0, last), piece.rfind(b":c ", 0, last))
        reference = _REFERENCE.search(piece, cell) if cell >= 0 else None
        if reference and int(reference[2]) > self._limits.last_row:
            place = (reference[1] + reference[2]).decode()
            raise Unreadable("too_many_rows", sheet=sheet, cell=place, limit=self._limits.last_row)

    def _hidden_columns(self, piece: bytes) -> set[int]:
        columns: set[int] = set()
        for found in _HIDDEN_COLUMN.finditer(piece):
            span = {key: int(value) for key, value in _NUMBER.findall(found[1])}
            first, last = span.get(b"min", 1), min(span.get(b"max", 0), self._limits.columns)
            columns.update(range(first - 1, last))
        return columns

    def without_blank_tails(self, original: IO[bytes]) -> IO[bytes]:
        """The file to parse: the original, or a copy without the styled empty rows below the content.

        People colour whole columns; a million empty rows cost calamine 15 s and this nothing.
        """
        cuts = {seen.part: seen for seen in self.seen.values() if _worth_cutting(seen)}
        if not cuts:
            original.seek(0)
            return original
        copy = tempfile.TemporaryFile()  # noqa: SIM115  the caller reads it
        with zipfile.ZipFile(copy, "w", zipfile.ZIP_STORED) as out:
            for entry in self._zip.infolist():
                if not entry.filename.startswith("xl/media/"):
                    with self._zip.open(entry) as source, out.open(entry.filename, "w") as target:
                        _copy(source, target, cuts.get(entry.filename))
        copy.seek(0)
        return copy


def _relation_of(sheet: ET.Element) -> str | None:
    """The id of a sheet's part; its namespace is another one in a file that was saved as Strict Open XML."""
    return next((value for name, value in sheet.items() if name.endswith("}id")), None)


def _errors_in(piece: bytes) -> dict[tuple[int, int], str]:
    """The cells that show an error, and the formulas without a value, by row and column."""
    found: dict[tuple[int, int], str] = {}
    if b't="e"' in piece or b"t='e'" in piece:
        found = {
            (int(cell[2]), column_number(cell[1].decode())): cell[3].decode() for cell in _ERROR_CELL.finditer(piece)
        }
    if b"f>" in piece or b"<f" in piece:
        for cell in _NO_VALUE.finditer(piece):
            found[int(cell[2]), column_number(cell[1].decode())] = NOT_WORKED_OUT
    return found


def _worth_cutting(seen: Seen) -> bool:
    return seen.data_ends - seen.content_ends > WORTH_CUTTING and seen.content_ends > 0


def _copy(source: IO[bytes], target: IO[bytes], seen: Seen | None) -> None:
    """Copy a part; of one with a blank tail all but what lies between its content and the end of its rows."""
    if seen is not None:
        left = seen.content_ends
        while left and (block := source.read(min(PIECE, left))):
            target.write(block)
            left -= len(block)
        source.seek(seen.data_ends)
    while block := source.read(PIECE):
        target.write(block)
