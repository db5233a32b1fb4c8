"""Who holds a role, and where: accounts of the own places, as the level rule lets them be seen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.accounts.models import RoleDetail
from app.core.db import Session
from app.lists.keyset import Spot
from app.roles import queries
from app.roles.queries import Holder
from tests.conftest import CountStatements
from tests.world import World

Role = Callable[[str], RoleDetail]


def _holders(session: Session, world: World, who: str, role: RoleDetail) -> list[Holder]:
    actor = world.actor(session, who)
    lines = list(queries.holders(session, actor, role_id=role.role_id, spot=Spot(100)).rows)
    assert len(lines) == queries.count_holders(session, actor, role_id=role.role_id)
    return lines


def test_the_superuser_sees_every_holder_with_the_place(session: Session, world: World, role: Role) -> None:
    lines = _holders(session, world, "root_admin", role("school_admin"))
    assert {(line.name, (line.place or "").split(" / ")[-1]) for line in lines} == {
        ("school_admin", "画眉中学"),
        ("school_admin_b", "金丝雀中学"),
    }


def test_a_school_sees_its_own_holders_only(session: Session, world: World, role: Role) -> None:
    assert [line.name for line in _holders(session, world, "school_admin", role("school_admin"))] == ["school_admin"]
    assert _holders(session, world, "school_admin_b", role("class_teacher")) == []


def test_an_authority_sees_the_holders_below_it(session: Session, world: World, role: Role) -> None:
    lines = _holders(session, world, "school_admin", role("class_teacher"))
    assert [line.name for line in lines] == ["class_teacher"]
    assert lines[0].place == lines[0].home


def test_a_grant_at_a_class_set_names_the_set(session: Session, world: World, role: Role) -> None:
    (line,) = _holders(session, world, "school_admin", role("class_set_admin"))
    assert (line.place or "").split(" / ")[-2:] == ["画眉中学", "画眉系"]


def test_a_grant_at_a_person_names_no_place(session: Session, world: World, role: Role) -> None:
    (line,) = _holders(session, world, "school_admin", role("guardian"))
    assert (line.place, line.is_personal) == (None, True)


@pytest.mark.parametrize("who", ["class_teacher", "student"])
def test_who_may_not_see_accounts_sees_no_holder(who: str, session: Session, world: World, role: Role) -> None:
    assert _holders(session, world, who, role("student")) == []


def test_holders_of_a_smaller_level_stay_unseen(session: Session, world: World, role: Role) -> None:
    names = [line.name for line in _holders(session, world, "school_admin", role("county_admin"))]
    assert names == []


def test_a_page_of_holders_takes_two_statements(
    session: Session, world: World, role: Role, statements: CountStatements
) -> None:
    actor, admin = world.actor(session, "root_admin"), role("school_admin")
    with statements() as sent:
        queries.holders(session, actor, role_id=admin.role_id, spot=Spot(100))
    assert len(sent) == 2
