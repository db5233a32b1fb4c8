"""kill -9 of the server or of whoever used it: the next start works, with all that was committed."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from app.core.embedded import EmbeddedPostgres
from tests.processes.started import wait_for

BUSY = "SELECT 1 FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%series%'"


@pytest.fixture
def safe_server(open_folder: Path) -> Iterator[EmbeddedPostgres]:
    """A server as an installation has it: what was committed survives."""
    server = EmbeddedPostgres(open_folder / "data")
    yield server
    server.stop()


def kept(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM kept").fetchone()
    return int(row[0]) if row else 0


def keep_three(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n FROM generate_series(1, 3)")


def crash(server: EmbeddedPostgres) -> None:
    pid = server._pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    server.users.close()


def hold_memory(url: str) -> threading.Thread:
    """Keep a process of the server busy, so that it does not notice at once that its parent is gone."""

    def busy() -> None:
        with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            connection.execute("SELECT sum(i) FROM generate_series(1, 6000000) AS i")

    thread = threading.Thread(target=busy)
    thread.start()
    return thread


def test_a_killed_server_is_started_again_though_its_memory_is_still_held(safe_server: EmbeddedPostgres) -> None:
    url = safe_server.start()
    keep_three(url)
    busy = hold_memory(url)
    with psycopg.connect(url, autocommit=True) as connection:
        wait_for(lambda: connection.execute(BUSY).fetchone())
    crash(safe_server)
    assert kept(safe_server.start()) == 3
    busy.join()


def test_a_server_left_running_by_a_killed_program_is_taken_over(server: EmbeddedPostgres) -> None:
    keep_three(server.start())
    before = server._pid()
    server.users.close()
    later = EmbeddedPostgres(server.data, fast_and_unsafe=True)
    assert kept(later.start()) == 3
    assert later._pid() == before
    later.stop()
    assert not later.is_running()


def test_a_process_number_that_is_used_again_does_not_mislead(server: EmbeddedPostgres) -> None:
    keep_three(server.start())
    pid_file = server.place.cluster / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    server.stop()
    server._write(pid_file, "\n".join([str(os.getpid()), *lines[1:], ""]))
    assert kept(server.start()) == 3


def test_a_start_that_was_cut_short_while_making_the_database_is_begun_anew(server: EmbeddedPostgres) -> None:
    server.place.make_folder(server.place.folder / "cluster.new")
    server._write(server.place.folder / "cluster.new" / "half", "made")
    keep_three(server.start())
    assert kept(server.url) == 3
