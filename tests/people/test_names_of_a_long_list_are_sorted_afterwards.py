"""Of a long list the names wait beside the index of their parts; a job brings them in, and they are found meanwhile."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import func, select, text

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database, Session
from app.core.queue import JobRow, JobRun
from app.people.jobs import SORT_NAMES
from app.people.models import Person
from app.people.services import MANY_NAMES, SORTING, enter, sort_names, sort_names_later
from tests.crowd import strangers
from tests.stage import TEST
from tests.world import KEYRING

LIMIT = text("SELECT setting::int FROM pg_settings WHERE name = 'gin_pending_list_limit'")
JOBS = select(func.count()).select_from(JobRow).where(JobRow.kind == SORTING)
FOUND = (
    select(func.count())
    .select_from(Person)
    .where(func.name_grams(Person.name).op("@>")(func.name_grams("齉爩")), Person.name.contains("齉爩"))
)


def _by_name(session: Session) -> int:
    session.execute(text("SET LOCAL enable_seqscan = off"))
    return session.scalar(everything(FOUND, because=TEST)) or 0


def test_a_long_list_gets_more_room_and_hands_the_rest_to_a_job(session: Session) -> None:
    usual = session.scalar(LIMIT)
    sort_names_later(session, MANY_NAMES)
    assert session.scalar(LIMIT) > usual
    assert session.scalar(JOBS) == 1


def test_a_short_list_needs_neither(session: Session) -> None:
    usual = session.scalar(LIMIT)
    sort_names_later(session, MANY_NAMES - 1)
    assert session.scalar(LIMIT) == usual
    assert session.scalar(JOBS) == 0


def test_names_are_found_before_and_after_they_are_sorted(session: Session) -> None:
    enter(session, SYSTEM, strangers(3, name="齉爩"), keyring=KEYRING)
    assert _by_name(session) == 3
    assert sort_names(session) > 0
    assert _by_name(session) == 3
    assert sort_names(session) == 0


@pytest.mark.committed
def test_the_job_sorts_what_waits_and_may_run_again(database: Database) -> None:
    database.transaction(lambda session: enter(session, SYSTEM, strangers(3, name="齉爩"), keyring=KEYRING))
    run = JobRun(database, 1, SORTING, {}, None, 0, 1, uuid.uuid4())
    SORT_NAMES.run(run)
    assert database.transaction(sort_names) == 0
    SORT_NAMES.run(run)
    assert database.transaction(_by_name) == 3
