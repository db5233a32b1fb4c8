"""Ctrl-C in the terminal of the parent while its worker runs a job: nothing is lost, nothing is done twice."""

from __future__ import annotations

from app.core.db import Database
from app.core.queue import defer
from tests.processes.started import (
    children_of,
    ctrl_c,
    is_alive,
    small_parent,
    state_of,
    steps_of,
    wait_for,
    wait_for_state,
    worker_command,
)


def test_the_job_reaches_its_safe_point_and_goes_on_at_the_next_start(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 6, "pause": 0.3}))
    with small_parent(*worker_command(queue_database)) as parent:
        wait_for(lambda: len(steps_of(queue_database, job_id)) >= 2)
        children = children_of(parent.pid)
        ctrl_c(parent)
        assert parent.wait() == 0
    assert children
    assert not any(map(is_alive, children))
    assert state_of(queue_database, job_id) == "queued"
    with small_parent(*worker_command(queue_database)):
        wait_for_state(queue_database, job_id, "done")
    assert steps_of(queue_database, job_id) == [1, 2, 3, 4, 5, 6]


def test_a_worker_that_outlasts_the_parents_patience_is_killed_and_its_job_goes_on_at_the_next_start(
    queue_database: Database,
) -> None:
    pace = {"heartbeat": 0.2, "stalled_after": 1.0, "grace": 600.0}
    job_id = queue_database.transaction(lambda s: defer(s, "without_safe_point", {"steps": 3, "pause": 600}))
    with small_parent(*worker_command(queue_database, **pace), stop_seconds=0.5) as parent:
        wait_for(lambda: steps_of(queue_database, job_id))
        ctrl_c(parent)
        assert parent.wait() == 0
    assert state_of(queue_database, job_id) == "running"
    with small_parent(*worker_command(queue_database, **pace)):
        wait_for_state(queue_database, job_id, "done")
    assert steps_of(queue_database, job_id) == [1, 2, 3]
