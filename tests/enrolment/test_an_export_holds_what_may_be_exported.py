"""What may be read is not what may be exported: each counts where its own grant stands."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor, Grant
from app.access.permissions import Permission
from app.access.scope import everything
from app.enrolment import queries
from app.enrolment.models import Enrolment
from app.enrolment.sheet import workbook
from app.lists.keyset import Spot
from app.orgs.models import OrgNode
from tests.make.places import A, B, class_of
from tests.stage import TEST
from tests.world import World

FIRST, SECOND = class_of(A, 1, 1), class_of(A, 1, 2)
READ, EXPORT = Permission.ENROLMENT_READ, Permission.ENROLMENT_EXPORT


def _ids(session: Session, world: World, code: str) -> list[int]:
    stmt = select(Enrolment.id).where(Enrolment.node_id == world.nodes[code]).order_by(Enrolment.id)
    return list(session.scalars(everything(stmt, because=TEST)))


def _at(session: Session, world: World, code: str, *permissions: Permission) -> Grant:
    names = everything(select(OrgNode.path).where(OrgNode.id == world.nodes[code]), because=TEST)
    return Grant("x", 7, frozenset(permissions), (session.scalars(names).one(),))


def test_two_posts_do_not_merge_into_an_export(session: Session, world: World) -> None:
    grants = (_at(session, world, FIRST, READ), _at(session, world, SECOND, READ, EXPORT))
    first, second = _ids(session, world, FIRST), _ids(session, world, SECOND)
    assert first
    assert second
    _, count = workbook(session, Actor(1, "x", grants), [*first, *second], chinese=True)
    assert count == len(second)


def test_a_workbook_is_in_the_order_of_the_list(session: Session, world: World) -> None:
    wanted = queries.Wanted(world.plan_id)
    page = queries.page(session, SYSTEM, wanted, spot=Spot(500))
    listed = [line.row.id for line in page.rows]
    assert queries.ids_in_order(session, SYSTEM, wanted, EXPORT) == listed != sorted(listed, reverse=True)
    first = listed[:1]
    session.execute(everything(update(Enrolment).where(Enrolment.id.in_(first)).values(hardship=True), because=TEST))
    assert queries.ids_in_order(session, SYSTEM, wanted, EXPORT) == listed


@pytest.mark.parametrize(("code", "all_of_them"), [(A, True), (B, False)])
def test_who_may_export_but_not_list_gets_the_own_rows(
    session: Session,
    world: World,
    code: str,
    all_of_them: bool,  # noqa: FBT001  a row of a table
) -> None:
    ids = _ids(session, world, FIRST)
    _, count = workbook(session, Actor(1, "x", (_at(session, world, code, EXPORT),)), ids, chinese=True)
    assert count == (len(ids) if all_of_them else 0)
