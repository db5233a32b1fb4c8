"""Jobs and schedules small enough to watch: every step of work leaves a mark in the transaction that counts it."""

from __future__ import annotations

import time
from functools import partial

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.errors import Conflict
from app.core.feature import Job
from app.core.queue import JobRun

MARKS = "CREATE TABLE IF NOT EXISTS mark_of_tests (job_id bigint NOT NULL, step bigint NOT NULL, attempt int NOT NULL)"


def _mark(session: Session, *, run: JobRun, step: int) -> None:
    session.execute(
        text("INSERT INTO mark_of_tests VALUES (:job, :step, :attempt)"),
        {"job": run.job_id, "step": step, "attempt": run.attempts},
    )
    run.progress(session, step, run.arguments["steps"])


def in_steps(run: JobRun) -> None:
    """Do `steps` steps, pausing before each, with a safe point between them."""
    for step in range(run.done + 1, run.arguments["steps"] + 1):
        time.sleep(run.arguments.get("pause", 0))
        run.safe_point()
        run.database.transaction(partial(_mark, run=run, step=step))


def without_safe_point(run: JobRun) -> None:
    """One step, then a pause longer than any patience the first time it is tried; no safe point at all."""
    for step in range(run.done + 1, run.arguments["steps"] + 1):
        run.database.transaction(partial(_mark, run=run, step=step))
        if step == 1:
            time.sleep(run.arguments["pause"])


def breaks(run: JobRun) -> None:
    """Leave a mark and fail, every time."""
    run.database.transaction(
        lambda session: session.execute(
            text("INSERT INTO mark_of_tests VALUES (:job, 0, :attempt)"),
            {"job": run.job_id, "attempt": run.attempts},
        ),
    )
    raise ZeroDivisionError


def refuses(_run: JobRun) -> None:
    """Refuse, as a service does."""
    raise Conflict


def meets_others(run: JobRun) -> None:
    """Collide with somebody every time it is tried."""
    clash = text("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40P01'; END $$")
    run.database.transaction(lambda session: session.execute(clash))


JOBS = (
    Job("meets_others", meets_others),
    Job("in_steps", in_steps),
    Job("without_safe_point", without_safe_point),
    Job("breaks", breaks),
    Job("refuses", refuses),
)
