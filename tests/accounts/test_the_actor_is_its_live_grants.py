"""Account → actor: the grants as they are now, each with the permissions of its role at its own places."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES, Role
from app.accounts.actors import actor_for, actor_named
from app.accounts.rules import NameKind, NewAccount, NewGrant
from app.accounts.services import create
from app.core.db import Session
from app.core.errors import NotAllowed, NotFound
from app.orgs.models import OrgNode
from tests.conftest import CountStatements
from tests.make.places import A, B, class_of, grade
from tests.world import World

FindNode = Callable[[str], OrgNode]


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
def test_each_built_in_role_brings_what_is_in_force_of_it(session: Session, world: World, role: Role) -> None:
    (held,) = world.actor(session, role.code).grants
    assert (held.role, held.level, held.permissions) == (role.code, role.level, role.permissions - role.switched)


@pytest.mark.parametrize("role", ["province_admin", "city_admin"])
def test_a_switched_permission_is_off_until_its_parameter_turns_it_on(
    session: Session,
    world: World,
    role: str,
) -> None:
    actor = world.actor(session, role)
    assert actor.holds(Permission.FIGURE_READ)
    assert not actor.holds(Permission.FIGURE_NAMES)


@pytest.mark.parametrize("change", ["state = 'disabled'", "state = 'deregistered'"])
def test_an_account_that_is_not_in_use_is_nobody(session: Session, world: World, change: str) -> None:
    account_id = world.accounts["school_admin"]
    session.connection().execute(text(f"UPDATE account SET {change} WHERE id = :id"), {"id": account_id})
    with pytest.raises(NotFound):
        actor_for(session, account_id)
    with pytest.raises(NotFound):
        actor_named(session, "school_admin")


def test_an_ended_grant_opens_nothing(session: Session, world: World) -> None:
    account_id = world.accounts["school_admin"]
    ended = text("UPDATE account_grant SET ended_at = now() WHERE account_id = :id")
    session.connection().execute(ended, {"id": account_id})
    actor = actor_for(session, account_id)
    assert (actor.grants, actor.level) == ((), 9)
    assert not any(actor.holds(permission) or actor.places(permission) for permission in Permission)


def test_a_closed_class_set_opens_nothing(session: Session, world: World) -> None:
    session.connection().execute(text("UPDATE class_set SET closed_at = now()"))
    actor = world.actor(session, "class_set_admin")
    assert actor.places(Permission.FIGURE_READ) == ()
    assert [grant.anchor for grant in actor.grants] == [None]


def test_a_role_whose_permissions_were_all_taken_away_opens_nothing(session: Session, world: World) -> None:
    taken = "DELETE FROM ab_permission_view_role WHERE role_id = (SELECT role_id FROM role_detail WHERE code = :code)"
    session.connection().execute(text(taken), {"code": "school_admin"})
    actor = world.actor(session, "school_admin")
    assert [grant.permissions for grant in actor.grants] == [frozenset()]


def test_each_of_several_posts_counts_only_where_it_stands(session: Session, node: FindNode) -> None:
    grants = (NewGrant("class_teacher", node_code=class_of(A, 1, 1)), NewGrant("school_admin", node_code=B))
    actor = actor_for(session, create(session, SYSTEM, NewAccount("两职", A, "two_posts", grants)))
    assert actor.level == 5
    assert actor.places(Permission.FIGURE_READ) == (node(class_of(A, 1, 1)).path, node(B).path)
    assert actor.places(Permission.ORG_CREATE) == (node(B).path,)
    assert not actor.covers(Permission.ORG_CREATE, node(class_of(A, 1, 1)).path)
    assert not actor.covers(Permission.FIGURE_READ, node(grade(A, 1)).path)
    with pytest.raises(NotAllowed):
        actor.require(Permission.DICTIONARY_UPDATE)


def test_a_place_inside_another_is_named_once(session: Session, node: FindNode) -> None:
    grants = tuple(
        NewGrant("counsellor", node_code=code) for code in (grade(A, 1), class_of(A, 1, 1), class_of(A, 2, 1))
    )
    actor = actor_for(session, create(session, SYSTEM, NewAccount("辅导员", A, "counsellor_2", grants)))
    assert actor.places(Permission.STUDENT_READ) == (node(grade(A, 1)).path, node(class_of(A, 2, 1)).path)


def test_families_have_persons_and_no_places(session: Session, world: World) -> None:
    actor = world.actor(session, "guardian")
    assert actor.persons(Permission.STUDENT_READ) == (world.of(A)[0].person_id,)
    assert all(actor.places(permission) == () for permission in Permission)


@pytest.mark.parametrize("name", ["school_admin", "SCHOOL_ADMIN", "  School_Admin "])
def test_an_actor_is_found_by_its_sign_in_name_in_any_case(session: Session, world: World, name: str) -> None:
    assert actor_named(session, name).user_id == world.accounts["school_admin"]


@pytest.mark.parametrize("name", ["", "nobody", "school%", "%"])
def test_a_name_nobody_has_is_not_found(session: Session, name: str) -> None:
    with pytest.raises(NotFound):
        actor_named(session, name)


def test_a_retired_name_is_not_found(session: Session) -> None:
    session.connection().execute(text("UPDATE login_name SET retired_at = now() WHERE name = 'school_admin'"))
    with pytest.raises(NotFound):
        actor_named(session, "school_admin")


def test_a_number_that_two_students_have_is_nobodys_name(session: Session, node: FindNode) -> None:
    for school in (A, B):
        new = NewAccount("学生", class_of(school, 1, 1), "2026001", (), school_id=node(school).id)
        create(session, SYSTEM, replace(new, kind=NameKind.STUDENT_NUMBER))
    with pytest.raises(NotFound):
        actor_named(session, "2026001")


def test_many_grants_take_as_many_statements_as_one(session: Session, statements: CountStatements) -> None:
    counts = []
    for name, codes in (("one", [grade(A, 1)]), ("many", [class_of(A, 1, 1), class_of(A, 1, 2), B, grade(A, 2)])):
        grants = tuple(NewGrant("counsellor", node_code=code) for code in codes)
        account_id = create(session, SYSTEM, NewAccount("辅导员", A, f"counsellor_{name}", grants))
        with statements() as sent:
            assert len(actor_for(session, account_id).grants) == len(codes)
        counts.append(len(sent))
    assert counts[0] == counts[1]
