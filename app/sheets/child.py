"""The process that reads one uploaded file: small, limited, and nothing of ours in it. Started by `reading.read`.

Answers on standard output, a JSON text a line: {"kind"}, then for each sheet {"sheet", …} and lists of rows
[number, hidden, cells …], and {"end": rows} or {"refused": code, "facts"} at last. A cell that JSON does not know is a
list: ["d", day], ["m", moment], ["t", time], ["s", seconds], ["e", error]; an empty one is "".
"""

from __future__ import annotations

import json
import os
import re
import resource
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from app.sheets.limits import Limits, Unreadable

ROWS_A_LINE = 400
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHERS = {
    b"%PDF": "pdf",
    b"\x89PNG": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"Rar!": "rar",
    b"7z\xbc\xaf": "7z",
    b"MZ": "exe",
    b"\x7fELF": "exe",
    b"{\\rtf": "rtf",
    b"PK": "zip",
    b"\x1f\x8b": "gzip",
}
TEXT_NAMES = frozenset({"csv", "txt", "tsv"})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

Answer = dict[str, Any] | list[list[Any]]


def sniff(head: bytes, declared: str) -> str:
    """What the file is, by its first bytes: xlsx, xls or csv; refuses everything else, and text under Excel's name."""
    if not head.strip(b"\x00\t\r\n \xef\xbb\xbf\xff\xfe"):
        raise Unreadable("empty")
    for magic, kind in ((ZIP, "xlsx"), (OLE, "xls")):
        if head.startswith(magic):
            if declared in TEXT_NAMES:
                raise Unreadable("wrong_type", found=kind, declared=declared)
            return kind
    found = next((kind for magic, kind in OTHERS.items() if head.startswith(magic)), "")
    if not found and re.match(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|\?xml|html|table|meta|head)", head, re.IGNORECASE):
        found = "html"
    if found or declared not in TEXT_NAMES:
        raise Unreadable("wrong_type", found=found or "text", declared=declared)
    return "csv"


@dataclass
class Budget:
    """Counts what is sent, over all sheets."""

    limits: Limits
    rows: int = 0
    cells: int = 0
    characters: int = 0

    def spend(self, sheet: str, number: int, cells: list[Any]) -> list[Any]:
        """Count a row and return its cells without characters no cell can hold; raises Unreadable at one too many."""
        limits = self.limits
        text = "".join([cell for cell in cells if type(cell) is str])
        if _CONTROL.search(text):
            cells = [_CONTROL.sub("", cell) if isinstance(cell, str) else cell for cell in cells]
        self.rows += 1
        self.cells += len(cells)
        self.characters += len(text)
        if len(cells) > limits.columns:
            raise Unreadable("too_many_columns", sheet=sheet, row=number, limit=limits.columns)
        if self.rows > limits.rows:
            raise Unreadable("too_many_rows", sheet=sheet, row=number, limit=limits.rows)
        if self.cells > limits.cells:
            raise Unreadable("too_many_cells", sheet=sheet, limit=limits.cells)
        if self.characters > limits.characters:
            raise Unreadable("too_large", sheet=sheet, limit=limits.characters)
        return cells


def _moment(cell: object) -> list[str | float]:
    """A cell that JSON does not know, as a list."""
    if isinstance(cell, datetime):
        return ["m", cell.isoformat()]
    if isinstance(cell, date):
        return ["d", cell.isoformat()]
    if isinstance(cell, time):
        return ["t", cell.isoformat()]
    if isinstance(cell, timedelta):
        return ["s", cell.total_seconds()]
    raise TypeError(f"no cell: {type(cell)}")


def in_lines(rows: Iterator[list[Any]]) -> Iterator[list[list[Any]]]:
    """Rows put together, some hundred a line."""
    line = []
    for row in rows:
        line.append(row)
        if len(line) == ROWS_A_LINE:
            yield line
            line = []
    if line:
        yield line


def text_sheet(path: Path, budget: Budget) -> Iterator[Answer]:
    """The one sheet of a .csv file."""
    from app.sheets import plain  # noqa: PLC0415  only for this kind

    def rows() -> Iterator[list[Any]]:
        for number, cells in plain.rows(plain.decode(path.read_bytes()), budget.limits):
            yield [number, 0, *budget.spend("", number, cells)]

    yield {"sheet": "", "hidden": False, "merged": [], "hidden_columns": [], "since_1904": False}
    yield from in_lines(rows())


def excel_sheets(path: Path, kind: str, budget: Budget) -> Iterator[Answer]:
    """The sheets of an .xlsx or .xls file."""
    with path.open("rb") as file:
        if kind == "xlsx":
            from app.sheets.package import Package  # noqa: PLC0415  only for this kind

            package = Package(file, budget.limits)
            yield from _parsed(package.without_blank_tails(file), package.seen, budget)
        else:
            from app.sheets.compound import look_through  # noqa: PLC0415  only for this kind

            yield from _parsed(file, look_through(file, budget.limits), budget)


def _parsed(file: IO[bytes], seen: dict[str, Any], budget: Budget) -> Iterator[Answer]:
    import python_calamine  # noqa: PLC0415  loaded when the file has been judged

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(file)
        for sheet in book.sheets_metadata:
            if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet:
                hidden = sheet.visible != python_calamine.SheetVisibleEnum.Visible
                found = seen.get(sheet.name)
                yield from _one_sheet(book.get_sheet_by_name(sheet.name), found, budget, hidden=hidden)
    except python_calamine.PasswordError as error:
        raise Unreadable("encrypted") from error
    except (python_calamine.CalamineError, OSError) as error:
        raise Unreadable("truncated", why=str(error)) from error


def _one_sheet(sheet: Any, found: Any, budget: Budget, *, hidden: bool) -> Iterator[Answer]:  # noqa: ANN401  calamine's own
    merged = sheet.merged_cell_ranges or []
    if len(merged) > budget.limits.merged:
        raise Unreadable("too_large", sheet=sheet.name, limit=budget.limits.merged)
    yield {
        "sheet": sheet.name,
        "hidden": hidden,
        "merged": [[first[0] + 1, last[0] + 1, first[1], last[1]] for first, last in merged],
        "hidden_columns": sorted(found.hidden_columns) if found else [],
        "since_1904": bool(found and found.since_1904),
    }
    yield from in_lines(_rows(sheet, found, budget))


def _rows(sheet: Any, found: Any, budget: Budget) -> Iterator[list[Any]]:  # noqa: ANN401  calamine's own
    """The rows of a sheet that hold something, with the error cells put where calamine leaves nothing."""
    left = [""] * (sheet.start or (0, 0))[1]
    hidden = found.hidden_rows if found else ()
    errors: dict[int, dict[int, str]] = {}
    for (number, column), text in (found.errors if found else {}).items():
        errors.setdefault(number, {})[column] = text
    for number, cells in _numbered(sheet, max(errors, default=0)):
        row = left + cells if cells else []
        for column, text in errors.get(number, {}).items():
            row += [""] * (column + 1 - len(row))
            row[column] = row[column] or ["e", text]
        while row and row[-1] == "":
            row.pop()
        if row:
            yield [number, int(number in hidden), *budget.spend(sheet.name, number, row)]


def _numbered(sheet: Any, last: int) -> Iterator[tuple[int, list[Any]]]:  # noqa: ANN401  calamine's own
    """The rows as calamine has them with their numbers, and empty ones down to the last that must be there."""
    number = 0
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        yield number, cells
    for further in range(number + 1, last + 1):
        yield further, []


def restrain(limits: Limits) -> None:
    """Take away from this process what reading a file does not need: memory, time, large files, core dumps."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (limits.inflated, limits.inflated))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def answers(path: Path, declared: str, limits: Limits) -> Iterator[Answer]:
    """Everything this process says about a file."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        raise Unreadable("too_large", limit=limits.file_bytes)
    with path.open("rb") as file:
        kind = sniff(file.read(4096), declared)
    yield {"kind": kind}
    budget = Budget(limits)
    yield from text_sheet(path, budget) if kind == "csv" else excel_sheets(path, kind, budget)
    yield {"end": budget.rows}


def main() -> None:
    """Read the file named on the command line: path, declared ending, limits as JSON."""
    path, declared, limits = Path(sys.argv[1]), sys.argv[2], Limits(**json.loads(sys.argv[3]))
    restrain(limits)
    out = sys.stdout.buffer

    def say(answer: Answer) -> None:
        out.write(json.dumps(answer, ensure_ascii=False, separators=(",", ":"), default=_moment).encode() + b"\n")

    try:
        for answer in answers(path, declared, limits):
            say(answer)
    except Unreadable as refusal:
        say({"refused": refusal.code, "facts": dict(refusal.facts)})
    except MemoryError:
        say({"refused": "too_large", "facts": {}})
    out.flush()
    os._exit(0)  # freeing a million cells one by one helps nobody


if __name__ == "__main__":
    main()
