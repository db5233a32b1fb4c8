"""Imports are tried with the shared cast: school A has four classes and eight students."""

from __future__ import annotations

import uuid
from pathlib import Path

import pytest

from app.core.db import Database
from app.core.files import FileStore
from tests.imports.desk import Desk
from tests.imports.insured import ListDesk
from tests.imports.recognitions import HardshipDesk
from tests.stage import *  # noqa: F403
from tests.world import World


@pytest.fixture
def desk(database: Database, world: World, tmp_path: Path) -> Desk:
    """Where files of school A are brought in by its admin."""
    return Desk(database, world, FileStore(tmp_path / uuid.uuid4().hex))


@pytest.fixture
def hardship_desk(database: Database, world: World, tmp_path: Path) -> HardshipDesk:
    """Where lists of hardship recognitions of school A are brought in by its admin."""
    return HardshipDesk(database, world, FileStore(tmp_path / uuid.uuid4().hex))


@pytest.fixture
def lists(database: Database, world: World, tmp_path: Path) -> ListDesk:
    """Where insured lists of school A are brought in by its admin."""
    return ListDesk(database, world, FileStore(tmp_path / uuid.uuid4().hex))
