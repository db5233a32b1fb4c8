"""Ten failures of a name or a hundred of an address within ten minutes lock it; every failure is counted, once."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from app.accounts.rules import TRIES_PER_ADDRESS, TRIES_PER_NAME, Locked, WrongCredentials
from app.accounts.sign_in import account_of
from app.core.db import Database, Session
from tests.accounts.doors import PASSWORD, enter, give_password
from tests.at_once import at_once
from tests.conftest import StandAt
from tests.world import World

pytestmark = pytest.mark.usefixtures("cheap_refusals")

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _password(session: Session, world: World) -> None:
    give_password(session, world, "school_admin")


def fail(database: Database, times: int, name: str = "school_admin", address: str = "203.0.113.7") -> None:
    """Fail to sign in so often."""
    for _ in range(times):
        with pytest.raises(WrongCredentials):
            enter(database, name, "wrong", address=address)


def is_locked(database: Database, name: str = "school_admin", address: str = "203.0.113.7") -> bool:
    """Whether even the right password is not looked at."""
    try:
        enter(database, name, address=address)
    except Locked as refusal:
        return 1 <= int(str(refusal.facts["seconds"])) <= 601
    return False


def test_the_tenth_failure_locks_the_name_for_the_right_password_as_well(database: Database, at: StandAt) -> None:
    at(START)
    fail(database, TRIES_PER_NAME - 1)
    assert not is_locked(database)
    fail(database, 1)
    assert is_locked(database)
    assert is_locked(database, address="198.51.100.1")


@pytest.mark.parametrize("name", ["SCHOOL_ADMIN", "  school_admin "])
def test_another_spelling_of_the_name_is_the_same_name(database: Database, at: StandAt, name: str) -> None:
    at(START)
    fail(database, 5)
    fail(database, 5, name)
    assert is_locked(database)


def test_another_name_is_not_locked(database: Database, session: Session, world: World, at: StandAt) -> None:
    give_password(session, world, "school_admin_b")
    at(START)
    fail(database, TRIES_PER_NAME)
    assert not is_locked(database, "school_admin_b")


def test_a_name_nobody_has_is_locked_just_the_same(database: Database, at: StandAt) -> None:
    at(START)
    fail(database, TRIES_PER_NAME, "nobody")
    assert is_locked(database, "nobody")


def test_an_address_is_locked_after_a_hundred_failures_at_any_names(
    database: Database,
    session: Session,
    at: StandAt,
) -> None:
    at(START)
    for name in ("nobody1", "nobody2"):
        fail(database, 1, name)
    so_far = text("UPDATE throttle SET tries = :tries WHERE bucket LIKE 'sign-in:address:%' RETURNING bucket")
    assert len(session.connection().execute(so_far, {"tries": TRIES_PER_ADDRESS - 1}).all()) == 1
    session.commit()
    assert not is_locked(database)
    fail(database, 1, "nobody3")
    assert is_locked(database)
    assert not is_locked(database, address="198.51.100.1")


def test_a_try_that_is_locked_out_counts_no_further(database: Database, at: StandAt, session: Session) -> None:
    at(START)
    fail(database, TRIES_PER_NAME)
    for _ in range(3):
        assert is_locked(database)
    tries = session.scalars(text("SELECT tries FROM throttle")).all()
    assert set(tries) == {TRIES_PER_NAME}


def test_a_success_is_not_counted(database: Database, at: StandAt, session: Session) -> None:
    at(START)
    for _ in range(3):
        enter(database)
    assert session.scalar(text("SELECT count(*) FROM throttle")) == 0


def test_the_lock_opens_as_the_failures_grow_old_and_closes_with_a_new_one(database: Database, at: StandAt) -> None:
    at(START + MINUTE)
    fail(database, TRIES_PER_NAME)
    at(START + 9 * MINUTE)
    assert is_locked(database)
    at(START + 10 * MINUTE + timedelta(seconds=1))
    assert not is_locked(database)
    fail(database, 1)
    assert is_locked(database)
    at(START + 12 * MINUTE)
    assert not is_locked(database)


def test_nobody_gets_twice_the_tries_around_the_turn_of_a_window(database: Database, at: StandAt) -> None:
    at(START + 9 * MINUTE + timedelta(seconds=59))
    fail(database, TRIES_PER_NAME - 1)
    at(START + 10 * MINUTE + timedelta(seconds=1))
    fail(database, 2)
    assert is_locked(database)


def test_the_table_holds_no_name_that_was_typed(database: Database, at: StandAt, session: Session) -> None:
    at(START)
    fail(database, 1, "my-password-typed-as-name")
    buckets = " ".join(session.scalars(text("SELECT bucket FROM throttle")).all())
    assert "my-password" not in buckets
    assert "school_admin" not in buckets


@pytest.mark.committed
def test_failures_at_the_same_instant_are_all_counted(database: Database, at: StandAt) -> None:
    at(START)
    outcomes = at_once(*[lambda: enter(database, password="wrong")] * 8)
    assert all(isinstance(outcome, WrongCredentials) for outcome in outcomes)
    with database.sessions() as session:
        assert session.scalars(text("SELECT tries FROM throttle")).all() == [8, 8]


@pytest.mark.committed
def test_the_right_password_at_the_same_instant_opens_as_many_sessions(database: Database, world: World) -> None:
    outcomes = at_once(*[lambda: enter(database, password=PASSWORD).token] * 4)
    tokens = [outcome for outcome in outcomes if isinstance(outcome, str)]
    assert len(set(tokens)) == 4
    with database.sessions() as session:
        assert {account_of(session, token) for token in tokens} == {world.accounts["school_admin"]}


@pytest.mark.committed
def test_of_sixty_four_tries_at_the_same_instant_ten_are_made(database: Database, at: StandAt) -> None:
    at(START)
    outcomes = at_once(*[lambda: enter(database, password="wrong")] * 64)
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {WrongCredentials: TRIES_PER_NAME, Locked: 64 - TRIES_PER_NAME}
    with database.sessions() as session:
        assert session.scalars(text("SELECT tries FROM throttle")).all() == [TRIES_PER_NAME] * 2


@pytest.mark.committed
def test_right_passwords_at_the_same_instant_count_for_nothing(database: Database) -> None:
    at_once(*[lambda: enter(database)] * TRIES_PER_NAME)
    with database.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM throttle")) == 0
