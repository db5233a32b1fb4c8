"""A job exists exactly when what it is about does."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy.orm import Session

from app.core.db import Database
from app.core.queue import JobRow, defer
from tests.processes.started import one, wait_for


class Undone(Exception):
    """The writer changes its mind."""


def test_a_writer_that_rolls_back_leaves_nothing(queue_database: Database) -> None:
    def write_and_fail(session: Session) -> None:
        defer(session, "in_steps", {"steps": 1})
        raise Undone

    with pytest.raises(Undone):
        queue_database.transaction(write_and_fail)
    assert one(queue_database, "SELECT count(*) FROM job") == 0
    assert one(queue_database, "SELECT count(*) FROM procrastinate_jobs") == 0


def test_a_writer_that_commits_leaves_one_row_and_one_entry(queue_database: Database) -> None:
    job_id = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}, owner_id=7))
    assert one(queue_database, "SELECT owner_id FROM job WHERE id = :n AND state = 'queued'", n=job_id) == 7
    assert one(queue_database, "SELECT args ->> 'job_id' FROM procrastinate_jobs") == str(job_id)


def test_work_that_still_waits_is_not_handed_over_twice(queue_database: Database) -> None:
    first = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}, once="plan 3"))
    assert queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}, once="plan 3")) == first
    assert queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}, once="plan 4")) != first
    assert one(queue_database, "SELECT count(*) FROM procrastinate_jobs") == 2


def test_work_that_waits_does_not_begin_before_the_second_writer_commits(queue_database: Database) -> None:
    first = queue_database.transaction(lambda s: defer(s, "in_steps", {"steps": 1}, once="plan 3"))
    begun = threading.Event()

    def begin() -> None:
        with queue_database.sessions.begin() as session:
            session.get(JobRow, first, with_for_update={"key_share": True})
            begun.set()

    with queue_database.sessions.begin() as writer:
        assert defer(writer, "in_steps", {"steps": 1}, once="plan 3") == first
        thread = threading.Thread(target=begin)
        thread.start()
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        wait_for(lambda: one(queue_database, waiting))
        assert not begun.is_set()
    thread.join()
    assert begun.is_set()
