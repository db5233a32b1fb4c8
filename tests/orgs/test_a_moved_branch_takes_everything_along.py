"""When a node's path changes, the database itself carries the new path to every row below it; history stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.scope import GATED, InSchool, InTree
from app.core.db import Session
from app.orgs.models import OrgNode
from app.orgs.services import make_class_set
from app.plans import queries as plans
from app.rates import queries as rates
from tests.crowd import admitted
from tests.make.places import CITY_A, CITY_B, COUNTY_A, COUNTY_B, ROOT, A, B, classes_of
from tests.world import World

MOVE = """
UPDATE org_node SET path = :new || substr(path, length(:old) + 1),
  parent_id = CASE WHEN path = :old THEN :parent ELSE parent_id END
WHERE path >= :old AND path < left(:old, -1) || '0'
"""
IN_TREE = sorted(name for name, table in GATED.items() if issubclass(table, InTree))
IN_SCHOOL = sorted(name for name, table in GATED.items() if issubclass(table, InSchool))
FOLLOWING = (*IN_TREE, "account_grant")


def below(session: Session, table: str, path: str) -> int:
    """How many rows of a table stand at or below a path."""
    stmt = f"SELECT count(*) FROM {table} WHERE tree_path >= :p AND tree_path < left(:p, -1) || '0'"
    count: int = session.connection().execute(text(stmt), {"p": path}).scalar_one()
    return count


@pytest.fixture(name="moved")
def _moved(session: Session, node: Callable[[str], OrgNode]) -> tuple[str, str, dict[str, int]]:
    """School A with 300 more students, moved to the county of school B: old path, new path, rows before."""
    admitted(session, classes_of(A) * 75)
    make_class_set(session, SYSTEM, school=node(A), name="另一系", class_codes=classes_of(A))
    old = node(A).path
    before = {table: below(session, table, old) for table in FOLLOWING}
    new = f"{node(COUNTY_B).path}{node(A).id}/"
    parameters = {"old": old, "new": new, "parent": node(COUNTY_B).id}
    session.connection().execute(text(MOVE), parameters)
    session.expire_all()
    return old, new, before


def test_every_row_follows_and_none_is_lost(session: Session, moved: tuple[str, str, dict[str, int]]) -> None:
    old, new, before = moved
    assert {table: below(session, table, old) for table in FOLLOWING} == dict.fromkeys(FOLLOWING, 0)
    assert {table: below(session, table, new) for table in FOLLOWING} == before
    assert (before["student"], before["enrolment"]) == (308, 308)
    assert all(before[table] for table in ("account", "account_grant", "class_group", "class_set"))


@pytest.mark.parametrize("table", FOLLOWING)
def test_no_row_has_drifted_from_its_node(
    session: Session,
    moved: tuple[str, str, dict[str, int]],
    table: str,
) -> None:
    school = "OR t.school_id IS DISTINCT FROM n.school_id" if table in IN_SCHOOL else ""
    drifted = f"SELECT count(*) FROM {table} t JOIN org_node n ON n.id = t.node_id WHERE t.tree_path <> n.path {school}"
    assert session.connection().execute(text(drifted)).scalar_one() == 0
    assert moved


def test_figures_go_with_the_school_and_the_sum_over_all_stays(
    session: Session,
    world: World,
    node: Callable[[str], OrgNode],
    moved: tuple[str, str, dict[str, int]],
) -> None:
    assert moved
    plan = plans.find(session, SYSTEM, code=world.plan)
    total = {
        code: rates.at(session, SYSTEM, plan, node(code)).total_eligible
        for code in (ROOT, CITY_A, COUNTY_A, CITY_B, COUNTY_B, A, B)
    }
    assert total[COUNTY_A] == total[CITY_A] == 0
    assert total[COUNTY_B] == total[CITY_B] == total[ROOT] == total[A] + total[B]


def test_where_nodes_and_students_stood_before_stays_written(
    session: Session,
    moved: tuple[str, str, dict[str, int]],
) -> None:
    old, new, _ = moved
    stood = "SELECT count(*) FROM node_placement WHERE path LIKE :path || '%'"
    assert session.connection().execute(text(stood), {"path": old}).scalar_one() == 7
    assert session.connection().execute(text(stood), {"path": new}).scalar_one() == 0


def test_grants_at_the_school_open_it_where_it_stands_now(
    session: Session,
    world: World,
    moved: tuple[str, str, dict[str, int]],
) -> None:
    _, new, _ = moved
    assert [grant.prefixes for grant in world.actor(session, "school_admin").grants] == [(new,)]
