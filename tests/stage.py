"""The fixtures of tests that play with the shared cast: it is raised once a run of a worker and cloned from there.

A folder whose tests want it says in its `conftest.py`: `from tests.stage import *`. Then `database`, `session` and
`statements` lead to a clone in which the cast stands; what a test does is rolled back, or dropped with its own clone
where it is marked `committed`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import Connection, func, select, text

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.orgs.models import OrgNode
from app.records.labels import FIELDS
from tests.cluster import Cluster
from tests.world import World, raise_world

__all__ = ["acts", "database", "node", "session", "stage", "staged_database", "world"]

TEST = "a test looks at everything"
NAMED = text("""
SELECT DISTINCT jsonb_object_keys(side) FROM (
  SELECT before FROM audit UNION ALL SELECT after FROM audit
  UNION ALL SELECT before FROM change_record UNION ALL SELECT after FROM change_record) AS sides (side)
WHERE jsonb_typeof(side) = 'object'
""")


@dataclass(frozen=True)
class Stage:
    """A database in which the cast stands and nobody works, to be cloned."""

    cluster: Cluster
    name: str
    world: World

    def clone(self, name: str) -> str:
        """Make a database like it and return its URL."""
        return self.cluster.clone(name, self.name)


@pytest.fixture(scope="session")
def stage(cluster: Cluster) -> Iterator[Stage]:
    """The cast, raised once."""
    name = f"stage_{uuid.uuid4().hex}"
    with cluster.cloned(name) as url:
        opened = Database(url)
        world = opened.transaction(raise_world)
        with opened.engine.begin() as connection:
            connection.execute(text("ANALYZE"))
        opened.close()
        yield Stage(cluster, name, world)


@pytest.fixture(scope="session")
def staged_database(stage: Stage) -> Iterator[Database]:
    """The clone in which ordinary tests work; use `database` or `session`, which roll back."""
    name = f"{stage.name[:40]}_shared"
    opened = Database(stage.clone(name))
    yield opened
    opened.close()
    stage.cluster.drop(name)


@pytest.fixture
def database(request: pytest.FixtureRequest, stage: Stage) -> Iterator[Database]:
    """The database of this test, with the cast in it; unless marked `committed`, commits are savepoints."""
    if request.node.get_closest_marker("committed"):
        name = f"committed_{uuid.uuid4().hex}"
        own = Database(stage.clone(name))
        yield own
        with own.engine.connect() as connection:
            assert_fields_have_words(connection)
        own.close()
        stage.cluster.drop(name)
        return
    shared: Database = request.getfixturevalue("staged_database")
    usual = shared.sessions.kw["bind"]
    with shared.engine.connect() as connection:
        outer = connection.begin()
        shared.sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        try:
            yield shared
            assert_fields_have_words(connection)
        finally:
            shared.sessions.configure(bind=usual, join_transaction_mode="conditional_savepoint")
            outer.rollback()


def assert_fields_have_words(connection: Connection) -> None:
    """Whatever a test did, its audit lines and change records name only fields that screens have a word for."""
    named = set(connection.execute(NAMED).scalars())
    assert named <= set(FIELDS), f"app/records/labels.py has no word for {sorted(named - set(FIELDS))}"


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A session on the database of this test, bound to the system."""
    with database.sessions() as opened:
        bind(opened, SYSTEM)
        yield opened


@pytest.fixture
def world(stage: Stage) -> World:
    """The cast."""
    return stage.world


@pytest.fixture
def node(session: Session) -> Callable[[str], OrgNode]:
    """The node of a code."""

    def find(code: str) -> OrgNode:
        stmt = select(OrgNode).where(OrgNode.code == code)
        return session.scalars(everything(stmt, because=TEST)).one()

    return find


@pytest.fixture
def acts(session: Session) -> Callable[[], list[Audit]]:
    """The lines of the audit since the test began."""
    last = session.scalar(everything(select(func.max(Audit.id)), because=TEST)) or 0

    def since() -> list[Audit]:
        stmt = select(Audit).where(Audit.id > last).order_by(Audit.id)
        return list(session.scalars(everything(stmt, because=TEST)))

    return since
