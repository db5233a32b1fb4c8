"""A database in which the shared cast lives, for a module of tests: made once, each test rolled back.

    @pytest.fixture(scope="module", name="stage")
    def _stage(cluster: Cluster) -> Iterator[Stage]:
        with stage_of(cluster) as stage:
            yield stage

    @pytest.fixture(scope="module")
    def shared_database(stage: Stage) -> Database:
        return stage.database

From then on `database`, `session`, `at` and `statements` are those of this database.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from flask import Flask

from app.core.crypto import Keyring
from app.core.db import Database
from app.factory import create_app
from config import Settings
from tests.cluster import Cluster
from tests.world import World, raise_world


@dataclass(frozen=True)
class Stage:
    """A database with the cast in it, and the settings whose keys sealed its numbers."""

    database: Database
    world: World
    settings: Settings

    def app(self) -> Flask:
        """An application over this database, as a web process of its own would have it."""
        return create_app(self.settings, self.database)


@cache
def _raised(cluster: Cluster) -> tuple[str, World, Settings]:
    """The database this process has raised the cast in, once; nobody works in it, it is cloned."""
    folder = Path(tempfile.mkdtemp(prefix="xuebao-stage-"))
    atexit.register(shutil.rmtree, folder)
    settings = Settings.from_env({"XUEBAO_DATA": str(folder / "data")})
    name = f"stage_{uuid.uuid4().hex}"
    database = Database(cluster.clone(name))
    keyring = Keyring.at(settings.data)
    world = database.transaction(lambda session: raise_world(session, keyring))
    database.close()
    return name, world, settings


@contextmanager
def stage_of(cluster: Cluster) -> Iterator[Stage]:
    """Have a database with the cast in it for the length of a block."""
    raised, world, settings = _raised(cluster)
    name = f"{raised}_{uuid.uuid4().hex[:8]}"
    database = Database(cluster.clone(name, raised))
    try:
        yield Stage(database, world, settings)
    finally:
        database.close()
        cluster.drop(name)
