"""A database of its own for every test about processes: they all commit."""

from __future__ import annotations

import pytest

from app.core.db import Database
from tests.processes.small_features import MARKS


@pytest.fixture
def queue_database(own_database: Database) -> Database:
    """A database with a place for the marks of the small jobs."""
    own_database.transaction(lambda session: session.connection().exec_driver_sql(MARKS))
    return own_database
