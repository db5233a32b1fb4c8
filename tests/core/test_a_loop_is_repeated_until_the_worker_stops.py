"""What a worker does again and again: a failure is logged and tried again, the end is clean, none holds up another."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from app.core.db import Database
from app.core.feature import Loop
from app.core.loops import repeat, running

NO_DATABASE = cast("Database", None)
PATIENCE = 60


class Rounds:
    """A loop's work that counts its rounds, fails in some, and calls `enough` after the last."""

    def __init__(self, last: int, fails_in: frozenset[int], enough: Callable[[], None]) -> None:
        """Count up to `last`."""
        self.count = 0
        self.last = last
        self.fails_in = fails_in
        self.enough = enough

    def __call__(self, _database: Database, _data: Path | None) -> None:
        """Do one round."""
        self.count += 1
        if self.count == self.last:
            self.enough()
        if self.count in self.fails_in:
            raise ConnectionError("the database went away")


def test_a_loop_goes_round_until_told_to_stop() -> None:
    stop = threading.Event()
    rounds = Rounds(5, frozenset(), stop.set)
    repeat(Loop("small", 0.001, rounds), NO_DATABASE, None, stop)
    assert rounds.count == 5


def test_a_failure_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    stop = threading.Event()
    rounds = Rounds(5, frozenset({1, 2, 4}), stop.set)
    with caplog.at_level(logging.ERROR):
        repeat(Loop("small", 0.001, rounds), NO_DATABASE, None, stop)
    assert rounds.count == 5
    assert [record.message.split(";")[0] for record in caplog.records] == ["small failed"] * 3


def test_loops_run_beside_each_other_and_end_with_the_block() -> None:
    stop, both = threading.Event(), threading.Barrier(3)

    def meet(_database: Database, _data: Path | None) -> None:
        if not stop.is_set():
            both.wait(PATIENCE)

    with running([Loop("one", 0.001, meet), Loop("other", 0.001, meet)], NO_DATABASE, None, stop):
        both.wait(PATIENCE)
        stop.set()
        both.abort()
    assert stop.is_set()
    assert {thread.name for thread in threading.enumerate()}.isdisjoint({"one", "other"})
