"""The three-column key: no row of a school can be put into another's class, nor keep a path its node does not have."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from app.access.scope import GATED, InSchool
from app.core.db import Session
from app.orgs.models import OrgNode
from tests.make.places import A, B, class_of
from tests.world import World

MOVING = ("enrolment", "student")
TABLES = ("class_group", *MOVING)
"""Those in which the cast has rows; a row of class_group is its class and moves nowhere."""
EVERY = sorted(name for name, table in GATED.items() if issubclass(table, InSchool))
KEY = "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = :name"
FindNode = Callable[[str], OrgNode]


def refused(session: Session, table: str, what: str, **values: object) -> None:
    """Change a row of school A in a way its key must refuse."""
    stmt = f"UPDATE {table} SET {what} WHERE node_id = :node"
    with pytest.raises(IntegrityError, match=f"fk_{table}_place"):
        session.connection().execute(text(stmt), values)


@pytest.mark.parametrize("table", EVERY)
def test_every_table_inside_schools_has_the_key(session: Session, table: str) -> None:
    key = session.connection().execute(text(KEY), {"name": f"fk_{table}_place"}).scalar_one()
    assert key == (
        "FOREIGN KEY (node_id, tree_path, school_id) REFERENCES org_node(id, path, school_id) ON UPDATE CASCADE"
    )


@pytest.mark.parametrize("table", MOVING)
def test_a_row_moved_into_another_schools_class_is_refused(session: Session, node: FindNode, table: str) -> None:
    here, there = node(class_of(A, 1, 1)), node(class_of(B, 1, 1))
    values = {"node": here.id, "there": there.id, "path": there.path}
    refused(session, table, "node_id = :there, tree_path = :path", **values)


@pytest.mark.parametrize("table", TABLES)
def test_a_row_given_to_another_school_in_its_own_class_is_refused(
    session: Session,
    node: FindNode,
    table: str,
) -> None:
    here = node(class_of(A, 1, 1))
    refused(session, table, "school_id = :school", node=here.id, school=node(B).id)


@pytest.mark.parametrize("table", TABLES)
def test_a_path_its_node_does_not_have_is_refused(session: Session, node: FindNode, table: str) -> None:
    here, there = node(class_of(A, 1, 1)), node(class_of(A, 1, 2))
    refused(session, table, "tree_path = :path", node=here.id, path=there.path)


def test_an_enrolment_above_all_schools_is_refused(session: Session, world: World, node: FindNode) -> None:
    county = session.connection().execute(text("SELECT id, path FROM org_node WHERE code = '360102'")).one()
    assert world.plan_id
    refused(
        session,
        "enrolment",
        "node_id = :there, tree_path = :path",
        node=node(class_of(A, 1, 1)).id,
        there=county.id,
        path=county.path,
    )
