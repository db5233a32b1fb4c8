"""A file becomes a workbook: read in a process of its own, with limits, so that no file can hurt ours."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Any

from app.sheets.limits import LIMITS, Limits, Unreadable
from app.sheets.workbook import Cell, CellError, Merged, Row, Sheet, Workbook

__all__ = ["LIMITS", "Limits", "Unreadable", "read"]

ROOT = Path(__file__).resolve().parents[2]
GRACE = 5
"""Seconds beside the processor time a file may take: the process starts, and others want the processor too."""
LONGEST_SHARED = 40
"""Texts up to this length are kept once however often they occur: classes, sexes, dates."""


def read(path: Path, declared: str = "", limits: Limits = LIMITS) -> Workbook:
    """Read a workbook from a stored file.

    `declared` is the name it was uploaded under (or its ending); without it the path's own. The content decides what
    the file is; text under the name of a workbook, and anything else that is no workbook, is refused.
    Raises `Unreadable` with its code; hidden rows, columns and sheets are read and marked.
    """
    ending = (declared or path.name).rsplit(".", 1)[-1].strip().lower()
    command = [sys.executable, "-m", "app.sheets.child", str(path.resolve()), ending, json.dumps(asdict(limits))]
    with tempfile.TemporaryFile() as complaints, _started(command, complaints) as process:
        late = threading.Event()
        alarm = threading.Timer(2 * limits.seconds + GRACE, _stop, (process, late))
        alarm.start()
        try:
            workbook = _collect(process.stdout or ())
            if workbook is None:
                process.wait()
        finally:
            alarm.cancel()
            process.kill()
            process.wait()
        complaints.seek(0)
        return workbook or _died(process.returncode, complaints.read(), limits, late=late.is_set())


def _started(command: Sequence[str], complaints: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  a list, no shell; the path is ours
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints, cwd=ROOT, env=_environment()
    )


def _stop(process: subprocess.Popen[bytes], late: threading.Event) -> None:
    late.set()
    process.kill()


def _environment() -> dict[str, str]:
    """What the reading process is told: where Python is, no settings, no keys, no database."""
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "LANG", "LD_LIBRARY_PATH", "TMPDIR"}}
    return kept | {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1", "MALLOC_ARENA_MAX": "2"}


def _died(status: int, complaints: bytes, limits: Limits, *, late: bool) -> Workbook:
    """Say why the process ended without an answer: out of time, out of memory, or a fault of ours."""
    if late or status in {-signal.SIGXCPU, -signal.SIGKILL}:
        raise Unreadable("too_slow", seconds=limits.seconds)
    if status in {-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGBUS} or b"memory" in complaints.lower():
        raise Unreadable("too_large", limit=limits.memory)
    if b"PanicException" in complaints or b"capacity overflow" in complaints:
        raise Unreadable("truncated", why="the parser gave up")
    raise RuntimeError(f"the reading process ended with {status}: {complaints.decode(errors='replace')[-2000:]}")


@dataclass
class _Draft:
    facts: dict[str, Any]
    rows: list[Row] = field(default_factory=list)

    def sheet(self) -> Sheet:
        return Sheet(
            name=self.facts["sheet"],
            rows=tuple(self.rows),
            hidden=self.facts["hidden"],
            merged=tuple(Merged(*numbers) for numbers in self.facts["merged"]),
            hidden_columns=frozenset(self.facts["hidden_columns"]),
            since_1904=self.facts["since_1904"],
        )


def _collect(lines: Iterable[bytes]) -> Workbook | None:
    """Put together what the process says; None when it stopped in the middle."""
    kind = ""
    drafts: list[_Draft] = []
    shared: dict[str, str | None] = {"": None}
    for line in lines:
        if not line.endswith(b"\n"):
            return None
        answer = json.loads(line)
        if isinstance(answer, list):
            drafts[-1].rows.extend(_rows(answer, shared))
        elif "sheet" in answer:
            drafts.append(_Draft(answer))
        elif "kind" in answer:
            kind = answer["kind"]
        elif "refused" in answer:
            raise Unreadable(answer["refused"], **answer["facts"])
        else:
            if not answer["end"]:
                raise Unreadable("empty")
            return Workbook(tuple(draft.sheet() for draft in drafts), kind)
    return None


def _rows(answer: list[list[Any]], shared: dict[str, str | None]) -> Iterable[Row]:
    for number, hidden, *cells in answer:
        # One pass without a call for each cell: there are a million of them.
        yield Row(
            number,
            tuple(
                [
                    (shared.setdefault(cell, cell) if len(cell) < LONGEST_SHARED else cell)
                    if type(cell) is str
                    else (_UNPACK[cell[0]](cell[1]) if type(cell) is list else cell)
                    for cell in cells
                ]
            ),
            bool(hidden),
        )


def _span(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


_UNPACK: Mapping[str, Callable[[Any], Cell]] = {
    "d": date.fromisoformat,
    "m": datetime.fromisoformat,
    "t": time.fromisoformat,
    "s": _span,
    "e": CellError,
}
"""How a cell that JSON does not know is made again, by its first letter."""
