"""Who may add nodes: a role that holds it, below the own place; elsewhere is not found."""

from __future__ import annotations

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session
from app.core.errors import NotAllowed, NotFound
from app.orgs.rules import CodeTaken, NewNode
from app.orgs.services import grow
from tests.make.places import CITY_A, COUNTY_A, ROOT, A, B
from tests.make.posts import FAMILY
from tests.world import World

HOLDERS = sorted(role.code for role in ROLES if Permission.ORG_CREATE in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.ORG_CREATE not in role.permissions)


@pytest.mark.parametrize("role", HOLDERS)
def test_who_holds_it_adds_below_the_own_place(session: Session, world: World, role: str) -> None:
    assert grow(session, world.actor(session, role), [NewNode(A, "grade", "2027级")])


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_adds_nowhere(session: Session, world: World, role: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        grow(session, world.actor(session, role), [NewNode(A, "grade", "2027级")])


@pytest.mark.parametrize("parent", [B, f"{B}-1", COUNTY_A, CITY_A, ROOT, "NOWHERE"])
@pytest.mark.parametrize("role", HOLDERS)
def test_another_place_is_not_found_and_answers_as_one_that_does_not_exist(
    session: Session,
    world: World,
    role: str,
    parent: str,
) -> None:
    with pytest.raises(NotFound) as refusal:
        grow(session, world.actor(session, role), [NewNode(parent, "other", "新")])
    assert refusal.value.facts == {"what": "node"}


def test_one_parent_out_of_scope_refuses_the_whole_list(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        grow(session, world.actor(session, "school_admin"), [NewNode(A, "grade", "一"), NewNode(B, "grade", "一")])


def test_a_code_of_another_place_is_told_as_taken_without_saying_where(session: Session, world: World) -> None:
    with pytest.raises(Exception, match="code_taken") as refusal:
        grow(session, world.actor(session, "school_admin"), [NewNode(A, "grade", "一", code=f"{B}-1")])
    assert refusal.value.facts == {"node_code": f"{B}-1"}  # type: ignore[attr-defined]


@pytest.mark.parametrize("code", [f"{B}-3", f"{B}-999", f"{B}-1-7"])
def test_nobody_takes_a_code_that_the_next_place_of_others_will_be_given(
    session: Session, world: World, code: str
) -> None:
    with pytest.raises(CodeTaken):
        grow(session, world.actor(session, "school_admin"), [NewNode(A, "grade", "一", code=code)])
    assert grow(session, world.actor(session, "school_admin_b"), [NewNode(B, "grade", "一")])


@pytest.mark.parametrize("code", [f"{A}-77", "36010299", f"{A}-1-77"])
def test_a_code_of_the_own_or_of_nobody_may_be_typed(session: Session, world: World, code: str) -> None:
    assert code in grow(session, world.actor(session, "school_admin"), [NewNode(A, "grade", "一", code=code)])


def test_families_hold_no_place_in_the_tree(session: Session, world: World) -> None:
    for role in FAMILY:
        assert world.actor(session, role).places(Permission.ORG_CREATE) == ()
