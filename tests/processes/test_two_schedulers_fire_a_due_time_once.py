"""Two machines, one database: a due time begins its work once."""

from __future__ import annotations

import sys

from app.core.db import Database
from tests.processes.started import one, started, wait_for

COMMAND = (sys.executable, "-m", "tests.processes.small_scheduler")
FIRED = "SELECT count(*) FROM fire WHERE job_id IS NOT NULL"


def test_two_schedulers_at_once_hand_each_due_time_over_once(queue_database: Database) -> None:
    with started(*COMMAND, queue_database.url) as first, started(*COMMAND, queue_database.url) as second:
        wait_for(lambda: int(str(one(queue_database, FIRED))) >= 3)
        for scheduler in (first, second):
            scheduler.terminate()
            assert scheduler.wait() == 0
    assert one(queue_database, "SELECT count(*) FROM job") == one(queue_database, FIRED)
    assert one(queue_database, "SELECT count(DISTINCT fire_at) FROM job") == one(
        queue_database, "SELECT count(*) FROM job"
    )
    matching = "SELECT bool_and(job.fire_at = fire.fire_at) FROM fire JOIN job ON job.id = fire.job_id"
    assert one(queue_database, matching) is True
    assert one(queue_database, "SELECT bool_and(date_trunc('second', fire_at) = fire_at) FROM job") is True
