"""The worker: brings every job that waits to its `run`, and makes sure that none is lost and none ends twice.

procrastinate brings the numbers of the rows; the row says whether there is anything to do. A run ends in one of these
ways: done, failed, cancelled, back to the queue (the worker stops, or it failed and has attempts left), or lost.
"""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import threading
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.jobs import Job as QueueEntry
from sqlalchemy import make_url, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app.core import stalled
from app.core.clock import sql_now
from app.core.db import Database
from app.core.errors import Crowded, Refusal
from app.core.feature import Job, Loop, each_once
from app.core.loops import running
from app.core.queue import MAX_ATTEMPTS, TASK, Cancelled, JobRow, JobRun, Lost, Stopping

log = logging.getLogger(__name__)

UNKNOWN_KIND = "unknown_kind"
UNEXPECTED = "unexpected"


@dataclass(frozen=True)
class Pace:
    """How patient a worker is, in seconds.

    `poll` is how long a job that comes back may lie unnoticed (new ones are announced by the database).
    `grace` is less than the 20 s after which the supervisor kills: in what is left, jobs are given back.
    `wait_after_failure` holds the pause after the first failure, the second and so on.
    """

    heartbeat: float = 10.0
    poll: float = 5.0
    stalled_after: float = 60.0
    grace: float = 17.0
    wait_after_failure: tuple[int, ...] = (2, 8, 32, 128)


class Again(Exception):
    """Tells procrastinate to bring the job once more, after so many seconds."""

    def __init__(self, seconds: int) -> None:
        """Come back after `seconds`."""
        super().__init__(seconds)
        self.seconds = seconds


class _AsTold(BaseRetryStrategy):
    def get_retry_decision(self, *, exception: BaseException, job: QueueEntry) -> RetryDecision | None:  # noqa: ARG002
        return RetryDecision(retry_in={"seconds": exception.seconds}) if isinstance(exception, Again) else None


class Worker:
    """Runs jobs, `concurrency` at a time, until SIGTERM or SIGINT; `ValueError` when two kinds have one name."""

    def __init__(
        self,
        database: Database,
        jobs: Iterable[Job],
        *,
        loops: Iterable[Loop] = (),
        concurrency: int = 2,
        pace: Pace | None = None,
        data: Path | None = None,
    ) -> None:
        """Take the jobs and loops this worker knows, and the data folder for those that use keys or files."""
        self.jobs: Mapping[str, Job] = each_once((job.name, job) for job in jobs)
        self.loops = tuple(loops)
        self.database = database
        self.concurrency = concurrency
        self.pace = pace or Pace()
        self.data = data
        self.stop = threading.Event()
        self.running: dict[int, JobRun] = {}

    def run(self) -> None:
        """Work until told to stop; running jobs reach their next safe point, or are given back after the grace."""
        with running(self.loops, self.database, self.data, self.stop):
            asyncio.run(self._run())

    async def _run(self) -> None:
        conninfo = make_url(self.database.url).set(drivername="postgresql").render_as_string(hide_password=False)
        app = App(connector=PsycopgConnector(conninfo=conninfo, min_size=1, max_size=self.concurrency + 3))
        app.task(name=TASK, pass_context=True, retry=_AsTold())(self._run_entry)
        async with app.open_async():
            sweeping = asyncio.create_task(self._sweep_for_ever())
            working = asyncio.create_task(self._work(app))
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, self._stop, working)
            with suppress(asyncio.CancelledError):
                await working
            sweeping.cancel()

    async def _work(self, app: App) -> None:
        await app.run_worker_async(
            concurrency=self.concurrency,
            install_signal_handlers=False,
            fetch_job_polling_interval=self.pace.poll,
            update_heartbeat_interval=self.pace.heartbeat,
            stalled_worker_timeout=self.pace.stalled_after,
            delete_jobs="always",  # the row keeps what is worth keeping
        )

    def _stop(self, working: asyncio.Task[None]) -> None:
        if not self.stop.is_set():
            self.stop.set()
            asyncio.get_running_loop().call_later(self.pace.grace, self._give_up)
            working.cancel()

    async def _sweep_for_ever(self) -> None:
        while True:
            try:
                await asyncio.to_thread(
                    self.database.transaction, partial(stalled.sweep, seconds=self.pace.stalled_after)
                )
            except (DBAPIError, Crowded):
                log.exception("stalled jobs could not be looked for; trying again")
            await asyncio.sleep(self.pace.stalled_after / 4)

    def _give_up(self) -> None:
        """Give jobs that reached no safe point back, and end at once: a thread cannot be stopped."""
        for entry_id, run in list(self.running.items()):
            try:
                self.database.transaction(partial(stalled.give_back, run=run, entry_id=entry_id))
            except (DBAPIError, Crowded):
                log.exception("job %d could not be given back; it will be found stalled", run.job_id)
        os._exit(0)

    def _run_entry(self, context: JobContext, job_id: int) -> None:
        run = self.database.transaction(partial(self._begin, job_id=job_id))
        if run is None:
            return
        entry_id = int(context.job.id or 0)
        self.running[entry_id] = run
        try:
            self._carry_out(run)
        finally:
            del self.running[entry_id]

    def _begin(self, session: Session, job_id: int) -> JobRun | None:
        """Compare-and-set queued → running; None when there is nothing to do (any more)."""
        lease = uuid.uuid4()
        waiting = update(JobRow).where(JobRow.id == job_id, JobRow.state == "queued", JobRow.attempts < MAX_ATTEMPTS)
        begun = waiting.values(state="running", lease=lease, attempts=JobRow.attempts + 1, started_at=sql_now())
        if session.scalar(begun.returning(JobRow.id)) is None:
            return None
        row = session.execute(select(JobRow).where(JobRow.id == job_id)).scalar_one()
        facts = (row.kind, row.arguments, row.fire_at, row.done, row.attempts)
        return JobRun(self.database, job_id, *facts, lease=lease, owner_id=row.owner_id, data=self.data, stop=self.stop)

    def _carry_out(self, run: JobRun) -> None:
        try:
            if run.kind not in self.jobs:
                self._end(run, state="failed", error_code=UNKNOWN_KIND)
                return
            self.jobs[run.kind].run(run)
            self._end(run, state="done")
        except Lost:
            log.warning("job %d was taken over by another worker", run.job_id)
        except Stopping:
            self._change(run, state="queued", lease=None, attempts=JobRow.attempts - 1)
            raise Again(0) from None
        except Cancelled:
            self._end(run, state="cancelled")
        except Crowded as refusal:
            log.warning("job %d (%s) met too many others, attempt %d", run.job_id, run.kind, run.attempts)
            self._after_failure(run, refusal.code)
        except Refusal as refusal:
            self._end(run, state="failed", error_code=refusal.code)
        except Exception:
            log.exception("job %d (%s) failed, attempt %d of %d", run.job_id, run.kind, run.attempts, MAX_ATTEMPTS)
            self._after_failure(run)

    def _after_failure(self, run: JobRun, code: str = UNEXPECTED) -> None:
        if run.attempts >= MAX_ATTEMPTS:
            self._end(run, state="failed", error_code=code)
            return
        self._change(run, state="queued", lease=None)
        raise Again(self.pace.wait_after_failure[run.attempts - 1]) from None

    def _end(self, run: JobRun, **values: object) -> None:
        if values.get("error_code"):
            log.error("job %d (%s) has failed: %s", run.job_id, run.kind, values["error_code"])
        self._change(run, lease=None, finished_at=sql_now(), **values)

    def _change(self, run: JobRun, **values: object) -> None:
        # No row changes when the job wrote its own end with its last work, or when another run holds it now.
        self.database.transaction(lambda session: session.execute(run.change(**values)))
