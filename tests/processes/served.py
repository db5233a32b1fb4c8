"""The whole system, started by its real command, on a port and in a data folder of the test."""

from __future__ import annotations

import http.client
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.processes.started import children_of, started, wait_for

SERVE = (sys.executable, "-m", "app.cli", "serve")


def free_port() -> int:
    """A port nothing listens at."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
    return port


def settings(data: Path, port: int, url: str | None = None) -> dict[str, str]:
    """The environment of a start; without a URL it brings its own database."""
    kept = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "HOST", "WEB_WORKERS"}}
    return kept | {"XUEBAO_DATA": str(data), "PORT": str(port)} | ({"DATABASE_URL": url} if url else {})


@contextmanager
def served(data: Path, port: int, url: str | None = None) -> Iterator[subprocess.Popen[str]]:
    """Have the system running and answering for the length of a block."""
    with started(*SERVE, environment=settings(data, port, url)) as parent:
        try:
            assert f"http://127.0.0.1:{port}" in line_with(parent, "Xuebao is ready at")
            yield parent
        finally:
            # Killed without a word, it would leave its children a few seconds; the next test must not meet them.
            if parent.poll() is None:
                parent.terminate()
                parent.communicate()


def line_with(process: subprocess.Popen[str], words: str) -> str:
    """Read what a process says until a line with these words."""
    assert process.stdout
    said = []
    for line in process.stdout:
        if words in line:
            return line
        said.append(line)
    raise AssertionError(f"ended without saying {words!r}:\n{''.join(said)}")


def answers(port: int) -> bool:
    """Whether the site says it is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


def child_running(parent: subprocess.Popen[str], command: str) -> int:
    """The number of the parent's web, worker or scheduler, as soon as it runs."""

    def find() -> int | None:
        names = {child: Path(f"/proc/{child}/cmdline") for child in children_of(parent.pid)}
        arguments = {child: path.read_bytes().split(b"\0") for child, path in names.items() if path.exists()}
        return next((child for child, words in arguments.items() if command.encode() in words), None)

    return int(wait_for(find) or 0)
