"""What a worker does again and again beside its jobs: each loop in a thread of its own, until the worker stops."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from app.core.db import Database
    from app.core.feature import Loop

log = logging.getLogger(__name__)

LONGEST_PAUSE = 60.0
"""Seconds between two tries of a loop that keeps failing."""


@contextmanager
def running(loops: Iterable[Loop], database: Database, data: Path | None, stop: threading.Event) -> Iterator[None]:
    """Run each loop in a thread while the block runs; when it ends, each finishes the round it is in."""
    threads = [threading.Thread(target=repeat, args=(loop, database, data, stop), name=loop.name) for loop in loops]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def repeat(loop: Loop, database: Database, data: Path | None, stop: threading.Event) -> None:
    """Run one loop until told to stop; after a failure it waits twice as long each time, up to a minute."""
    pause = loop.every
    while not stop.wait(pause):
        try:
            loop.run(database, data)
            pause = loop.every
        except Exception:
            pause = min(pause * 2, LONGEST_PAUSE)
            log.exception("%s failed; it is tried again in %.0f seconds", loop.name, pause)
