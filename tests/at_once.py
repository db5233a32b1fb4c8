"""Acts of several people at the same instant: each call runs in a thread of its own, all start together."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core.db import Database, Session

T = TypeVar("T")
PATIENCE = 60
"""Seconds after which a call that still waits is taken for stuck."""
WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def at_once(*calls: Callable[[], T]) -> list[T | Exception]:
    """Run the calls together and return, in their order, what each returned or raised."""
    gate = threading.Barrier(len(calls))
    outcomes: dict[int, T | Exception] = {}

    def run(number: int, call: Callable[[], T]) -> None:
        gate.wait(PATIENCE)
        try:
            outcomes[number] = call()
        except Exception as error:  # noqa: BLE001  what was raised is the outcome, judged by the test
            outcomes[number] = error

    threads = [threading.Thread(target=run, args=pair, daemon=True) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [outcomes[number] for number in range(len(calls))]


def committed(database: Database, work: Callable[[Session], T]) -> Callable[[], T]:
    """The call that does `work` in a transaction of its own, as an edge does."""

    def bound(session: Session) -> T:
        bind(session, SYSTEM)
        return work(session)

    return lambda: database.transaction(bound)


class Later:
    """A call that runs beside the test, so that the test can act while it waits."""

    def __init__(self, call: Callable[[], object]) -> None:
        """Start it."""
        self.outcome: list[object] = []
        self._thread = threading.Thread(target=self._run, args=(call,), daemon=True)
        self._thread.start()

    def _run(self, call: Callable[[], object]) -> None:
        try:
            self.outcome.append(call())
        except Exception as error:  # noqa: BLE001  what was raised is the outcome, judged by the test
            self.outcome.append(error)

    def result(self) -> object:
        """What it returned or raised, once it has ended."""
        self._thread.join(PATIENCE)
        return self.outcome[0]


def until_waiting(database: Database, how_many: int = 1) -> None:
    """Return when so many connections of this database wait for a lock."""
    pause = threading.Event()
    for _ in range(PATIENCE * 50):
        with database.engine.connect() as connection:
            if connection.execute(text(WAITING)).scalar_one() >= how_many:
                return
        pause.wait(0.02)
    raise TimeoutError("nobody came to wait for a lock")
