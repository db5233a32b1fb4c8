"""Class sets (系): classes of one school under a name, made by who holds it at that school."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound
from app.orgs.models import ClassSet, ClassSetClass, OrgNode
from app.orgs.rules import NameTaken
from app.orgs.services import make_class_set
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.make.places import A, B, class_of, classes_of
from tests.stage import TEST
from tests.world import World

FindNode = Callable[[str], OrgNode]
OTHERS = sorted(role.code for role in ROLES if Permission.CLASS_SET_CREATE not in role.permissions)


def members(session: Session, set_id: int) -> set[str]:
    """The codes of the classes of a set."""
    stmt = (
        select(OrgNode.code)
        .join(ClassSetClass, ClassSetClass.node_id == OrgNode.id)
        .where(ClassSetClass.class_set_id == set_id)
    )
    return set(session.scalars(everything(stmt, because=TEST)))


def test_a_set_holds_its_classes_and_stands_at_its_school(session: Session, world: World, node: FindNode) -> None:
    actor = world.actor(session, "school_admin")
    codes = classes_of(A)[:3]
    set_id = make_class_set(session, actor, school=node(A), name=" 新系 ", class_codes=codes)
    made = session.scalars(everything(select(ClassSet).where(ClassSet.id == set_id), because=TEST)).one()
    assert (made.name, made.tree_path, members(session, set_id)) == ("新系", node(A).path, set(codes))


def test_the_act_is_written_down(session: Session, node: FindNode, acts: Callable[[], list[Audit]]) -> None:
    set_id = make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=classes_of(A))
    (act,) = acts()
    assert (act.act, act.subject_ids, act.tree_path) == ("class_set:create", [set_id], node(A).path)


def test_a_set_may_begin_empty(session: Session, node: FindNode) -> None:
    set_id = make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=[])
    assert members(session, set_id) == set()


@pytest.mark.parametrize("code", [class_of(B, 1, 1), f"{A}-1", A, "NOWHERE"])
def test_what_is_no_class_of_the_school_is_not_found(session: Session, node: FindNode, code: str) -> None:
    with pytest.raises(NotFound):
        make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=[class_of(A, 1, 1), code])


@pytest.mark.parametrize("codes", [[], [class_of(B, 1, 1)]])
def test_another_school_is_not_found(session: Session, world: World, node: FindNode, codes: list[str]) -> None:
    with pytest.raises(NotFound):
        make_class_set(session, world.actor(session, "school_admin"), school=node(B), name="新系", class_codes=codes)


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_makes_none(session: Session, world: World, node: FindNode, role: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        make_class_set(session, world.actor(session, role), school=node(A), name="新系", class_codes=[])


def test_a_name_is_free_once_in_a_school(session: Session, node: FindNode) -> None:
    make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=[])
    make_class_set(session, SYSTEM, school=node(B), name="新系", class_codes=[])
    with pytest.raises(NameTaken):
        make_class_set(session, SYSTEM, school=node(A), name="新系", class_codes=[])


@pytest.mark.parametrize("name", ["", " ", "系" * 101])
def test_a_set_needs_a_name(session: Session, node: FindNode, name: str) -> None:
    with pytest.raises(Invalid):
        make_class_set(session, SYSTEM, school=node(A), name=name, class_codes=[])


@pytest.mark.committed
def test_of_two_sets_of_one_name_made_at_once_one_stands(database: Database, node: FindNode) -> None:
    school = node(A)
    make = committed(
        database,
        lambda session: make_class_set(session, SYSTEM, school=school, name="新系", class_codes=classes_of(A)),
    )
    outcomes = at_once(make, make)
    assert [type(outcome) for outcome in outcomes if isinstance(outcome, Exception)] == [NameTaken]


def test_a_set_of_many_classes_takes_as_many_statements_as_one_of_one(
    session: Session,
    node: FindNode,
    statements: CountStatements,
) -> None:
    school, counts = node(A), []
    for name, codes in (("一", classes_of(A)[:1]), ("四", classes_of(A))):
        with statements() as sent:
            make_class_set(session, SYSTEM, school=school, name=name, class_codes=codes)
        counts.append(len(sent))
    assert counts[0] == counts[1]
