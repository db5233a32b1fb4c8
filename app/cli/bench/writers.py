"""Many who write at once: single decisions, each a transaction of its own, in a process of their own.

In the process that measures they would be measured too: its threads take turns.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.synchronize import Event

import psycopg

ONE_DECISION = """
UPDATE enrolment
   SET state = CASE state WHEN 'unregistered' THEN 'insured' ELSE 'unregistered' END,
       choice = CASE state WHEN 'unregistered' THEN 'insure' END,
       submitted_at = CASE state WHEN 'unregistered' THEN xuebao_now() END,
       decided_at = CASE state WHEN 'unregistered' THEN xuebao_now() END,
       version = version + 1
 WHERE id = (SELECT id FROM enrolment
              WHERE state IN ('unregistered', 'insured') AND id >= (SELECT (random() * {count})::bigint)
              ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED)
"""
"""Somebody anywhere who had not decided is insured, or the other way round; so there are always some left."""
READY_AFTER = 60
"""Seconds the writers may take to begin."""


@dataclass
class Written:
    """How much was written, and in how many seconds; both only afterwards."""

    decisions: int = 0
    seconds: float = 0.0

    @property
    def rate(self) -> str:
        """Decisions a second."""
        return f"{self.decisions / max(self.seconds, 0.001):.0f} decisions/s"


@contextmanager
def writing(url: str, writers: int, count: int) -> Iterator[Written]:
    """Let so many write while the block runs, anywhere among `count` applications."""
    spawned = multiprocessing.get_context("spawn")
    begun, stop, done = spawned.Event(), spawned.Event(), spawned.Queue()
    process = spawned.Process(target=_write_together, args=(url, writers, count, begun, stop, done), daemon=True)
    process.start()
    if not begun.wait(READY_AFTER):
        raise RuntimeError("the writers did not begin")
    written, begin = Written(), time.perf_counter()
    try:
        yield written
    finally:
        stop.set()
        written.decisions = done.get(timeout=READY_AFTER)
        written.seconds = time.perf_counter() - begin
        process.join()


def _write_together(
    url: str, writers: int, count: int, begun: Event, stop: Event, done: multiprocessing.Queue[int]
) -> None:
    counts = [0] * writers

    def write(number: int) -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            gate.wait()
            while not stop.is_set():
                counts[number] += connection.execute(ONE_DECISION.format(count=count)).rowcount

    gate = threading.Barrier(writers + 1, timeout=READY_AFTER)
    threads = [threading.Thread(target=write, args=(number,), daemon=True) for number in range(writers)]
    for thread in threads:
        thread.start()
    gate.wait()
    begun.set()
    for thread in threads:
        thread.join()
    done.put(sum(counts))
