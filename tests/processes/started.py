"""Processes that a test starts and must end, and waiting for what they do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from app.core.db import Database

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 180.0
"""Seconds after which a test gives up; no test says anything about how long something took."""

T = TypeVar("T")


def wait_for(what: Callable[[], T]) -> T:
    """Ask again and again until the answer is true, and return it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if answer := what():
            return answer
        time.sleep(0.05)
    raise AssertionError("waited in vain")


@contextmanager
def started(*command: str, environment: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Have a process in a session of its own for the length of a block; whatever is left of it is killed then."""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def worker_command(database: Database, **pace: object) -> tuple[str, ...]:
    """How a worker that knows the small jobs is started."""
    return (sys.executable, "-m", "tests.processes.small_worker", database.url, json.dumps(pace))


def small_worker(database: Database, **pace: object) -> AbstractContextManager[subprocess.Popen[str]]:
    """Have such a worker for the length of a block."""
    return started(*worker_command(database, **pace))


def small_parent(*command: str, stop_seconds: float = 20.0) -> AbstractContextManager[subprocess.Popen[str]]:
    """Have a parent that keeps one child for the length of a block."""
    return started(sys.executable, "-m", "tests.processes.small_parent", str(stop_seconds), *command)


def children_of(pid: int) -> list[int]:
    """The numbers of a process's children, whichever of its threads started them."""
    found = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(number) for children in found for number in children.read_text().split()]


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and is not waited for does not."""
    status = Path(f"/proc/{pid}/stat")
    try:
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def ctrl_c(process: subprocess.Popen[str]) -> None:
    """Do what a terminal does on Ctrl-C: interrupt the whole group in the foreground."""
    os.killpg(process.pid, signal.SIGINT)


def one(database: Database, statement: str, **values: object) -> object:
    """Ask the database for one value."""
    with database.sessions() as session:
        return session.scalar(text(statement), values)


def state_of(database: Database, job_id: int) -> object:
    """How a job stands."""
    return one(database, "SELECT state FROM job WHERE id = :id", id=job_id)


def steps_of(database: Database, job_id: int) -> list[int]:
    """Which steps of a job left a mark, in order, repeated as often as they were done."""
    with database.sessions() as session:
        marks = session.scalars(text("SELECT step FROM mark_of_tests WHERE job_id = :id ORDER BY step"), {"id": job_id})
        return list(marks)


def wait_for_state(database: Database, job_id: int, state: str) -> None:
    """Wait until a job stands so."""
    wait_for(lambda: state_of(database, job_id) == state)
