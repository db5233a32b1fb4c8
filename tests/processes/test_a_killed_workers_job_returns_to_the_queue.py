"""kill -9 of a worker: no heartbeat, so another takes its job."""

from __future__ import annotations

import signal

from app.core.db import Database
from app.core.queue import defer
from tests.processes.started import one, small_worker, state_of, steps_of, wait_for, wait_for_state

SOON = {"heartbeat": 0.2, "stalled_after": 1.0}


def test_a_job_of_a_killed_worker_goes_on_in_another_one(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 6, "pause": 0.2}))
    with small_worker(queue_database, **SOON) as worker:
        wait_for(lambda: len(steps_of(queue_database, job_id)) >= 2)
        worker.kill()
        worker.wait()
    assert state_of(queue_database, job_id) == "running"
    with small_worker(queue_database, **SOON):
        wait_for_state(queue_database, job_id, "done")
    assert steps_of(queue_database, job_id) == [1, 2, 3, 4, 5, 6]
    assert one(queue_database, "SELECT attempts FROM job") == 2


def test_a_job_that_has_killed_its_worker_five_times_fails(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "without_safe_point", {"steps": 1, "pause": 600}))
    queue_database.transaction(lambda s: s.connection().exec_driver_sql("UPDATE job SET attempts = 4"))
    with small_worker(queue_database, **SOON) as worker:
        wait_for(lambda: steps_of(queue_database, job_id))
        worker.kill()
        worker.wait()
    with small_worker(queue_database, **SOON):
        wait_for_state(queue_database, job_id, "failed")
    assert one(queue_database, "SELECT error_code FROM job") == "worker_died"
    assert steps_of(queue_database, job_id) == [1]


def test_a_worker_taken_for_dead_that_wakes_up_can_change_nothing(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 40, "pause": 0.1}))
    with small_worker(queue_database, **SOON) as asleep:
        wait_for(lambda: len(steps_of(queue_database, job_id)) >= 2)
        asleep.send_signal(signal.SIGSTOP)
        with small_worker(queue_database, **SOON):
            wait_for(lambda: one(queue_database, "SELECT attempts FROM job WHERE state = 'running'") == 2)
            asleep.send_signal(signal.SIGCONT)
            wait_for_state(queue_database, job_id, "done")
        asleep.terminate()
        told = asleep.communicate()[0]
    assert f"job {job_id} was taken over by another worker" in told
    assert steps_of(queue_database, job_id) == list(range(1, 41))
