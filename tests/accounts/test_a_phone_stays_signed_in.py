"""Guardians, students and homeroom teachers stay signed in on a phone for 30 days; everybody else is staff."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.accounts.models import AccountSession
from app.accounts.rules import (
    PHONE_LONGEST,
    PROVED_FOR,
    STAFF_IDLE,
    STAFF_LONGEST,
    NewGrant,
    WrongPassword,
    session_length,
)
from app.accounts.services import grant, prove_password
from app.accounts.sign_in import account_of, is_proved
from app.core.db import Database, Session
from tests.accounts.doors import PASSWORD, enter, give_password
from tests.conftest import StandAt
from tests.make.places import A
from tests.world import World

START = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
PHONE = "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 Chrome/130 Mobile Safari/537.36"
DESK = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130 Safari/537.36"
SHORT, LONG = (STAFF_IDLE, STAFF_LONGEST), (PHONE_LONGEST, PHONE_LONGEST)


def entered(database: Database, session: Session, world: World, name: str, device: str = PHONE) -> str:
    """Sign somebody of the cast in; returns what the cookie holds."""
    give_password(session, world, name)
    return enter(database, name, device=device).token


@pytest.mark.parametrize(
    ("roles", "device", "length"),
    [
        (["guardian"], PHONE, LONG),
        (["student"], PHONE, LONG),
        (["class_teacher", "guardian"], PHONE, LONG),
        (["class_teacher"], "MicroMessenger/8.0", LONG),
        (["class_teacher"], DESK, SHORT),
        (["class_teacher", "school_admin"], PHONE, SHORT),
        (["class_admin"], PHONE, SHORT),
        (["school_admin"], PHONE, SHORT),
        ([], PHONE, SHORT),
        (["guardian"], "", SHORT),
    ],
)
def test_how_long_follows_from_roles_and_device(
    roles: list[str], device: str, length: tuple[timedelta, timedelta]
) -> None:
    assert session_length(roles, device) == length


@pytest.mark.parametrize("name", ["guardian", "student", "class_teacher"])
def test_a_phone_unused_for_weeks_is_still_signed_in_and_ends_after_thirty_days(
    database: Database, session: Session, world: World, at: StandAt, name: str
) -> None:
    at(START)
    token = entered(database, session, world, name)
    at(START + 29 * DAY)
    assert account_of(session, token) == world.accounts[name]
    session.commit()
    at(START + 30 * DAY - SECOND)
    assert account_of(session, token)
    session.commit()
    at(START + 30 * DAY)
    assert account_of(session, token) is None


@pytest.mark.parametrize(("name", "device"), [("school_admin", PHONE), ("class_admin", PHONE), ("guardian", DESK)])
def test_everybody_else_is_out_after_half_an_hour(
    database: Database, session: Session, world: World, at: StandAt, name: str, device: str
) -> None:
    at(START)
    token = entered(database, session, world, name, device)
    at(START + STAFF_IDLE)
    assert account_of(session, token) is None


def test_another_role_ends_the_long_session(database: Database, session: Session, world: World, at: StandAt) -> None:
    at(START)
    token = entered(database, session, world, "class_teacher")
    grant(session, SYSTEM, world.accounts["class_teacher"], NewGrant("school_admin", node_code=A))
    session.commit()
    assert account_of(session, token) is None
    again = enter(database, "class_teacher", device=PHONE).token
    row = session.scalars(select(AccountSession).order_by(AccountSession.id.desc())).first()
    assert row is not None
    assert row.idle_minutes == 30
    assert account_of(session, again)


def test_a_long_session_shows_numbers_for_ten_minutes_after_the_password(
    database: Database, session: Session, world: World, at: StandAt
) -> None:
    at(START)
    token = entered(database, session, world, "guardian")
    assert is_proved(session, token)
    at(START + PROVED_FOR)
    assert not is_proved(session, token)
    actor = world.actor(session, "guardian")
    prove_password(session, actor, token=token, present=PASSWORD)
    session.commit()
    assert is_proved(session, token)
    at(START + 2 * PROVED_FOR)
    assert not is_proved(session, token)


def test_a_short_session_is_asked_for_nothing(database: Database, session: Session, world: World, at: StandAt) -> None:
    at(START)
    token = entered(database, session, world, "school_admin")
    at(START + 25 * timedelta(minutes=1))
    assert is_proved(session, token)


def test_a_wrong_password_proves_nothing(database: Database, session: Session, world: World, at: StandAt) -> None:
    at(START)
    token = entered(database, session, world, "guardian")
    at(START + PROVED_FOR)
    with pytest.raises(WrongPassword):
        prove_password(session, world.actor(session, "guardian"), token=token, present="guess")
    assert not is_proved(session, token)


def test_nobody_proves_the_session_of_somebody_else(
    database: Database, session: Session, world: World, at: StandAt
) -> None:
    at(START)
    token = entered(database, session, world, "guardian")
    give_password(session, world, "class_teacher")
    at(START + PROVED_FOR)
    prove_password(session, world.actor(session, "class_teacher"), token=token, present=PASSWORD)
    assert not is_proved(session, token)


@pytest.mark.parametrize("token", ["", "nobody's"])
def test_a_cookie_nobody_gave_out_proves_nothing(session: Session, token: str) -> None:
    assert not is_proved(session, token)
