"""The queue may bring the number of a row twice; the row lets one run begin."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.queue import defer, enqueue
from tests.processes.started import one, small_worker, steps_of, wait_for, wait_for_state


def hand_over_doubly(session: Session) -> int:
    job_id = defer(session, "in_steps", {"steps": 5, "pause": 0.1})
    enqueue(session, job_id)
    return job_id


def test_a_row_with_two_entries_is_run_once(queue_database: Database) -> None:
    job_id = queue_database.transaction(hand_over_doubly)
    with small_worker(queue_database):
        wait_for_state(queue_database, job_id, "done")
        wait_for(lambda: one(queue_database, "SELECT count(*) FROM procrastinate_jobs") == 0)
    assert steps_of(queue_database, job_id) == [1, 2, 3, 4, 5]
    assert one(queue_database, "SELECT attempts FROM job") == 1
