"""`Database.transaction` runs a unit of work again after a real deadlock and a real serialisation failure."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.core.db import TRIES, Database, Session
from app.core.errors import Crowded
from tests.at_once import at_once

pytestmark = pytest.mark.committed

ADD = text("UPDATE counter SET n = n + 1 WHERE id = :id")


@pytest.fixture(autouse=True)
def _counters(database: Database) -> None:
    with database.sessions.begin() as session:
        session.execute(text("CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)"))
        session.execute(text("INSERT INTO counter VALUES (1, 0), (2, 0)"))


def counted(database: Database) -> list[int]:
    """What stands in the two counters."""
    with database.sessions() as session:
        return list(session.scalars(text("SELECT n FROM counter ORDER BY id")))


def test_two_transactions_that_deadlock_both_succeed(database: Database) -> None:
    met = threading.Barrier(2)
    runs: list[int] = []

    def crossing(first: int, second: int) -> Callable[[], None]:
        def work(session: Session) -> None:
            runs.append(first)
            session.execute(ADD, {"id": first})
            if len(runs) <= 2:
                met.wait(30)
            session.execute(ADD, {"id": second})

        return lambda: database.transaction(work)

    assert at_once(crossing(1, 2), crossing(2, 1)) == [None, None]
    assert counted(database) == [2, 2]
    # On a slow machine the one that runs again may meet the other once more.
    assert 3 <= len(runs) <= TRIES + 1


def test_a_serialisation_failure_runs_the_work_again_on_fresh_figures(database: Database) -> None:
    seen: list[int] = []

    def work(session: Session) -> None:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        seen.append(session.scalar(text("SELECT n FROM counter WHERE id = 1")) or 0)
        if len(seen) == 1:
            with database.sessions.begin() as other:
                other.execute(ADD, {"id": 1})
        session.execute(ADD, {"id": 1})

    database.transaction(work)
    assert seen == [0, 1]
    assert counted(database)[0] == 2


def test_work_that_collides_for_ever_is_given_up_and_refused(database: Database) -> None:
    runs: list[int] = []

    def work(session: Session) -> None:
        runs.append(1)
        session.execute(text("DO $$ BEGIN RAISE EXCEPTION 'as if' USING ERRCODE = '40001'; END $$"))

    with pytest.raises(Crowded) as refusal:
        database.transaction(work)
    assert "as if" in str(refusal.value.__cause__)
    assert len(runs) == TRIES
