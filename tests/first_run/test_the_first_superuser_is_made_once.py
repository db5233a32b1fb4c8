"""An empty system: a one-time link, then one root and one superuser, whoever clicks how often."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from werkzeug.security import check_password_hash

from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts.actors import actor_named
from app.accounts.models import Account, User
from app.accounts.rules import FIRST_RUN_LIFE, LinkSpent
from app.accounts.services import make_first_superuser
from app.accounts.sign_in import (
    is_first_run_link,
    issue_first_run_link,
    needs_first_run,
    redeem_first_run_link,
)
from app.core.db import Database, Session
from app.core.errors import Invalid
from app.orgs.rules import RootExists
from tests.at_once import at_once, committed
from tests.conftest import StandAt

START = datetime(2026, 9, 1, tzinfo=UTC)
PASSWORD = "moon over the lake"
TEST = "a test looks at everything"


def set_up(session: Session, *, user_name: str = "first", password: str = PASSWORD) -> int:
    """Do what the first-run page does."""
    return make_first_superuser(
        session,
        root_name="江西省",
        root_kind="province",
        root_code="36",
        name="王主任",
        user_name=user_name,
        password=password,
    )


def test_the_first_superuser_may_do_everything_everywhere(session: Session) -> None:
    assert needs_first_run(session)
    account_id = set_up(session)
    assert not needs_first_run(session)
    actor = actor_named(session, "first")
    assert (actor.user_id, actor.level, actor.name) == (account_id, 0, "王主任")
    root = actor.home_path
    assert {actor.places(permission) for permission in Permission} == {(root,)}


def test_the_password_chosen_is_the_one_that_opens(session: Session) -> None:
    set_up(session)
    assert check_password_hash(session.scalars(select(User.password)).one(), PASSWORD)


def test_a_system_that_is_set_up_is_not_set_up_again(session: Session) -> None:
    set_up(session)
    with pytest.raises(RootExists):
        set_up(session, user_name="second")


@pytest.mark.parametrize(("user_name", "password"), [("first", "short"), ("first", "first_first_"), ("1", PASSWORD)])
def test_what_cannot_be_used_leaves_the_system_empty(database: Database, user_name: str, password: str) -> None:
    with pytest.raises(Invalid):
        database.transaction(lambda session: set_up(session, user_name=user_name, password=password))
    assert database.transaction(needs_first_run)


@pytest.mark.committed
def test_of_many_who_set_it_up_at_once_one_does(database: Database) -> None:
    calls = [committed(database, lambda s, n=n: set_up(s, user_name=f"first{n}")) for n in range(4)]  # type: ignore[misc]
    outcomes = at_once(*calls)
    assert sum(isinstance(outcome, RootExists) for outcome in outcomes) == 3
    with database.sessions() as session:
        accounts = everything(select(func.count()).select_from(Account), because=TEST)
        assert session.scalar(accounts) == 1
        assert session.scalar(select(func.count()).select_from(User)) == 1


def test_a_link_works_once(session: Session) -> None:
    token = issue_first_run_link(session)
    assert is_first_run_link(session, token)
    assert is_first_run_link(session, token)
    redeem_first_run_link(session, token)
    assert not is_first_run_link(session, token)
    with pytest.raises(LinkSpent):
        redeem_first_run_link(session, token)


def test_a_new_link_kills_the_one_before(session: Session) -> None:
    old, new = issue_first_run_link(session), issue_first_run_link(session)
    assert (is_first_run_link(session, old), is_first_run_link(session, new)) == (False, True)


def test_a_link_dies_after_its_hour(session: Session, at: StandAt) -> None:
    at(START)
    token = issue_first_run_link(session)
    session.commit()
    at(START + FIRST_RUN_LIFE - timedelta(seconds=1))
    assert is_first_run_link(session, token)
    at(START + FIRST_RUN_LIFE)
    assert not is_first_run_link(session, token)
    with pytest.raises(LinkSpent):
        redeem_first_run_link(session, token)


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1", "链接"])
def test_a_link_nobody_was_given_opens_nothing(session: Session, token: str) -> None:
    issue_first_run_link(session)
    assert not is_first_run_link(session, token)
    with pytest.raises(LinkSpent):
        redeem_first_run_link(session, token)


@pytest.mark.committed
def test_a_link_used_by_many_at_once_opens_to_one(database: Database) -> None:
    token = database.transaction(issue_first_run_link)
    using = committed(database, lambda session: redeem_first_run_link(session, token))
    outcomes = at_once(*[using] * 16)
    assert [outcome for outcome in outcomes if outcome is None] == [None]
    assert sum(isinstance(outcome, LinkSpent) for outcome in outcomes) == 15
