"""Errors in a job: tried again when it may help, never when it was refused."""

from __future__ import annotations

from app.core.db import Database
from app.core.queue import defer
from tests.processes.started import one, small_worker, steps_of, wait_for_state


def test_an_error_is_tried_five_times_and_a_refusal_once(queue_database: Database) -> None:
    broken = queue_database.transaction(lambda s: defer(s, "breaks", {}))
    refused = queue_database.transaction(lambda s: defer(s, "refuses", {}))
    unknown = queue_database.transaction(lambda s: defer(s, "nobody_knows_this", {}))
    crowded = queue_database.transaction(lambda s: defer(s, "meets_others", {}))
    with small_worker(queue_database):
        for job_id in (broken, refused, unknown, crowded):
            wait_for_state(queue_database, job_id, "failed")
    assert steps_of(queue_database, broken) == [0] * 5
    codes = {
        n: one(queue_database, "SELECT error_code FROM job WHERE id = :n", n=n)
        for n in (broken, refused, unknown, crowded)
    }
    assert codes == {broken: "unexpected", refused: "conflict", unknown: "unknown_kind", crowded: "crowded"}
    tried = one(queue_database, "SELECT attempts FROM job WHERE id = :n", n=crowded)
    assert tried == 5
    assert one(queue_database, "SELECT count(*) FROM procrastinate_jobs WHERE status <> 'doing'") == 0
