"""A place gets another name: below the own place, once, with what changed written down; its code never changes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.orgs import reshape
from app.orgs.models import OrgNode
from tests.make.places import A, B, class_of, grade
from tests.stage import TEST
from tests.world import World

Node = Callable[[str], OrgNode]
HOLDERS = sorted(role.code for role in ROLES if Permission.ORG_UPDATE in role.permissions and role.level)


@pytest.mark.parametrize("role", HOLDERS)
def test_a_place_below_the_own_one_is_renamed(session: Session, world: World, node: Node, role: str) -> None:
    found = node(grade(A, 1))
    reshape.rename(session, world.actor(session, role), node_id=found.id, name=" 新 级 ", version=found.version)
    session.expire_all()
    after = node(grade(A, 1))
    assert (after.name, after.code, after.version) == ("新 级", grade(A, 1), found.version + 1)


def test_the_own_place_is_renamed_by_those_above_only(session: Session, world: World, node: Node) -> None:
    school = node(A)
    with pytest.raises(NotAllowed):
        reshape.rename(
            session,
            world.actor(session, "school_admin"),
            node_id=school.id,
            name="别的",
            version=school.version,
        )


def test_another_schools_place_is_not_found(session: Session, world: World, node: Node) -> None:
    other = node(grade(B, 1))
    with pytest.raises(NotFound):
        reshape.rename(session, world.actor(session, "school_admin"), node_id=other.id, name="x", version=other.version)


def test_a_class_admin_renames_the_own_class_and_nothing_else(session: Session, world: World, node: Node) -> None:
    admin = world.actor(session, "class_admin")
    own, other = node(class_of(A, 1, 1)), node(class_of(A, 1, 2))
    reshape.rename(session, admin, node_id=own.id, name="(5)班", version=own.version)
    with pytest.raises(NotFound):
        reshape.rename(session, admin, node_id=other.id, name="(6)班", version=other.version)


def test_who_holds_neither_permission_renames_nothing(session: Session, world: World, node: Node) -> None:
    own = node(class_of(A, 1, 1))
    with pytest.raises(NotFound):
        reshape.rename(session, world.actor(session, "counsellor"), node_id=own.id, name="x", version=own.version)


def test_a_stale_page_is_shown_the_name_of_now(session: Session, world: World, node: Node) -> None:
    admin, found = world.actor(session, "school_admin"), node(grade(A, 1))
    reshape.rename(session, admin, node_id=found.id, name="先到", version=found.version)
    with pytest.raises(Stale) as refusal:
        reshape.rename(session, admin, node_id=found.id, name="后到", version=found.version)
    assert (refusal.value.current, refusal.value.version) == ({"name": "先到"}, found.version + 1)


@pytest.mark.parametrize("name", ["", "   ", "长" * 101, "a\x00b"])
def test_a_name_that_cannot_be_is_said_beside_the_field(session: Session, world: World, node: Node, name: str) -> None:
    found = node(grade(A, 1))
    with pytest.raises(Invalid) as refusal:
        reshape.rename(
            session, world.actor(session, "school_admin"), node_id=found.id, name=name, version=found.version
        )
    assert refusal.value.fields == {"name": "name_length"}


def test_what_changed_is_written_down_twice(
    session: Session,
    world: World,
    node: Node,
    acts: Callable[[], list[Audit]],
) -> None:
    found = node(grade(A, 1))
    before = found.name
    reshape.rename(session, world.actor(session, "school_admin"), node_id=found.id, name="新级", version=found.version)
    line = acts()[-1]
    assert (line.act, line.before, line.after) == ("org:update", {"name": before}, {"name": "新级"})
    stmt = select(ChangeRecord).order_by(ChangeRecord.id.desc()).limit(1)
    change = session.scalars(everything(stmt, because=TEST)).one()
    assert (change.kind, change.before, change.after) == ("node_renamed", {"name": before}, {"name": "新级"})
