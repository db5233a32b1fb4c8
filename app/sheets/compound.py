"""Look through an .xls file before it is parsed: is it a workbook, is it encrypted, what is hidden in it.

Runs in the reading process only. An .xls file is a compound file (MS-CFB) with one stream of records (BIFF8, MS-XLS).
python-calamine reads its cells; hidden rows and columns and error cells, which it does not tell, are read here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import IO

from app.sheets.limits import Limits, Unreadable

END_OF_CHAIN, FREE, DIRECTORY_ENTRY, HEADER_BYTES = 0xFFFFFFFE, 0xFFFFFFFF, 128, 512
SMALLEST_STREAM, PIECE, ROOT = 4096, 64, 5
BOF, EOF, BOUNDSHEET, FILEPASS, ROW, COLINFO, BOOLERR = 0x0809, 0x000A, 0x0085, 0x002F, 0x0208, 0x007D, 0x0205
FORMULA, DATEMODE = 0x0006, 0x0022
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
OTHERS = {"WordDocument": "doc", "PowerPoint Document": "ppt", "EncryptedPackage": "encrypted"}
WORKSHEET = 0


@dataclass
class Seen:
    """What was found in one sheet; rows as Excel numbers them, columns from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    since_1904: bool = False
    """Whether the workbook counts days from 1904."""


class Compound:
    """A compound file: its streams by name."""

    def __init__(self, data: bytes) -> None:
        """Read header, allocation table and directory; raises Unreadable where they do not fit together."""
        self._data = data
        try:
            self._size = 1 << struct.unpack_from("<H", data, 30)[0]
            self._table = self._allocation()
            self._root = (END_OF_CHAIN, 0)
            self.streams = dict(self._directory(struct.unpack_from("<I", data, 48)[0]))
        except (struct.error, IndexError, ValueError) as error:
            raise Unreadable("truncated", why=str(error)) from error

    def _sector(self, number: int) -> bytes:
        start = (HEADER_BYTES if self._size == HEADER_BYTES else self._size) + number * self._size
        if start >= len(self._data):
            raise ValueError("cut off")
        return self._data[start : start + self._size]

    def _allocation(self) -> list[int]:
        if self._size not in {512, 4096}:
            raise ValueError("sector size")
        sectors = [number for number in struct.unpack_from("<109I", self._data, 76) if number < END_OF_CHAIN - 3]
        following, left = struct.unpack_from("<II", self._data, 68)
        places = self._size // 4
        for _ in range(left):
            numbers = struct.unpack(f"<{places}I", self._sector(following))
            sectors += [number for number in numbers[:-1] if number < END_OF_CHAIN - 3]
            following = numbers[-1]
        table: list[int] = []
        for number in sectors:
            table += struct.unpack(f"<{places}I", self._sector(number))
        return table

    def _chain(self, first: int) -> Iterator[bytes]:
        return (self._sector(number) for number in _links(first, self._table))

    def _small(self, first: int) -> bytes:
        """A stream of less than SMALLEST_STREAM: its pieces of 64 bytes lie together in the stream of the root."""
        table: list[int] = []
        for sector in self._chain(struct.unpack_from("<I", self._data, 60)[0]):
            table += struct.unpack(f"<{self._size // 4}I", sector)
        together = b"".join(self._chain(self._root[0]))[: self._root[1]]
        return b"".join(together[number * PIECE : (number + 1) * PIECE] for number in _links(first, table))

    def _directory(self, first: int) -> Iterator[tuple[str, tuple[int, int]]]:
        entries = b"".join(self._chain(first))
        for start in range(0, len(entries) - DIRECTORY_ENTRY + 1, DIRECTORY_ENTRY):
            length = struct.unpack_from("<H", entries, start + 64)[0]
            if entries[start + 66] == ROOT:
                self._root = struct.unpack_from("<II", entries, start + 116)
            if 2 < length <= 64 and entries[start + 66] == 2:  # noqa: PLR2004  a stream with a name
                name = entries[start : start + length - 2].decode("utf-16-le", "replace")
                yield name, struct.unpack_from("<II", entries, start + 116)

    def stream(self, name: str) -> bytes:
        """The bytes of a stream."""
        first, length = self.streams[name]
        try:
            return (b"".join(self._chain(first)) if length >= SMALLEST_STREAM else self._small(first))[:length]
        except (IndexError, ValueError, struct.error) as error:
            raise Unreadable("truncated", why=str(error)) from error


def _links(first: int, table: Sequence[int]) -> Iterator[int]:
    """The numbers of a chain, one after the other."""
    for _ in range(len(table) + 1):
        if first in {END_OF_CHAIN, FREE}:
            return
        yield first
        first = table[first]
    raise ValueError("a chain without end")


def look_through(file: IO[bytes], limits: Limits) -> dict[str, Seen]:
    """What is hidden in the sheets of an .xls file, by their names; raises Unreadable for what is no workbook."""
    file.seek(0)
    compound = Compound(file.read(limits.file_bytes + 1))
    file.seek(0)
    for name, kind in OTHERS.items():
        if name in compound.streams:
            raise Unreadable("encrypted") if kind == "encrypted" else Unreadable("wrong_type", found=kind)
    if "Workbook" not in compound.streams:
        raise Unreadable("wrong_type", found="xls 5.0" if "Book" in compound.streams else "ole")
    stream = compound.stream("Workbook")
    try:
        sheets, since_1904 = dict(_sheets(stream)), _since_1904(stream)
        return {name: _seen(stream, start, since_1904=since_1904) for name, start in sheets.items()}
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise Unreadable("truncated", why=str(error)) from error


def _records(stream: bytes, start: int) -> Iterator[tuple[int, bytes]]:
    """The records of a part of the stream, up to its end mark."""
    while start + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, start)
        yield kind, stream[start + 4 : start + 4 + length]
        if kind == EOF:
            return
        start += 4 + length
    raise Unreadable("truncated", why="no end of the records")


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, data in _records(stream, 0):
        if kind == FILEPASS:
            raise Unreadable("encrypted")
        if kind == BOUNDSHEET and data[5] == WORKSHEET:
            length, wide = data[6], data[7] & 1
            name = data[8 : 8 + length * (1 + wide)].decode("utf-16-le" if wide else "latin-1")
            yield name, struct.unpack_from("<I", data)[0]


def _since_1904(stream: bytes) -> bool:
    return any(kind == DATEMODE and data[:1] == b"\x01" for kind, data in _records(stream, 0))


def _seen(stream: bytes, start: int, *, since_1904: bool) -> Seen:
    seen = Seen(since_1904=since_1904)
    for kind, data in _records(stream, start):
        if kind == ROW and data[12] & 0x20:
            seen.hidden_rows.add(struct.unpack_from("<H", data)[0] + 1)
        elif kind == COLINFO and data[8] & 0x01:
            first, last = struct.unpack_from("<HH", data)
            seen.hidden_columns.update(range(first, min(last, 255) + 1))
        elif kind == BOOLERR and data[7] == 1:
            seen.errors[_place(data)] = ERRORS.get(data[6], "#N/A")
        elif kind == FORMULA and data[6] == 2 and data[12:14] == b"\xff\xff":  # noqa: PLR2004  the value is an error
            seen.errors[_place(data)] = ERRORS.get(data[8], "#N/A")
    return seen


def _place(data: bytes) -> tuple[int, int]:
    row, column = struct.unpack_from("<HH", data)
    return row + 1, column
