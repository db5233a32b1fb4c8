"""A database of its own for every test about processes: they all commit."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.core.db import Database
from app.core.embedded import EmbeddedPostgres
from tests.processes.small_features import MARKS


@pytest.fixture
def queue_database(own_database: Database) -> Database:
    """A database with a place for the marks of the small jobs."""
    own_database.transaction(lambda session: session.connection().exec_driver_sql(MARKS))
    return own_database


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that the server's user can pass through, as an installation has it."""
    folder = Path(tempfile.mkdtemp(prefix="xuebao-embedded-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def server(open_folder: Path) -> Iterator[EmbeddedPostgres]:
    """An embedded server that is not running yet; stopped at the end, however it was left."""
    server = EmbeddedPostgres(open_folder / "data", fast_and_unsafe=True)
    yield server
    server.stop()
