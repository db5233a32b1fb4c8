"""What every test stands on: one database server a run, a clone a worker, nothing left behind, no network.

An ordinary test works inside one transaction that is rolled back; what it and the code under test commit are
savepoints. A test marked `committed` gets a database of its own that is dropped afterwards.
"""

from __future__ import annotations

import ipaddress
import os
import shutil
import signal
import sys
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings
from sqlalchemy import event, text

from app.core.db import Database, Session
from tests.cluster import Cluster, Server

CLUSTER_URL = "xuebao_cluster_url"
SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK TO")

StandAt = Callable[[datetime], None]
CountStatements = Callable[[], AbstractContextManager[list[str]]]

# no timed assertions: a slow machine must not fail a property
hypothesis_settings.register_profile("here", deadline=None)
hypothesis_settings.register_profile("ci", deadline=None, derandomize=True, database=None, print_blob=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "here")


class NetworkRefused(RuntimeError):
    """A test tried to reach beyond this machine."""


def _is_here(host: object) -> bool:
    if host in {None, "", b"", "localhost", b"localhost"}:
        return True
    try:
        return ipaddress.ip_address(host.decode() if isinstance(host, bytes) else str(host)).is_loopback
    except ValueError:
        return False


def _refuse_network(name: str, arguments: tuple[object, ...]) -> None:
    if name == "socket.getaddrinfo":
        target = arguments[0]
    elif name in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = arguments[1]
        if not isinstance(address, tuple):
            return  # a Unix socket, or one that is already connected
        target = address[0]
    else:
        return
    if not _is_here(target):
        raise NetworkRefused(f"{name} to {target!r}: tests do not leave this machine")


sys.addaudithook(_refuse_network)


class Run:
    """The server of this run: started when first wanted, by the process that leads the run."""

    def __init__(self, given: str | None) -> None:
        """Take the URL the leading process has handed over, if this is a worker."""
        self.cluster = Cluster(given) if given else None
        self.server: Server | None = None

    def start(self) -> Cluster:
        """Start the server, once."""
        if self.cluster is None:
            server = Server()
            self.cluster = server.start()
            self.server = server
        return self.cluster

    def stop(self) -> None:
        """Stop it, if this process started it."""
        if self.server:
            self.server.stop()
            self.server = None


RUN = pytest.StashKey[Run]()


def pytest_configure(config: pytest.Config) -> None:
    """Remember whether this process leads the run; a polite end must also end the server."""
    given: dict[str, str] = getattr(config, "workerinput", {})
    config.stash[RUN] = Run(given.get(CLUSTER_URL))
    if not given:
        signal.signal(signal.SIGTERM, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:  # noqa: ANN401  pytest-xdist publishes no type for it
    """Start the server before the first worker of pytest-xdist and tell each worker where it is."""
    node.workerinput[CLUSTER_URL] = node.config.stash[RUN].start().url


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server, whatever happened."""
    config.stash[RUN].stop()


@pytest.fixture(scope="session")
def cluster(pytestconfig: pytest.Config) -> Cluster:
    """The database server of this run."""
    return pytestconfig.stash[RUN].start()


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser; without one, browser tests are left out here and fail on the build machine."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found:
        return found
    if os.environ.get("CI") == "true":
        pytest.fail("no Chromium: install it or name it with CHROMIUM")
    pytest.skip("no Chromium: install it or name it with CHROMIUM")


@pytest.fixture(scope="session")
def shared_database(cluster: Cluster) -> Iterator[Database]:
    """The clone of this worker; tests use `database` or `session`, which roll back."""
    name = f"tests_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with cluster.cloned(name) as url:
        database = Database(url)
        yield database
        database.close()


@pytest.fixture
def own_database(cluster: Cluster) -> Iterator[Database]:
    """A clone for one test that commits."""
    with cluster.cloned(f"committed_{uuid.uuid4().hex}") as url:
        database = Database(url)
        yield database
        database.close()


def _is_committed(request: pytest.FixtureRequest) -> bool:
    return request.node.get_closest_marker("committed") is not None


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The database of this test; unless the test is marked `committed`, its commits are savepoints."""
    if _is_committed(request):
        yield request.getfixturevalue("own_database")
        return
    shared: Database = request.getfixturevalue("shared_database")
    usual = shared.sessions.kw["bind"]
    with shared.engine.connect() as connection:
        outer = connection.begin()
        shared.sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield shared
        finally:
            shared.sessions.configure(bind=usual, join_transaction_mode="conditional_savepoint")
            outer.rollback()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on the database of this test."""
    with database.sessions() as opened:
        yield opened


@pytest.fixture
def at(request: pytest.FixtureRequest, database: Database) -> StandAt:
    """Stand at a moment: `at(moment)` makes the database's clock show it until the test ends or the next call."""
    if _is_committed(request):
        statement = text("INSERT INTO clock_of_tests.stands VALUES (:at)")
        clear = text("DELETE FROM clock_of_tests.stands")
    else:
        statement = text("SELECT set_config('xuebao.now', :at, true)")
        clear = text("SELECT 1")

    def stand(moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError("a moment has a time zone")
        with database.sessions.begin() as opened:
            opened.execute(clear)
            opened.execute(statement, {"at": moment.isoformat()})

    return stand


@pytest.fixture
def statements(database: Database) -> CountStatements:
    """Note the SQL that is sent while a `with` block runs, as a list of texts; savepoints are left out."""

    @contextmanager
    def noting() -> Iterator[list[str]]:
        sent: list[str] = []

        def note(*arguments: object) -> None:
            statement = str(arguments[2])
            if not statement.startswith(SAVEPOINTS):
                sent.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(database.engine, "before_cursor_execute", note)

    return noting
