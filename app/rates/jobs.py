"""The nightly job: the figures of the day that ends."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core.clock import SHANGHAI, now
from app.core.feature import Job, Schedule
from app.core.queue import JobRun
from app.rates.services import write_figure_day

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


FIGURE_DAY = Job("rates.figure_day", figure_day)
EACH_NIGHT = Schedule("rates.figure_day.nightly", "55 23 * * *", FIGURE_DAY.name)
