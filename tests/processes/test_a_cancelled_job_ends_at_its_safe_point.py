"""What a user may do with work that is under way: cancel it."""

from __future__ import annotations

from app.core.db import Database
from app.core.queue import cancel, defer
from tests.processes.started import one, small_worker, state_of, steps_of, wait_for, wait_for_state


def test_a_running_job_ends_at_its_next_safe_point(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 10_000, "pause": 0.1}))
    with small_worker(queue_database):
        wait_for(lambda: steps_of(queue_database, job_id))
        assert queue_database.transaction(lambda s: cancel(s, job_id))
        wait_for_state(queue_database, job_id, "cancelled")
    assert len(steps_of(queue_database, job_id)) == one(queue_database, "SELECT done FROM job")


def test_a_waiting_job_ends_at_once_and_never_begins(queue_database: Database) -> None:
    cancelled = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}))
    assert queue_database.transaction(lambda s: cancel(s, cancelled))
    other = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}))
    with small_worker(queue_database):
        wait_for_state(queue_database, other, "done")
    assert state_of(queue_database, cancelled) == "cancelled"
    assert steps_of(queue_database, cancelled) == []
    assert not queue_database.transaction(lambda s: cancel(s, cancelled))
