"""Read a .csv file: which encoding, which delimiter, which rows. Runs in the reading process only."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator

from app.sheets.limits import Limits, Unreadable

ENCODINGS = ("utf-8-sig", "gb18030")
"""Tried in this order: Chinese text in GB18030 is practically never valid UTF-8."""
DELIMITERS = ",\t;"
_FORCED_TEXT = re.compile(r'^="([^"]*)"$')
"""How some programs keep Excel from making a number of a text: ="360101201509011015"."""
LINES_LOOKED_AT = 50


def decode(data: bytes) -> str:
    """The text of a file in UTF-8 (with or without mark), UTF-16 or GB18030; raises Unreadable("encoding")."""
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return _in(data, "utf-16")
    if b"\x00" in data:
        raise Unreadable("wrong_type", found="binary")
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Unreadable("encoding")


def _in(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Unreadable("encoding") from error


def delimiter_of(text: str) -> str:
    """The delimiter that the most of the first lines hold, and hold most often."""
    lines = [line for line in text[:200_000].splitlines()[:LINES_LOOKED_AT] if line.strip()]
    return max(
        DELIMITERS, key=lambda mark: (sum(mark in line for line in lines), sum(line.count(mark) for line in lines))
    )


def rows(text: str, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """The rows of the text that hold something, numbered as Excel shows them; cells as written."""
    csv.field_size_limit(limits.characters)
    _refuse_open_quote(text)
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text))
        for number, row in enumerate(reader, start=1):
            while row and not row[-1]:
                row.pop()
            if row:
                yield number, [_FORCED_TEXT.sub(r"\1", cell) for cell in row]
    except csv.Error as error:
        raise Unreadable("truncated", why=str(error)) from error


def _refuse_open_quote(text: str) -> None:
    """Refuse a text whose last quotation mark is never closed: all lines behind it would be one cell."""
    if text.count('"') % 2 == 0:
        return
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter_of(text), strict=True)
    begun = 1
    try:
        for _ in reader:
            begun = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable("open_quote", row=begun) from error
