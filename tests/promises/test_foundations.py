"""The ground the tests stand on: nothing stays, clocks can be set, statements are counted, the network is closed."""

from __future__ import annotations

import os
import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.exc import ProgrammingError

from app.core import clock
from app.core.db import Database, Session, driver_url
from tests.cluster import Cluster, in_database

if TYPE_CHECKING:
    from tests.conftest import CountStatements, StandAt

NOON = datetime(2026, 9, 1, 4, 0, tzinfo=UTC)
SIGN = text("CREATE TABLE sign_of_a_test (id integer)")
SIGNS = text("SELECT count(*) FROM pg_class WHERE relname = 'sign_of_a_test'")


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_an_ordinary_test_commits_is_gone_in_the_next(database: Database, session: Session, time: str) -> None:
    assert session.scalar(SIGNS) == 0, time
    database.transaction(lambda inner: inner.execute(SIGN))
    assert session.scalar(SIGNS) == 1
    session.commit()


def test_a_refused_unit_of_work_leaves_the_rest_of_an_ordinary_test_standing(
    database: Database,
    session: Session,
) -> None:
    session.execute(SIGN)
    session.commit()
    with pytest.raises(ProgrammingError):
        database.transaction(lambda inner: inner.execute(SIGN))
    assert session.scalar(SIGNS) == 1


@pytest.mark.committed
@pytest.mark.parametrize("time", ["first", "second"])
def test_a_committed_test_has_a_database_of_its_own(database: Database, time: str) -> None:
    database.transaction(lambda inner: inner.execute(SIGN))
    other = create_engine(driver_url(database.url))
    with other.connect() as stranger:
        assert stranger.scalar(SIGNS) == 1, time
    other.dispose()


def test_a_clone_is_dropped_after_use_and_the_template_stays_as_built(cluster: Cluster) -> None:
    with cluster.cloned("clone_of_this_test") as url:
        assert url == in_database(cluster.url, "clone_of_this_test")
        engine = create_engine(driver_url(url))
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
            assert connection.scalar(SIGNS) == 0
    engine.dispose()
    server = create_engine(driver_url(cluster.url))
    with server.connect() as connection:
        assert not connection.scalar(text("SELECT count(*) FROM pg_database WHERE datname = 'clone_of_this_test'"))
    server.dispose()


def test_the_clock_stands_where_a_test_puts_it(database: Database, session: Session, at: StandAt) -> None:
    at(NOON)
    assert clock.now(session) == NOON
    assert database.transaction(clock.now) == NOON
    at(NOON + timedelta(hours=13))
    assert clock.now(session) == NOON + timedelta(hours=13)
    assert clock.today(session).isoformat() == "2026-09-02"


@pytest.mark.committed
def test_the_clock_of_a_committed_test_stands_for_every_connection(database: Database, at: StandAt) -> None:
    at(NOON)
    other = create_engine(driver_url(database.url))
    with other.connect() as stranger:
        assert stranger.scalar(text("SELECT xuebao_now()")) == NOON
    other.dispose()
    at(NOON + timedelta(days=1))
    assert database.transaction(clock.now) == NOON + timedelta(days=1)


def test_an_untouched_clock_runs(session: Session) -> None:
    before = session.scalar(text("SELECT clock_timestamp()"))
    between = clock.now(session)
    after = session.scalar(text("SELECT clock_timestamp()"))
    assert before <= between <= after


def test_a_moment_without_a_zone_is_refused(at: StandAt) -> None:
    with pytest.raises(ValueError, match="time zone"):
        at(NOON.replace(tzinfo=None))


def test_statements_are_counted_without_savepoints(database: Database, statements: CountStatements) -> None:
    with statements() as sent:
        database.transaction(lambda inner: inner.execute(text("SELECT 1")))
        database.transaction(lambda inner: inner.execute(text("SELECT 2")))
    assert sent == ["SELECT 1", "SELECT 2"]
    database.transaction(lambda inner: inner.execute(text("SELECT 3")))
    assert len(sent) == 2


def test_a_test_cannot_reach_the_network() -> None:
    with pytest.raises(RuntimeError, match="do not leave this machine"):
        urllib.request.urlopen("https://example.org/")
    with socket.socket() as closed, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        closed.connect(("192.0.2.1", 80))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as closed, pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        closed.sendto(b"", ("192.0.2.1", 53))


def test_a_test_can_reach_this_machine() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        with socket.create_connection(("localhost", listener.getsockname()[1])) as caller:
            assert caller.getpeername() == listener.getsockname()


def test_properties_are_not_timed_and_are_repeatable_in_ci() -> None:
    current = settings()
    assert current.deadline is None
    assert current.derandomize == bool(os.environ.get("CI"))
