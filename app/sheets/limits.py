"""How large an uploaded file may be, and what is said of one that cannot be read. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from app.core.errors import Refusal

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What a file may take: bytes, counts, seconds. A school of 50,000 with 20 columns needs less than half of each.

    `memory` is the address space of the reading process; `inflated` the sum of all parts after decompression, `ratio`
    how far one large part may shrink in the file; `last_row` how far down anything may stand.
    """

    file_bytes: int = 48 * MIB
    parts: int = 2_000
    inflated: int = 640 * MIB
    ratio: int = 100
    strings_bytes: int = 96 * MIB
    strings: int = 2_000_000
    rows: int = 120_000
    last_row: int = 200_000
    columns: int = 256
    cells: int = 2_500_000
    characters: int = 20_000_000
    merged: int = 50_000
    sheets: int = 500
    memory: int = 380 * MIB
    seconds: int = 30


LIMITS = Limits()


class Unreadable(Refusal):
    """The file is not read; `code` says why, `facts` what a sentence needs.

    wrong_type (found: what it is) · empty · encrypted · truncated (cut off or damaged) · too_large (limit) ·
    zip_bomb (part) · entity (part: it declares entities) · too_many_rows · too_many_columns · too_many_cells ·
    too_many_sheets (sheet, cell, limit where known) · encoding (no known one fits) · too_slow (seconds) ·
    open_quote (row: the line of a .csv file where a quotation mark is opened and never closed)
    """

    status = 422
    code = "unreadable"

    def __init__(self, code: str, **facts: object) -> None:
        """Keep code and facts."""
        super().__init__(**facts)
        self.args = (code,)
        self.__dict__["code"] = code
