"""One start per data folder, one program per port; and what keeps running in the one that was first."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.db import Database
from tests.cluster import Cluster
from tests.processes.served import SERVE, answers, child_running, free_port, served, settings
from tests.processes.started import is_alive, started, wait_for

Running = tuple[subprocess.Popen[str], Path, int]


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def running(cluster: Cluster, data: Path) -> Iterator[Running]:
    """The system running on a database of its own."""
    port = free_port()
    with cluster.cloned(f"served_{os.getpid()}") as url, served(data, port, url) as parent:
        yield parent, data, port


def test_a_second_start_of_the_same_data_folder_says_so_and_exits(running: Running) -> None:
    _, data, port = running
    with started(*SERVE, environment=settings(data, free_port())) as second:
        told = second.communicate()[0]
        assert second.returncode == 1
    assert told == f"Error: Xuebao is already running with the data folder {data}\n"
    assert answers(port)


def test_a_start_at_a_port_in_use_says_so_and_exits(running: Running, open_folder: Path) -> None:
    _, _, port = running
    with started(*SERVE, environment=settings(open_folder / "other", port)) as second:
        told = second.communicate()[0]
        assert second.returncode == 1
    assert told.count("\n") == 1
    assert f"Cannot listen at 127.0.0.1:{port}" in told
    assert not (open_folder / "other" / "postgres").exists()


def test_killed_processes_are_started_again(running: Running) -> None:
    parent, _, port = running
    killed = {command: child_running(parent, command) for command in ("worker", "scheduler", "web")}
    for number in killed.values():
        os.kill(number, signal.SIGKILL)
    wait_for(lambda: not any(map(is_alive, killed.values())))
    wait_for(lambda: all(child_running(parent, command) != number for command, number in killed.items()))
    wait_for(lambda: answers(port))


def test_a_wrong_setting_is_one_clear_line(open_folder: Path, own_database: Database) -> None:
    environment = settings(open_folder / "data", 8080, own_database.url) | {"PORT": "many"}
    with started(*SERVE, environment=environment) as wrong:
        told = wrong.communicate()[0]
        assert wrong.returncode == 1
    assert told == "Error: PORT must be a whole number from 1 to 65535, not 'many'\n"
