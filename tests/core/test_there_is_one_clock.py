"""The clock: the database's, in UTC, with days that are days in China; a test can stand anywhere in time."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core import clock
from app.core.db import Database, Session
from tests.conftest import StandAt

MOMENT = datetime(2026, 11, 21, 15, 59, 59, tzinfo=UTC)


def test_the_time_is_the_databases_and_has_a_zone(session: Session) -> None:
    before, after = session.execute(text("SELECT clock_timestamp(), xuebao_now()")).one()
    assert before <= after <= clock.now(session)
    assert clock.now(session).utcoffset() == timedelta(0)


def test_time_goes_on_within_a_transaction(session: Session) -> None:
    assert clock.now(session) < clock.now(session)


def test_a_day_ends_at_midnight_in_china(session: Session, at: StandAt) -> None:
    at(MOMENT)
    assert (clock.now(session), clock.today(session)) == (MOMENT, date(2026, 11, 21))
    at(MOMENT + timedelta(seconds=1))
    assert clock.today(session) == date(2026, 11, 22)


@pytest.mark.committed
def test_every_connection_of_a_test_stands_at_the_same_moment(database: Database, at: StandAt) -> None:
    at(MOMENT)
    assert [database.transaction(clock.now) for _ in range(2)] == [MOMENT, MOMENT]
