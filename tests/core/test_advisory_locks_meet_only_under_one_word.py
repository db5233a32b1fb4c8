"""Advisory locks: shared ones go together, an exclusive one goes alone, words do not meet, batches never deadlock."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from app.core import locks
from app.core.db import Database, Session
from tests.at_once import Later, at_once, committed, until_waiting

pytestmark = pytest.mark.committed


def is_free(database: Database, word: str, key: int) -> bool:
    """Whether somebody else could hold this lock now."""
    return database.transaction(lambda session: locks.try_hold(session, word, key))


def test_a_held_lock_is_free_again_when_its_transaction_ends(database: Database) -> None:
    with database.sessions.begin() as session:
        locks.hold(session, locks.PLAN, [7])
        assert not is_free(database, locks.PLAN, 7)
    assert is_free(database, locks.PLAN, 7)


def test_the_same_number_under_another_word_is_another_lock(database: Database) -> None:
    with database.sessions.begin() as session:
        locks.hold(session, locks.PLAN, [7])
        assert is_free(database, locks.UNIT, 7)
        assert is_free(database, locks.PLAN, 8)


def test_many_share_a_lock_and_nobody_holds_it_meanwhile(database: Database) -> None:
    with database.sessions.begin() as one, database.sessions.begin() as other:
        locks.share(one, locks.UNIT, [1, 2])
        locks.share(other, locks.UNIT, [2, 3])
        assert not is_free(database, locks.UNIT, 2)


def test_sharing_waits_for_who_holds(database: Database) -> None:
    with database.sessions.begin() as holder:
        locks.hold(holder, locks.UNIT, [1])
        sharer = Later(committed(database, lambda session: locks.share(session, locks.UNIT, [1])))
        until_waiting(database)
        assert sharer.outcome == []
    assert sharer.result() is None


def test_batches_in_any_order_and_with_doubles_never_deadlock(database: Database) -> None:
    keys = list(range(200))

    def taking(order: list[int]) -> int:
        def work(session: Session) -> int:
            locks.hold(session, locks.UNIT, order)
            return 1

        # Past `transaction`, which would run a deadlock again.
        with database.sessions.begin() as session:
            return work(session)

    outcomes = at_once(*[lambda order=order: taking(order) for order in (keys, keys[::-1], keys[::-1] + keys)] * 3)
    assert outcomes == [1] * 9


def test_nothing_to_lock_sends_nothing(database: Database) -> None:
    with database.sessions.begin() as session:
        locks.hold(session, locks.UNIT, [])
        assert (
            session.scalar(text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"))
            == 0
        )
