"""Work that begins by itself: due times are found by APScheduler, and a row in `fire` makes each of them happen once.

Any number of schedulers may run, on any number of machines. Whoever puts the row of a due time in hands the work over
in the same transaction; the others find the row there and do nothing.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial

# APScheduler 3 carries no types; it is imported here and nowhere else.
from apscheduler.executors.base import BaseExecutor  # type: ignore[import-untyped]
from apscheduler.schedulers.background import BackgroundScheduler  # type: ignore[import-untyped]
from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]
from sqlalchemy import BigInteger, DateTime, ForeignKey, Text, UniqueConstraint, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import SHANGHAI, now
from app.core.db import Base, Database, Numbered
from app.core.feature import Schedule, each_once
from app.core.queue import defer

log = logging.getLogger(__name__)

BEHIND_SECONDS = 5.0
WINDOWS = (timedelta(hours=1), timedelta(days=1), timedelta(days=32), timedelta(days=366))


class Fire(Numbered, Base):
    """A due time that has been dealt with: `job_id` is the work it began.

    NULL there is the moment the schedule became known, from which on missed times are caught up.
    """

    __tablename__ = "fire"

    schedule_id: Mapped[str] = mapped_column(Text)
    fire_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    job_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("job.id", ondelete="SET NULL"), index=True)
    fired_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.xuebao_now())

    __table_args__ = (UniqueConstraint("schedule_id", "fire_at"),)


def trigger(cron: str) -> CronTrigger:
    """Read five cron fields, meant in Asia/Shanghai; `ValueError` when they are not.

    Weekdays must be named (mon, tue …): numbers mean other days to APScheduler than to cron.
    """
    weekdays, _, _every = cron.rpartition(" ")[2].partition("/")
    if any(letter.isdigit() for letter in weekdays):
        raise ValueError(f"{cron!r}: name the weekdays, their numbers are ambiguous")
    found: CronTrigger = CronTrigger.from_crontab(cron, timezone=SHANGHAI)
    return found


def latest_due(due: CronTrigger, after: datetime, until: datetime) -> datetime | None:
    """The last due time in (after, until], or None; looks at short spans before long ones."""
    for span in (*WINDOWS, until - after):
        begin = max(after, until - span)
        found = _last_within(due, begin, until)
        if found or begin == after:
            return found
    return None


def _last_within(due: CronTrigger, begin: datetime, until: datetime) -> datetime | None:
    found = None
    step = due.get_next_fire_time(None, begin + timedelta(microseconds=1))
    while step is not None and step <= until:
        found = step.astimezone(UTC)
        step = due.get_next_fire_time(step, step + timedelta(microseconds=1))
    return found


def fire(session: Session, schedule: Schedule, fire_at: datetime) -> bool:
    """Deal with a due time (UTC) unless somebody has: hand its work over; say whether it was us."""
    row = insert(Fire).values(schedule_id=schedule.name, fire_at=fire_at).on_conflict_do_nothing()
    fire_id = session.scalar(row.returning(Fire.id))
    if fire_id is None:
        return False
    job_id = defer(session, schedule.job, {}, fire_at=fire_at)
    session.execute(update(Fire).where(Fire.id == fire_id).values(job_id=job_id))
    return True


def catch_up(session: Session, schedule: Schedule) -> datetime | None:
    """Fire the latest due time missed since the last one; a schedule new to the database only becomes known."""
    last = session.scalar(select(func.max(Fire.fire_at)).where(Fire.schedule_id == schedule.name))
    moment = now(session)
    if last is None:
        session.add(Fire(schedule_id=schedule.name, fire_at=moment))
        return None
    missed = latest_due(trigger(schedule.cron), last, moment)
    return missed if missed and fire(session, schedule, missed) else None


class FiringExecutor(BaseExecutor):  # type: ignore[misc]
    """Hands the due time itself over, where APScheduler's own executors only call a function."""

    def __init__(self, scheduler: Scheduler) -> None:
        """Fire through `scheduler`."""
        super().__init__()
        self.scheduler = scheduler

    def _do_submit_job(self, job: object, run_times: list[datetime]) -> None:
        self.scheduler.due(job.id, run_times[-1].astimezone(UTC))  # type: ignore[attr-defined]
        self._run_job_success(job.id, [])  # type: ignore[attr-defined]


class Scheduler:
    """Fires the schedules of all features until told to stop."""

    def __init__(self, database: Database, schedules: Iterable[Schedule]) -> None:
        """Take the schedules; `ValueError` when one is not a cron line or two have the same name."""
        self.database = database
        self.schedules: Mapping[str, Schedule] = each_once((schedule.name, schedule) for schedule in schedules)
        self.behind = threading.Event()

    def due(self, name: str, fire_at: datetime) -> None:
        """Fire one due time; if the database does not answer, it is caught up as soon as it does."""
        try:
            self.database.transaction(lambda session: fire(session, self.schedules[name], fire_at))
        except Exception:
            log.exception("schedule %s could not fire at %s; it will be caught up", name, fire_at)
            self.behind.set()

    def catch_up(self) -> None:
        """Fire what was missed, the latest of each schedule."""
        for schedule in self.schedules.values():
            if caught := self.database.transaction(partial(catch_up, schedule=schedule)):
                log.info("schedule %s caught up for %s", schedule.name, caught)

    def run(self, stop: threading.Event) -> None:
        """Fire until `stop` is set."""
        options = {"misfire_grace_time": None, "coalesce": True}
        engine = BackgroundScheduler(executors={"default": FiringExecutor(self)}, job_defaults=options, timezone=UTC)
        for schedule in self.schedules.values():
            engine.add_job(_nothing, trigger(schedule.cron), id=schedule.name)
        engine.start()
        # After the start: a due time in between is then seen by both, and dealt with once.
        self.behind.set()
        while not stop.is_set():
            self._keep_up()
            stop.wait(BEHIND_SECONDS)
        engine.shutdown()

    def _keep_up(self) -> None:
        if not self.behind.is_set():
            return
        self.behind.clear()
        try:
            self.catch_up()
        except Exception:
            log.exception("missed schedules could not be caught up; trying again")
            self.behind.set()


def _nothing() -> None:
    """Stand in for the function APScheduler wants; `FiringExecutor` never calls it."""
