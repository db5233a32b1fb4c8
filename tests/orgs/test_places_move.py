"""A place moves with everything below it: rows follow, history is kept, figures stay true, nothing leaves the scope."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database, Session
from app.core.errors import NotAllowed, NotFound, Stale
from app.enrolment.models import Enrolment
from app.orgs import reshape
from app.orgs.models import NodePlacement, OrgNode
from app.orgs.rules import BadPlace, IntoItself
from app.plans import queries as plans
from app.rates import queries as rates
from app.students.models import Student
from tests.at_once import at_once, committed
from tests.make.places import COUNTY_B, A, B, class_of, grade
from tests.stage import TEST
from tests.world import World

Node = Callable[[str], OrgNode]


def moved(session: Session, world: World, node: Node, what: str, to: str, *, who: str = "school_admin") -> int:
    """Move a place as somebody of the cast; returns how many places went along."""
    found = node(what)
    actor = world.actor(session, who)
    count = reshape.move(session, actor, node_id=found.id, target_code=to, version=found.version)
    session.expire_all()
    return count


def drifted(session: Session) -> int:
    """Rows whose place is not that of their node."""
    total = 0
    for table in (Student, Enrolment):
        stmt = select(func.count()).join(OrgNode, OrgNode.id == table.node_id)
        stmt = stmt.where((table.tree_path != OrgNode.path) | (table.school_id != OrgNode.school_id))
        total += session.scalar(everything(stmt.select_from(table), because=TEST)) or 0
    return total


def test_a_class_moves_to_another_grade_with_its_students(session: Session, world: World, node: Node) -> None:
    assert moved(session, world, node, class_of(A, 1, 1), grade(A, 2)) == 1
    assert node(class_of(A, 1, 1)).path.startswith(node(grade(A, 2)).path)
    assert drifted(session) == 0


def test_a_grade_takes_its_classes_along_and_figures_stay_the_sum_of_their_parts(
    session: Session,
    world: World,
    node: Node,
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    before = rates.at(session, SYSTEM, plan, node(A))
    assert moved(session, world, node, grade(A, 1), grade(A, 2)) == 3
    assert rates.at(session, SYSTEM, plan, node(A)) == before
    assert rates.at(session, SYSTEM, plan, node(grade(A, 2))) == before
    assert drifted(session) == 0


def test_a_school_moves_to_another_county_by_who_stands_above_both(session: Session, world: World, node: Node) -> None:
    assert moved(session, world, node, A, COUNTY_B, who="root_admin") == 7
    assert node(A).path.startswith(node(COUNTY_B).path)
    assert drifted(session) == 0
    mine = world.actor(session, "school_admin")
    assert [g.prefixes for g in mine.grants] == [(node(A).path,)]


def test_history_says_where_it_stood_before(session: Session, world: World, node: Node) -> None:
    old = node(class_of(A, 1, 1)).path
    moved(session, world, node, class_of(A, 1, 1), grade(A, 2))
    stmt = select(NodePlacement).where(NodePlacement.node_id == node(class_of(A, 1, 1)).id).order_by(NodePlacement.id)
    rows = list(session.scalars(everything(stmt, because=TEST)))
    assert [row.path for row in rows] == [old, node(class_of(A, 1, 1)).path]
    assert [row.until is None for row in rows] == [False, True]
    assert rows[1].parent_id == node(grade(A, 2)).id


@pytest.mark.parametrize("target", [B, grade(B, 1), COUNTY_B, "NOWHERE"])
def test_a_place_out_of_scope_is_no_target(session: Session, world: World, node: Node, target: str) -> None:
    with pytest.raises(NotFound):
        moved(session, world, node, class_of(A, 1, 1), target)


def test_another_schools_place_cannot_be_taken(session: Session, world: World, node: Node) -> None:
    with pytest.raises(NotFound):
        moved(session, world, node, class_of(B, 1, 1), grade(A, 1))


def test_nobody_moves_the_own_place(session: Session, world: World, node: Node) -> None:
    with pytest.raises(NotAllowed):
        moved(session, world, node, A, grade(A, 1))


def test_a_place_goes_neither_below_itself_nor_where_it_stands(session: Session, world: World, node: Node) -> None:
    for target in (grade(A, 1), class_of(A, 1, 1), A):
        with pytest.raises(IntoItself):
            moved(session, world, node, grade(A, 1), target)


def test_nothing_goes_below_a_class(session: Session, world: World, node: Node) -> None:
    with pytest.raises(BadPlace):
        moved(session, world, node, class_of(A, 1, 1), class_of(A, 2, 1))


def test_a_stale_page_moves_nothing(session: Session, world: World, node: Node) -> None:
    found = node(class_of(A, 1, 1))
    admin = world.actor(session, "school_admin")
    with pytest.raises(Stale):
        reshape.move(session, admin, node_id=found.id, target_code=grade(A, 2), version=found.version + 1)


@pytest.mark.committed
def test_two_who_move_the_same_place_at_once_do_not_both(database: Database, world: World, session: Session) -> None:
    stmt = select(OrgNode).where(OrgNode.code == class_of(A, 1, 1))
    found = session.scalars(everything(stmt, because=TEST)).one()
    node_id, version = found.id, found.version
    session.rollback()

    def move(work: Session) -> int:
        actor = world.actor(work, "school_admin")
        return reshape.move(work, actor, node_id=node_id, target_code=grade(A, 2), version=version)

    outcomes = at_once(*[committed(database, move)] * 4)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Stale", "Stale", "Stale", "int"]
