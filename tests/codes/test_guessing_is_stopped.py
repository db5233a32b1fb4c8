"""Whoever guesses at codes is stopped, and a failed try stays counted although its act was undone."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.codes.models import Throttle
from app.codes.rules import (
    TRIES_BEFORE_ALARM,
    TRIES_PER_ADDRESS,
    TRIES_PER_VISITOR,
    CodeKind,
    CodeLocked,
    CodeWrong,
    Subject,
)
from app.codes.services import issue, redeem
from app.codes.throttle import Reserved, count_try, forget_windows, give_back, reserve
from app.codes.tries import try_code
from app.core.clock import now
from app.core.db import Database, Session
from app.orgs.models import OrgNode
from tests.at_once import at_once
from tests.conftest import StandAt
from tests.make.places import A
from tests.world import KEYRING

KIND = CodeKind.ACTIVATION


def guess(database: Database, visitor: str = "browser:1", address: str = "198.51.100.7", typed: str = "") -> int:
    def work(session: Session) -> int:
        return redeem(session, KIND, typed or "ABCD-EFGH-JKMN", keyring=KEYRING).subject_id

    run = database.transaction
    return try_code(run, database, kind=KIND, visitor=visitor, address=address, work=work)


def test_after_ten_failures_a_browser_waits(database: Database) -> None:
    for _ in range(TRIES_PER_VISITOR):
        with pytest.raises(CodeWrong):
            guess(database)
    with pytest.raises(CodeLocked) as locked:
        guess(database)
    assert 0 < int(str(locked.value.facts["seconds"])) <= 600


def test_a_right_code_does_not_help_who_is_locked(
    database: Database, session: Session, node: Callable[[str], OrgNode]
) -> None:
    place = node(A)
    subjects = [Subject(7, place.id, place.path)]
    code = issue(session, SYSTEM, Permission.CODE_ISSUE, KIND, subjects, keyring=KEYRING)[0]
    session.commit()
    for _ in range(TRIES_PER_VISITOR):
        with pytest.raises(CodeWrong):
            guess(database)
    with pytest.raises(CodeLocked):
        guess(database, typed=code.text)
    assert guess(database, visitor="browser:2", typed=code.text) == 7


def test_another_browser_of_the_same_address_may_go_on_until_a_hundred(database: Database) -> None:
    for number in range(TRIES_PER_ADDRESS):
        with pytest.raises(CodeWrong):
            guess(database, visitor=f"browser:{number}")
    with pytest.raises(CodeLocked):
        guess(database, visitor="browser:new")
    with pytest.raises(CodeWrong):
        guess(database, visitor="browser:new", address="198.51.100.8")


def test_twenty_minutes_later_nothing_is_held_against_anybody(
    database: Database, session: Session, at: StandAt
) -> None:
    start = now(session)
    at(start)
    for _ in range(TRIES_PER_VISITOR):
        with pytest.raises(CodeWrong):
            guess(database)
    at(start + timedelta(minutes=20))
    with pytest.raises(CodeWrong):
        guess(database)


def test_tries_just_before_a_window_turns_still_count(database: Database, session: Session, at: StandAt) -> None:
    start = now(session).replace(minute=0, second=0, microsecond=0)
    at(start + timedelta(minutes=9, seconds=59))
    session.commit()
    database.transaction(lambda opened: [count_try(opened, {"x": 10}) for _ in range(12)])
    at(start + timedelta(minutes=10, seconds=1))
    assert isinstance(database.transaction(lambda opened: reserve(opened, {"x": 10})), int)
    at(start + timedelta(minutes=14))
    assert isinstance(database.transaction(lambda opened: reserve(opened, {"x": 10})), Reserved)


def test_many_guesses_of_everybody_together_raise_the_alarm_once(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    everybody = {f"code:all:{KIND}": TRIES_BEFORE_ALARM}
    database.transaction(lambda opened: [count_try(opened, everybody) for _ in range(TRIES_BEFORE_ALARM - 1)])
    with caplog.at_level(logging.CRITICAL):
        for number in range(3):
            with pytest.raises(CodeWrong):
                guess(database, visitor=f"browser:{number}")
    assert len([line for line in caplog.records if "alarm" in line.message]) == 1


def test_a_try_given_back_leaves_no_trace(database: Database, session: Session) -> None:
    def work(opened: Session) -> None:
        reserved = reserve(opened, {"x": 10, "y": 10})
        assert isinstance(reserved, Reserved)
        give_back(opened, reserved)

    database.transaction(work)
    assert session.scalar(select(func.count()).select_from(Throttle)) == 0


def test_counts_that_hold_nothing_against_anybody_are_erased(database: Database, session: Session, at: StandAt) -> None:
    start = now(session)
    at(start)
    database.transaction(lambda opened: count_try(opened, {"old": 10}))
    at(start + timedelta(minutes=25))
    database.transaction(lambda opened: count_try(opened, {"new": 10}))
    assert database.transaction(forget_windows) == 1
    assert session.scalars(select(Throttle.bucket)).all() == ["new"]


def test_a_right_code_is_not_counted(database: Database, session: Session, node: Callable[[str], OrgNode]) -> None:
    place = node(A)
    code = issue(session, SYSTEM, Permission.CODE_ISSUE, KIND, [Subject(7, place.id, place.path)], keyring=KEYRING)[0]
    session.commit()
    assert guess(database, typed=code.text) == 7
    assert session.scalar(select(func.count()).select_from(Throttle)) == 0


@pytest.mark.committed
def test_of_sixty_four_guesses_at_one_instant_ten_are_made(database: Database) -> None:
    outcomes = at_once(*[lambda: guess(database)] * 64)
    kinds = Counter(type(outcome) for outcome in outcomes)
    assert kinds == {CodeWrong: TRIES_PER_VISITOR, CodeLocked: 64 - TRIES_PER_VISITOR}
