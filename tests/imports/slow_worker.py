"""A worker that stops in the middle of an import: `python -m tests.imports.slow_worker URL FOLDER STEP`.

STEP is `read`, `apply` or `undo`. The first run of that step leaves the file `reached` and then waits to be killed,
with everything written but nothing committed; a later run goes through.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from pathlib import Path

from sqlalchemy.orm import Session

import app.features  # noqa: F401  what a list brings is told to whoever listens
from app.access.actor import Actor
from app.cli.children import log_to_stderr
from app.core.db import Database
from app.core.worker import Pace, Worker
from app.sheets.jobs import JOBS
from app.sheets.kinds import Asked, connect
from app.sheets.models import ImportBatch
from app.sheets.rules import Judged
from app.students.sheet import StudentList

LONG = 600


class SlowList(StudentList):
    """A student list whose reading or applying waits once."""

    def __init__(self, folder: Path, step: str) -> None:
        """Know which step waits, and where to say that it does."""
        self.reached, self.step = folder / "reached", step

    def judge(self, session: Session, actor: Actor, asked: Asked) -> Iterable[Judged]:
        """Wait after the last row was handed over."""
        yield from super().judge(session, actor, asked)
        self._wait("read")

    def apply(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Wait after the last row was written."""
        super().apply(session, actor, batch)
        self._wait("apply")

    def undo(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Wait after the last row was taken back."""
        super().undo(session, actor, batch)
        self._wait("undo")

    def _wait(self, step: str) -> None:
        if step == self.step and not self.reached.exists():
            self.reached.touch()
            time.sleep(LONG)


def main() -> None:
    """Work until told to stop."""
    url, folder, step = sys.argv[1:4]
    log_to_stderr()
    connect((SlowList(Path(folder), step),))
    pace = Pace(heartbeat=0.2, poll=0.1, stalled_after=1.0, wait_after_failure=(0, 0, 0, 0))
    Worker(Database(url), JOBS, data=Path(folder), pace=pace).run()


if __name__ == "__main__":
    main()
