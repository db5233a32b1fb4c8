"""SIGTERM, which Ctrl-C of the parent becomes, while a job runs."""

from __future__ import annotations

from app.core.db import Database
from app.core.queue import defer
from tests.processes.started import one, small_worker, state_of, steps_of, wait_for, wait_for_state


def test_a_job_stops_at_its_safe_point_and_goes_on_at_the_next_start_each_step_once(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 8, "pause": 0.2}))
    with small_worker(queue_database) as worker:
        wait_for(lambda: len(steps_of(queue_database, job_id)) >= 2)
        worker.terminate()
        assert worker.wait() == 0
    begun = steps_of(queue_database, job_id)
    assert state_of(queue_database, job_id) == "queued"
    assert one(queue_database, "SELECT done FROM job") == len(begun) < 8
    with small_worker(queue_database):
        wait_for_state(queue_database, job_id, "done")
    assert steps_of(queue_database, job_id) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert one(queue_database, "SELECT attempts FROM job") == 1
