"""Reading, applying and undoing imports in the worker, as the account that asked, exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import LONGEST, as_owner, owner_of
from app.core.feature import Job, Schedule
from app.core.queue import JobRun
from app.core.stored import NewFile, erase_expired, keep
from app.core.workflow import WrongState
from app.sheets import expiry, services
from app.sheets.returning import error_workbook, purpose_of
from app.sheets.work import Bench, apply_batch, read_batch, undo_batch

T = TypeVar("T")
log = logging.getLogger(__name__)

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KEPT = timedelta(days=1)
"""How long an error workbook lies ready; it holds what the uploaded file held, and can be made again."""


def _carry_out(work: Callable[[Bench, int], None]) -> Callable[[JobRun], None]:
    def run_job(run: JobRun) -> None:
        run.safe_point()
        try:
            work(_bench(run), int(run.arguments["batch_id"]))
        except WrongState as refusal:
            log.info("job %d had nothing left to do: %s", run.job_id, refusal)  # cancelled, or done by an earlier run

    return run_job


def _bench(run: JobRun) -> Bench:
    return Bench(
        run=lambda work: run.transaction(lambda session: _as_owner(session, run, work), seconds=LONGEST),
        keyring=run.keyring,
        files=run.files,
        tick=lambda done, total: _tick(run, done, total),
        ended=run.finish,
    )


def _as_owner(session: Session, run: JobRun, work: Callable[[Session, Actor], T]) -> T:
    """As the account that handed the work over, with its grants as they are now."""
    # that no other run has taken over is asked by `finish`; asked here it would hold the row the progress is written to
    return work(session, owner_of(session, run))


def _tick(run: JobRun, done: int, total: int | None) -> None:
    run.safe_point()
    run.progress(None, done, total)


@as_owner()
def errors(session: Session, actor: Actor, run: JobRun) -> None:
    """Write the error workbook of a large import and keep it for who asked."""
    batch_id, locale = int(run.arguments["batch_id"]), str(run.arguments["locale"])
    keyring, files = run.keyring, run.files
    data = error_workbook(session, actor, batch_id=batch_id, keyring=keyring, files=files, locale=locale)
    new = NewFile(purpose_of(batch_id), f"import-{batch_id}-errors.xlsx", XLSX, data, KEPT)
    keep(session, files, keyring, owner_id=actor.user_id, new=new)


def expire(run: JobRun) -> None:
    """Erase what imports held that nobody applied, and what applied ones kept for undoing, until none is due."""
    while run.transaction(expiry.expire, seconds=LONGEST):
        run.safe_point()
    while run.transaction(lambda session: erase_expired(session, run.files)):
        run.safe_point()


EXPIRING = "sheets.expire"
EACH_NIGHT = Schedule(EXPIRING, "20 3 * * *", EXPIRING)
JOBS = (
    Job(services.READING, _carry_out(read_batch)),
    Job(services.APPLYING, _carry_out(apply_batch)),
    Job(services.UNDOING, _carry_out(undo_batch)),
    Job(services.RETURNING, errors),
    Job(EXPIRING, expire),
)
