"""One unit of work: committed when it returns, undone when it raises, never run again for an ordinary error."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.core.db import Database, Session
from app.core.errors import Conflict

pytestmark = pytest.mark.committed

ADD = text("INSERT INTO note VALUES (:n)")


@pytest.fixture(autouse=True)
def _notes(database: Database) -> None:
    with database.sessions.begin() as session:
        session.execute(text("CREATE TABLE note (n int PRIMARY KEY)"))


def kept(database: Database) -> list[int]:
    """What was committed."""
    with database.sessions() as session:
        return list(session.scalars(text("SELECT n FROM note ORDER BY n")))


def test_what_the_work_wrote_is_committed_and_its_answer_returned(database: Database) -> None:
    def work(session: Session) -> str:
        session.execute(ADD, [{"n": 1}, {"n": 2}])
        return "done"

    assert database.transaction(work) == "done"
    assert kept(database) == [1, 2]


def test_a_refusal_undoes_everything_and_the_work_is_not_run_again(database: Database) -> None:
    runs: list[int] = []

    def work(session: Session) -> None:
        runs.append(1)
        session.execute(ADD, {"n": 1})
        raise Conflict

    with pytest.raises(Conflict):
        database.transaction(work)
    assert (kept(database), len(runs)) == ([], 1)


def test_an_error_of_the_database_that_is_no_collision_is_raised_at_once(database: Database) -> None:
    runs: list[int] = []

    def work(session: Session) -> None:
        runs.append(1)
        session.execute(ADD, [{"n": 1}])
        session.execute(ADD, [{"n": 1}])

    with pytest.raises(IntegrityError):
        database.transaction(work)
    assert (kept(database), len(runs)) == ([], 1)


def test_a_session_keeps_utc_and_a_limit_on_each_statement(database: Database) -> None:
    with database.sessions() as session:
        assert session.scalar(text("SHOW timezone")) == "UTC"
        assert session.scalar(text("SHOW statement_timeout")) == "5s"
        assert session.scalar(text("SHOW transaction_isolation")) == "read committed"
