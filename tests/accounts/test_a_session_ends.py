"""A signed-in session: until it is signed out, idle too long, past its end, or of an earlier epoch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from app.access.actor import SYSTEM
from app.accounts.models import AccountSession
from app.accounts.rules import STAFF_IDLE, STAFF_LONGEST, NewGrant
from app.accounts.services import grant
from app.accounts.sign_in import account_of, sign_out
from app.core.db import Database, Session
from tests.accounts.doors import enter, give_password
from tests.conftest import CountStatements, StandAt
from tests.make.places import A
from tests.world import World

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


@pytest.fixture(name="token")
def _token(database: Database, session: Session, world: World, at: StandAt) -> str:
    give_password(session, world, "school_admin")
    at(START)
    return enter(database).token


def test_it_is_good_while_it_is_used(session: Session, world: World, at: StandAt, token: str) -> None:
    for step in range(1, 20):
        at(START + step * (STAFF_IDLE - MINUTE))
        assert account_of(session, token) == world.accounts["school_admin"]
        session.commit()


def test_it_ends_when_it_is_idle_too_long(session: Session, at: StandAt, token: str) -> None:
    at(START + STAFF_IDLE - SECOND)
    assert account_of(session, token)
    at(START + 2 * STAFF_IDLE)
    assert account_of(session, token) is None


def test_it_ends_after_its_longest_time_however_much_it_is_used(
    session: Session,
    at: StandAt,
    token: str,
) -> None:
    moment = START
    while moment < START + STAFF_LONGEST:
        at(moment)
        assert account_of(session, token)
        session.commit()
        moment += STAFF_IDLE - MINUTE
    at(START + STAFF_LONGEST)
    assert account_of(session, token) is None


def test_it_ends_when_it_is_signed_out_and_no_other_does(
    database: Database,
    session: Session,
    world: World,
    token: str,
) -> None:
    other = enter(database).token
    sign_out(session, token)
    sign_out(session, token)
    assert account_of(session, token) is None
    assert account_of(session, other) == world.accounts["school_admin"]


def test_all_end_with_a_new_role(session: Session, world: World, token: str) -> None:
    grant(session, SYSTEM, world.accounts["school_admin"], NewGrant("student_affairs", node_code=A))
    assert account_of(session, token) is None


def test_all_end_with_the_account(session: Session, token: str) -> None:
    session.connection().execute(text("UPDATE account SET state = 'disabled'"))
    assert account_of(session, token) is None


@pytest.mark.parametrize("wrong", ["", "x", "' OR 1=1", "\u5b57"])
def test_an_id_nobody_was_given_opens_nothing(session: Session, token: str, wrong: str) -> None:
    assert account_of(session, wrong) is None
    assert account_of(session, f"{token}x") is None


def test_when_it_was_seen_is_written_once_a_minute_and_not_at_every_click(
    session: Session,
    at: StandAt,
    token: str,
    statements: CountStatements,
) -> None:
    counts = []
    for moment in (START + 30 * SECOND, START + 61 * SECOND, START + 90 * SECOND):
        at(moment)
        with statements() as sent:
            account_of(session, token)
        counts.append(len(sent))
        session.commit()
    assert counts == [1, 2, 1]
    assert session.scalars(select(AccountSession.seen_at)).all() == [START + 61 * SECOND]
