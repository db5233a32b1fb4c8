"""Who may read roles sees those of the own level and below, and of their holders those of the own places."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.accounts.models import RoleDetail
from app.core.db import Session
from app.core.errors import NotFound
from app.lists.keyset import Spot
from app.roles import queries
from tests.world import World

Role = Callable[[str], RoleDetail]


def _codes(session: Session, world: World, who: str, name: str = "") -> list[str]:
    actor = world.actor(session, who)
    lines = queries.page(session, actor, name=name, spot=Spot(100)).rows
    assert len(lines) == queries.count(session, actor, name=name)
    return [line.code for line in lines]


@pytest.mark.parametrize("who", ["root_admin", "ministry_admin", "county_admin", "school_admin"])
def test_a_list_shows_the_own_level_and_what_stands_below(who: str, session: Session, world: World) -> None:
    level = world.actor(session, who).level
    assert sorted(_codes(session, world, who)) == sorted(role.code for role in ROLES if role.level >= level)


def test_a_list_begins_with_the_highest_level(session: Session, world: World) -> None:
    codes = _codes(session, world, "root_admin")
    assert codes[0] == "system_admin"
    assert set(codes[-2:]) == {"guardian", "student"}


@pytest.mark.parametrize("name", ["学校管理", "school ADMIN", "SCHOOL_admin"])
def test_a_role_is_found_by_either_name_and_by_its_code(name: str, session: Session, world: World) -> None:
    assert _codes(session, world, "root_admin", name) == ["school_admin"]


def test_a_percent_sign_finds_only_itself(session: Session, world: World) -> None:
    assert _codes(session, world, "root_admin", "%") == []


def test_a_role_above_the_own_level_answers_as_an_unknown_one(session: Session, world: World, role: Role) -> None:
    actor = world.actor(session, "school_admin")
    for role_id in (role("province_admin").role_id, 10**9):
        with pytest.raises(NotFound):
            queries.get(session, actor, Permission.ROLE_READ, role_id=role_id)


def test_who_may_not_read_roles_sees_none(session: Session, world: World) -> None:
    assert _codes(session, world, "class_teacher") == []


def test_holders_are_counted_in_the_own_places_only(session: Session, world: World, role: Role) -> None:
    role_id = role("school_admin").role_id
    counted = {
        who: queries.get(session, world.actor(session, who), Permission.ROLE_READ, role_id=role_id).holders
        for who in ("root_admin", "school_admin", "school_admin_b")
    }
    assert counted == {"root_admin": 2, "school_admin": 1, "school_admin_b": 1}


def test_a_page_of_roles_takes_two_statements(session: Session, world: World, statements: Callable[[], object]) -> None:
    actor = world.actor(session, "root_admin")
    with statements() as sent:  # type: ignore[attr-defined]
        queries.page(session, actor, name="", spot=Spot(100))
    assert len(sent) == 2
