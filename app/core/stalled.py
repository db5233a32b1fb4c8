"""Jobs whose worker is gone: found by the missing heartbeat, given back to the queue, given up after five attempts."""

from __future__ import annotations

import logging
from contextlib import closing

from procrastinate.sql import queries
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from app.core.clock import sql_now
from app.core.queue import MAX_ATTEMPTS, TASK, JobRow, JobRun, enqueue

log = logging.getLogger(__name__)

WORKER_DIED = "worker_died"

# FOR UPDATE looks again at a row that changed meanwhile: two sweeps never give the same entry back twice.
STALLED_ENTRIES = text("""
    SELECT entry.id, cast(entry.args ->> 'job_id' AS bigint) AS job_id
      FROM procrastinate_jobs AS entry
     WHERE entry.status = 'doing' AND entry.task_name = :task
       AND NOT EXISTS (SELECT FROM procrastinate_workers AS worker
                        WHERE worker.id = entry.worker_id
                          AND worker.last_heartbeat > now() - make_interval(secs => :seconds))
     ORDER BY entry.id
       FOR UPDATE OF entry SKIP LOCKED
""")

ROWS_WITHOUT_ENTRY = text("""
    SELECT job.id FROM job
     WHERE job.state IN ('queued', 'running')
       AND NOT EXISTS (SELECT FROM procrastinate_jobs AS entry
                        WHERE entry.task_name = :task AND cast(entry.args ->> 'job_id' AS bigint) = job.id)
     ORDER BY job.id
       FOR UPDATE OF job SKIP LOCKED
""")


def sweep(session: Session, *, seconds: float) -> None:
    """Give back what belongs to workers without a heartbeat for so long, and what procrastinate has lost sight of."""
    for entry_id, job_id in session.execute(STALLED_ENTRIES, {"task": TASK, "seconds": seconds}).all():
        log.warning("job %d was left by its worker", job_id)
        _free(session, job_id)
        _retry(session, entry_id)
    for job_id in session.scalars(ROWS_WITHOUT_ENTRY, {"task": TASK}).all():
        log.warning("job %d had no entry in the queue", job_id)
        _free(session, job_id)
        enqueue(session, job_id)


def give_back(session: Session, run: JobRun, entry_id: int) -> None:
    """Give back a job whose run did not stop in time; the run can change nothing any more, and counts as no attempt."""
    # The run may hold the row; what it then commits is its own and is found stalled later.
    session.execute(text("SET LOCAL lock_timeout = '1s'"))
    if session.scalar(run.change(state="queued", lease=None, attempts=JobRow.attempts - 1)):
        _retry(session, entry_id)


def _free(session: Session, job_id: int) -> None:
    left = update(JobRow).where(JobRow.id == job_id, JobRow.state == "running")
    session.execute(left.where(JobRow.attempts < MAX_ATTEMPTS).values(state="queued", lease=None))
    given_up = {"state": "failed", "lease": None, "finished_at": sql_now(), "error_code": WORKER_DIED}
    if session.scalar(left.where(JobRow.attempts >= MAX_ATTEMPTS).values(**given_up).returning(JobRow.id)):
        log.error("job %d has failed: %s", job_id, WORKER_DIED)


def _retry(session: Session, entry_id: int) -> None:
    nothing = {"retry_at": None, "new_priority": None, "new_queue_name": None, "new_lock": None}
    with closing(session.connection().connection.cursor()) as cursor:
        cursor.execute(queries["retry_job"], {"job_id": entry_id, **nothing})
