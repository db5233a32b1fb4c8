"""Imports are tried with the shared cast: school A has four classes and eight students."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

import pytest

from app.access.actor import SYSTEM
from app.accounts.rules import NewAccount, NewGrant
from app.accounts.services import create
from app.core.db import Database
from app.core.files import FileStore
from app.orgs.sheet import TREE
from tests.imports.desk import Desk
from tests.imports.insured import ListDesk
from tests.imports.recognitions import HardshipDesk
from tests.make.places import COUNTY_A
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


@pytest.fixture
def tree(desk: Desk) -> Desk:
    """Where lists of places are brought in by the admin of school A's county."""
    clerk = NewAccount(
        name="county_clerk",
        home_code=COUNTY_A,
        user_name="county_clerk",
        grants=(NewGrant("county_admin", node_code=COUNTY_A),),
    )
    made = desk.database.transaction(lambda session: create(session, SYSTEM, clerk))
    world = replace(desk.world, accounts={**desk.world.accounts, "county_clerk": made})
    return replace(desk, world=world, user="county_clerk", kind=TREE)
