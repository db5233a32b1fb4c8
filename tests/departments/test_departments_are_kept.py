"""Departments are added, renamed and closed by who may, at the own places, with every change written down."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, update

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.departments import queries, services
from app.departments.models import Department
from app.departments.rules import BindingDepartment, DepartmentNameTaken
from app.lists.keyset import Spot
from tests.at_once import at_once, committed
from tests.make.places import A, B
from tests.stage import TEST
from tests.world import World

HOLDERS = sorted(role.code for role in ROLES if Permission.DEPARTMENT_CREATE in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.DEPARTMENT_CREATE not in role.permissions)


@pytest.fixture(name="office")
def _office(session: Session, world: World) -> int:
    """A department of school A."""
    return services.create(session, world.actor(session, "school_admin"), node_code=A, name="教务处")


def version_of(session: Session, department_id: int) -> int:
    """The version a page would be made from now."""
    stmt = select(Department.version).where(Department.id == department_id)
    return session.scalars(everything(stmt, because=TEST)).one()


@pytest.mark.parametrize("role", HOLDERS)
def test_who_may_adds_a_department_at_the_own_place(session: Session, world: World, role: str) -> None:
    actor = world.actor(session, role)
    made = services.create(session, actor, node_code=A, name=" 学 生 处 ")
    lines = queries.page(session, actor, name="学 生", spot=Spot(10)).rows
    assert [(line.id, line.name) for line in lines] == [(made, "学 生 处")]
    assert queries.count(session, actor, name="学 生") == 1


@pytest.mark.parametrize("role", OTHERS)
def test_who_may_not_adds_none(session: Session, world: World, role: str) -> None:
    with pytest.raises((NotFound, NotAllowed)):
        services.create(session, world.actor(session, role), node_code=A, name="教务处")


@pytest.mark.parametrize("place", [B, "NOWHERE"])
def test_another_place_is_not_found(session: Session, world: World, place: str) -> None:
    with pytest.raises(NotFound):
        services.create(session, world.actor(session, "school_admin"), node_code=place, name="教务处")


def test_the_other_school_sees_and_changes_nothing_of_it(session: Session, world: World, office: int) -> None:
    other, version = world.actor(session, "school_admin_b"), version_of(session, office)
    assert queries.count(session, other, name="") == 0
    with pytest.raises(NotFound):
        services.rename(session, other, department_id=office, name="x", version=version)
    with pytest.raises(NotFound):
        services.close(session, other, department_id=office, version=version)


def test_a_name_is_taken_once_at_a_place(session: Session, world: World, office: int) -> None:
    admin = world.actor(session, "school_admin")
    with pytest.raises(DepartmentNameTaken):
        services.create(session, admin, node_code=A, name="教务处")
    services.close(session, admin, department_id=office, version=version_of(session, office))
    assert services.create(session, admin, node_code=A, name="教务处") != office


@pytest.mark.parametrize("name", ["", " ", "长" * 101, "a\x00"])
def test_a_name_that_cannot_be_is_refused(session: Session, world: World, name: str) -> None:
    with pytest.raises(Invalid):
        services.create(session, world.actor(session, "school_admin"), node_code=A, name=name)


def test_a_stale_page_is_shown_what_stands_now(session: Session, world: World, office: int) -> None:
    admin, version = world.actor(session, "school_admin"), version_of(session, office)
    services.rename(session, admin, department_id=office, name="教务科", version=version)
    with pytest.raises(Stale) as refusal:
        services.rename(session, admin, department_id=office, name="教务部", version=version)
    assert (refusal.value.current, refusal.value.version) == ({"name": "教务科"}, version + 1)


def test_the_department_of_binding_codes_stays(session: Session, world: World, office: int) -> None:
    stmt = update(Department).where(Department.id == office).values(is_binding=True)
    session.execute(everything(stmt, because=TEST))
    admin, version = world.actor(session, "school_admin"), version_of(session, office)
    with pytest.raises(BindingDepartment):
        services.close(session, admin, department_id=office, version=version)
    with pytest.raises(BindingDepartment):
        services.rename(session, admin, department_id=office, name="x", version=version)


def test_every_change_is_in_the_audit_and_the_change_records(
    session: Session,
    world: World,
    office: int,
    acts: Callable[[], list[Audit]],
) -> None:
    admin = world.actor(session, "school_admin")
    services.rename(session, admin, department_id=office, name="教务科", version=version_of(session, office))
    services.close(session, admin, department_id=office, version=version_of(session, office))
    assert [line.act for line in acts()][-2:] == ["department:update", "department:close"]
    stmt = select(ChangeRecord).where(ChangeRecord.subject == "department").order_by(ChangeRecord.id)
    records = list(session.scalars(everything(stmt, because=TEST)))
    assert [(r.before, r.after) for r in records] == [
        (None, {"name": "教务处"}),
        ({"name": "教务处"}, {"name": "教务科"}),
        ({"name": "教务科"}, None),
    ]


@pytest.mark.committed
def test_two_who_add_the_same_name_at_once_make_one(database: Database, world: World) -> None:
    def add(session: Session) -> int:
        return services.create(session, world.actor(session, "school_admin"), node_code=A, name="教务处")

    outcomes = at_once(*[committed(database, add)] * 6)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["DepartmentNameTaken"] * 5 + ["int"]
