"""A job that does not stop in time: its process ends, its row goes back to the queue."""

from __future__ import annotations

from app.core.db import Database
from app.core.queue import defer
from tests.processes.started import one, small_worker, state_of, steps_of, wait_for, wait_for_state


def test_a_job_that_outlasts_the_grace_is_stopped_and_goes_on_at_the_next_start(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "without_safe_point", {"steps": 3, "pause": 600}))
    with small_worker(queue_database, grace=0.5) as worker:
        wait_for(lambda: steps_of(queue_database, job_id) == [1])
        worker.terminate()
        assert worker.wait() == 0
    assert state_of(queue_database, job_id) == "queued"
    with small_worker(queue_database):
        wait_for_state(queue_database, job_id, "done")
    assert steps_of(queue_database, job_id) == [1, 2, 3]
    assert one(queue_database, "SELECT attempts FROM job") == 1
