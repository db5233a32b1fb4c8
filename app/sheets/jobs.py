"""Reading, applying and undoing imports in the worker, as the account that asked, exactly once."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import owner_of
from app.core.feature import Job, Schedule
from app.core.queue import JobRun
from app.core.stored import erase_expired
from app.core.workflow import WrongState
from app.sheets import expiry, services
from app.sheets.work import Bench, apply_batch, read_batch, undo_batch

T = TypeVar("T")
log = logging.getLogger(__name__)

LONGEST = 600
"""Seconds a statement of an import may take; 50,000 rows take a few."""


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
    Job(EXPIRING, expire),
)
