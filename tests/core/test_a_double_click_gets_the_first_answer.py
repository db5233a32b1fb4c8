"""The key of a form: one act, one answer, however often the button is pressed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

from app.core.db import Database, Session
from app.core.errors import Conflict
from app.core.idempotency import KEPT, Answer, Idempotency, OtherBody, begin, finish, forget
from tests.at_once import Later, until_waiting
from tests.conftest import StandAt

KEY = "k" * 32
ANSWER = Answer(303, "/orgs/", ({"code": "saved", "facts": {"count": 3}},))


def test_the_first_click_goes_on_and_the_second_gets_its_answer(session: Session) -> None:
    assert begin(session, 1, KEY, b"body") is None
    finish(session, 1, KEY, ANSWER)
    assert begin(session, 1, KEY, b"body") == ANSWER


def test_the_same_key_with_another_body_is_refused(session: Session) -> None:
    begin(session, 1, KEY, b"body")
    with pytest.raises(OtherBody) as refusal:
        begin(session, 1, KEY, b"another body")
    assert refusal.value.status == 422


def test_the_same_key_of_another_account_is_another_form(session: Session) -> None:
    begin(session, 1, KEY, b"body")
    assert begin(session, 2, KEY, b"body") is None


def test_a_refused_form_may_be_sent_again(database: Database) -> None:
    def refused(session: Session) -> None:
        begin(session, 1, KEY, b"body")
        raise Conflict

    with pytest.raises(Conflict):
        database.transaction(refused)
    assert database.transaction(lambda session: begin(session, 1, KEY, b"body")) is None


def test_keys_are_forgotten_after_two_days_and_not_before(session: Session, at: StandAt) -> None:
    sent = datetime(2026, 9, 1, tzinfo=UTC)
    at(sent)
    begin(session, 1, KEY, b"body")
    at(sent + KEPT)
    assert forget(session) == 0
    at(sent + KEPT + timedelta(seconds=1))
    assert forget(session) == 1


def clicking(database: Database, acts: list[int], go_on: threading.Event | None = None) -> Callable[[], Answer]:
    """A click on a form that adds one act when it is not answered from the first."""

    def work(session: Session) -> Answer:
        before = begin(session, 1, KEY, b"body")
        if before:
            return before
        acts.append(1)
        if go_on:
            go_on.wait(30)
        finish(session, 1, KEY, ANSWER)
        return ANSWER

    return lambda: database.transaction(work)


@pytest.mark.committed
def test_a_second_click_while_the_first_is_at_work_waits_and_gets_its_answer(database: Database) -> None:
    acts: list[int] = []
    go_on = threading.Event()
    first = Later(clicking(database, acts, go_on))
    while not acts:
        go_on.wait(0.01)
    second = Later(clicking(database, acts))
    until_waiting(database)
    assert second.outcome == []
    go_on.set()
    assert [first.result(), second.result()] == [ANSWER, ANSWER]
    assert acts == [1]
    with database.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Idempotency)) == 1


@pytest.mark.committed
def test_a_second_click_acts_itself_when_the_first_was_undone(database: Database) -> None:
    acts: list[int] = []
    with database.sessions() as first:
        assert begin(first, 1, KEY, b"body") is None
        second = Later(clicking(database, acts))
        until_waiting(database)
        first.rollback()
    assert second.result() == ANSWER
    assert acts == [1]


@pytest.mark.committed
def test_a_second_click_that_waits_longer_than_a_statement_may_is_cut_off_as_a_timeout(database: Database) -> None:
    with database.sessions() as first, database.sessions() as second:
        begin(first, 1, KEY, b"body")
        second.execute(text("SET LOCAL statement_timeout = 200"))
        with pytest.raises(OperationalError) as error:
            begin(second, 1, KEY, b"body")
    assert getattr(error.value.orig, "sqlstate", None) == "57014"
