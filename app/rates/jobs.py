"""Figures by themselves: differences added every second, the day written down each night, everything recounted."""

from __future__ import annotations

import logging

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core.clock import SHANGHAI, now
from app.core.db import Database
from app.core.feature import Job, Loop, Schedule
from app.core.queue import JobRun
from app.rates.rules import FiguresDiffer
from app.rates.services import fold, reconcile, write_figure_day

log = logging.getLogger(__name__)

LONGEST = 600
"""Seconds the statement may take; a province of a million students takes a few."""


def figure_day(run: JobRun) -> None:
    """Write the figures of the day the schedule fired on (China); done and written in one transaction."""

    def work(session: Session) -> None:
        bind(session, SYSTEM)
        fired = run.fire_at or now(session)
        count = write_figure_day(session, fired.astimezone(SHANGHAI).date())
        run.progress(session, count, count)
        run.finish(session)

    run.transaction(work, seconds=LONGEST)


def recount(run: JobRun) -> None:
    """Recount every figure; what differs is audited, logged, and lets the job fail where an operator sees it."""

    def work(session: Session) -> int:
        bind(session, SYSTEM)
        return len(reconcile(session))

    count = run.transaction(work, seconds=LONGEST)
    if count:
        log.error("%d figures are not what a count says: see the audit, then `xuebao reconcile --repair`", count)
        raise FiguresDiffer(count=count)


def add_differences(database: Database) -> None:
    """Add the differences that writers have appended to the counters."""

    def work(session: Session) -> int:
        bind(session, SYSTEM)
        return fold(session)

    database.transaction(work)


FIGURE_DAY = Job("rates.figure_day", figure_day)
EACH_NIGHT = Schedule("rates.figure_day.nightly", "55 23 * * *", FIGURE_DAY.name)
RECOUNT = Job("rates.reconcile", recount)
AFTER_MIDNIGHT = Schedule("rates.reconcile.nightly", "40 2 * * *", RECOUNT.name)
EACH_SECOND = Loop("rates.fold", 1.0, add_differences)
