"""The life of an installation with its own database: first start, Ctrl-C, kill -9, the start after it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import psycopg

from app.core.embedded import EmbeddedPostgres, database_url
from config import Settings
from tests.processes.served import SERVE, answers, child_running, free_port, line_with, served, settings
from tests.processes.started import ctrl_c, is_alive, started


def everyone(parent: subprocess.Popen[str]) -> list[int]:
    return [child_running(parent, command) for command in ("web", "worker", "scheduler")]


def test_an_installation_starts_stops_cleanly_and_takes_over_after_a_kill(open_folder: Path) -> None:
    data, port = open_folder / "data", free_port()
    server = EmbeddedPostgres(data)
    with started(*SERVE, environment=settings(data, port)) as first:
        line_with(first, "Xuebao is ready at")
        assert f"http://127.0.0.1:{port}/first-run/" in line_with(first, "It is empty")
        assert answers(port)
        children = everyone(first)
        # a command beside the running system joins its database and leaves it running
        with database_url(Settings.from_env({"XUEBAO_DATA": str(data)})) as url, psycopg.connect(url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS n")
        assert answers(port)
        ctrl_c(first)
        assert first.wait() == 0
    assert not any(map(is_alive, children))
    assert not server.is_running()
    with served(data, port) as killed:
        killed.kill()
        killed.wait()
        with served(data, port):
            with psycopg.connect(server.url) as connection:
                assert connection.execute("SELECT n FROM kept").fetchone() == (1,)
            assert answers(port)
    assert not server.is_running()
