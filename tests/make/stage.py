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

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

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


@contextmanager
def stage_of(cluster: Cluster) -> Iterator[Stage]:
    """Have a database with the cast in it for the length of a block."""
    name = f"stage_{uuid.uuid4().hex}"
    with TemporaryDirectory(prefix="xuebao-stage-") as folder, cluster.cloned(name) as url:
        settings = Settings.from_env({"XUEBAO_DATA": str(Path(folder) / "data")})
        database = Database(url)
        keyring = Keyring.at(settings.data)
        world = database.transaction(lambda session: raise_world(session, keyring))
        yield Stage(database, world, settings)
        database.close()
