"""Events: every listener of a kind, in menu order, in the transaction of the act; one that refuses undoes it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import pytest
from sqlalchemy import text

from app.core import events
from app.core.db import Database, Session
from app.core.errors import Conflict
from app.core.events import Listener, connect, listening, tell


@dataclass(frozen=True)
class Happened:
    """Something happened to rows."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class Other(Happened):
    """Something else, of a kind derived from the first."""


@pytest.fixture(autouse=True)
def _nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "_listeners", defaultdict(list))


def test_listeners_hear_in_the_order_they_were_connected(session: Session) -> None:
    heard: list[object] = []
    connect(
        [
            Listener(Happened, lambda _session, actor, event: heard.append(("first", actor, event))),
            Listener(Happened, lambda _session, actor, event: heard.append(("second", actor, event))),
        ],
    )
    tell(session, "actor", Happened((7,)))
    assert heard == [("first", "actor", Happened((7,))), ("second", "actor", Happened((7,)))]


def test_only_listeners_of_that_very_kind_hear(session: Session) -> None:
    heard: list[object] = []
    connect([Listener(Happened, lambda *told: heard.append(told))])
    tell(session, None, Other((7,)))
    assert heard == []


def test_connecting_again_replaces_what_was_connected(session: Session) -> None:
    heard: list[object] = []
    connect([Listener(Happened, lambda *told: heard.append(told))])
    connect([])
    tell(session, None, Happened(()))
    assert (heard, listening(Happened)) == ([], ())


def test_a_listener_that_refuses_undoes_the_whole_act(database: Database) -> None:
    def refuse(*_told: object) -> None:
        raise Conflict

    def work(session: Session) -> None:
        session.execute(text("INSERT INTO throttle VALUES ('b', now(), 1)"))
        tell(session, None, Happened((1,)))

    connect([Listener(Happened, refuse)])
    with pytest.raises(Conflict):
        database.transaction(work)
    with database.sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM throttle")) == 0
