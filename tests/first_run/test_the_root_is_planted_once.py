"""The one root of an empty system: made by the system at first run, never a second time, not even at one instant."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid
from app.orgs.models import NodePlacement, OrgNode
from app.orgs.rules import RootExists
from app.orgs.services import plant_root
from tests.at_once import at_once, committed

TEST = "a test looks at everything"


def plant(session: Session, *, kind: str = "province", name: str = "江西省") -> OrgNode:
    """Plant a root as the system."""
    bind(session, SYSTEM)
    return plant_root(session, SYSTEM, kind=kind, name=name, code="36")


def test_the_root_stands_alone_at_the_top(session: Session) -> None:
    root = plant(session, name="  江西省 ")
    assert (root.name, root.path, root.parent_id, root.school_id) == ("江西省", f"/{root.id}/", None, None)


def test_a_school_may_be_the_root_and_is_then_its_own_school(session: Session) -> None:
    root = plant(session, kind="school")
    assert root.school_id == root.id


def test_where_the_root_stands_and_who_made_it_is_written_down(session: Session) -> None:
    root = plant(session)
    placed = session.scalars(everything(select(NodePlacement), because=TEST)).one()
    assert (placed.node_id, placed.parent_id, placed.path, placed.until) == (root.id, None, root.path, None)
    act = session.scalars(everything(select(Audit), because=TEST)).one()
    assert (act.act, act.account_id, act.subject_ids, act.tree_path) == ("org:create", 0, [root.id], root.path)


def test_a_second_root_is_refused(session: Session) -> None:
    plant(session)
    with pytest.raises(RootExists):
        plant(session, name="广东省")


@pytest.mark.parametrize("name", ["", "  ", "x" * 101, "江西\x00省", "江西\u202e省"])
def test_a_root_without_a_usable_name_is_refused(session: Session, name: str) -> None:
    with pytest.raises(Invalid):
        plant(session, name=name)


@pytest.mark.committed
def test_of_two_roots_planted_at_the_same_instant_one_stands(database: Database) -> None:
    outcomes = at_once(*[committed(database, lambda session: plant(session).id)] * 4)
    assert sum(isinstance(outcome, RootExists) for outcome in outcomes) == 3
    with database.sessions() as session:
        assert session.scalar(everything(select(func.count()).select_from(OrgNode), because=TEST)) == 1


def test_the_database_itself_allows_one_root(session: Session) -> None:
    plant(session)
    second = "INSERT INTO org_node (id, kind, code, name, path) VALUES (999, 'province', '44', '广东省', '/999/')"
    with pytest.raises(IntegrityError, match="uq_org_node_root"):
        session.connection().execute(text(second))
