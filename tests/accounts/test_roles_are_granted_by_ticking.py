"""授权: a role held at exactly the ticked places, as one difference."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts import services
from app.accounts.actors import actor_for
from app.accounts.models import AccountGrant
from app.accounts.rules import AboveOwnLevel, NewGrant, outermost_of
from app.core.db import Database
from app.core.errors import NotFound, Stale
from app.orgs.models import ClassSet
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.make.places import A, B, class_of, classes_of, grade
from tests.make.users import hired, row
from tests.world import World

TEACHER = "class_teacher"


def tick(session: Session, world: World, account_id: int, *codes: str, role: str = TEACHER, version: int = 0) -> object:
    return services.change_grants(
        session,
        world.actor(session, "school_admin"),
        account_id=account_id,
        version=version or row(session, account_id).version,
        role=role,
        node_ids=[world.nodes[code] for code in codes],
    )


def held(session: Session, account_id: int) -> set[int | None]:
    stmt = select(AccountGrant.node_id).where(AccountGrant.account_id == account_id, AccountGrant.ended_at.is_(None))
    return set(session.scalars(everything(stmt, because="a test looks at everything")))


@pytest.fixture
def teacher(session: Session) -> int:
    """A teacher of one class of school A."""
    return hired(session, "teacher", A, NewGrant(TEACHER, node_code=class_of(A, 1, 1)))


def test_several_classes_are_granted_and_one_is_taken_in_one_act(session: Session, world: World, teacher: int) -> None:
    wanted = [class_of(A, 1, 2), class_of(A, 2, 1)]
    assert tick(session, world, teacher, *wanted) == (2, 1)
    assert held(session, teacher) == {world.nodes[code] for code in wanted}
    actor = actor_for(session, teacher)
    assert len(actor.places(Permission.STUDENT_READ)) == 2


def test_a_ticked_parent_covers_its_children_with_one_grant(session: Session, world: World, teacher: int) -> None:
    tick(session, world, teacher, grade(A, 1), class_of(A, 1, 1), class_of(A, 1, 2), class_of(A, 2, 1))
    assert held(session, teacher) == {world.nodes[grade(A, 1)], world.nodes[class_of(A, 2, 1)]}


def test_of_ticked_nodes_only_the_outermost_count() -> None:
    assert outermost_of({1: "/1/", 2: "/1/2/", 3: "/1/2/3/", 10: "/10/"}) == {1, 10}
    assert outermost_of({2: "/1/2/", 20: "/1/20/", 3: "/1/2/3/"}) == {2, 20}
    assert outermost_of({}) == set()


def test_the_same_ticks_again_change_nothing_and_end_no_session(session: Session, world: World, teacher: int) -> None:
    before = row(session, teacher).session_epoch
    assert tick(session, world, teacher, class_of(A, 1, 1)) == (0, 0)
    assert row(session, teacher).session_epoch == before


def test_a_change_of_roles_ends_the_sessions(session: Session, world: World, teacher: int) -> None:
    before = row(session, teacher).session_epoch
    tick(session, world, teacher)
    assert held(session, teacher) == set()
    assert row(session, teacher).session_epoch == before + 1


def test_other_roles_of_the_account_stay(session: Session, world: World, teacher: int) -> None:
    tick(session, world, teacher, A, role="counsellor")
    assert held(session, teacher) == {world.nodes[A], world.nodes[class_of(A, 1, 1)]}


@pytest.mark.parametrize("code", [class_of(B, 1, 1), B])
def test_a_place_of_another_school_is_not_found(session: Session, world: World, teacher: int, code: str) -> None:
    with pytest.raises(NotFound):
        tick(session, world, teacher, class_of(A, 1, 1), code)
    assert held(session, teacher) == {world.nodes[class_of(A, 1, 1)]}


@pytest.mark.parametrize("role", ["system_admin", "county_admin"])
def test_a_role_above_the_own_level_is_refused(session: Session, world: World, teacher: int, role: str) -> None:
    with pytest.raises(AboveOwnLevel):
        tick(session, world, teacher, A, role=role)


def test_a_role_of_the_own_level_stands_only_at_the_own_place(session: Session, world: World, teacher: int) -> None:
    with pytest.raises(AboveOwnLevel):
        tick(session, world, teacher, class_of(A, 1, 1), role="student_affairs")
    assert tick(session, world, teacher, A, role="student_affairs") == (1, 0)


@pytest.mark.parametrize("role", ["guardian", "student", "no_such_role"])
def test_roles_of_families_are_not_granted_here(session: Session, world: World, teacher: int, role: str) -> None:
    with pytest.raises(NotFound):
        tick(session, world, teacher, A, role=role)


def test_a_class_set_is_granted_by_its_own_tick(session: Session, world: World, teacher: int) -> None:
    set_id = session.scalars(everything(select(ClassSet.id), because="a test looks at everything")).one()
    services.change_grants(
        session,
        world.actor(session, "school_admin"),
        account_id=teacher,
        version=row(session, teacher).version,
        role="class_set_admin",
        node_ids=[],
        class_set_ids=[set_id],
    )
    assert len(actor_for(session, teacher).places(Permission.CLASS_RENAME)) == 2
    stranger = world.actor(session, "school_admin_b")
    with pytest.raises(NotFound):
        services.change_grants(
            session,
            stranger,
            account_id=teacher,
            version=row(session, teacher).version,
            role="class_set_admin",
            node_ids=[],
            class_set_ids=[set_id],
        )


def test_ticks_from_an_old_page_are_stale(session: Session, world: World, teacher: int) -> None:
    version = row(session, teacher).version
    tick(session, world, teacher, A, version=version)
    with pytest.raises(Stale):
        tick(session, world, teacher, version=version)


def test_all_classes_take_as_many_statements_as_one(
    session: Session, world: World, teacher: int, statements: CountStatements
) -> None:
    other = hired(session, "other", A)
    with statements() as few:
        tick(session, world, other, class_of(A, 2, 2))
    with statements() as many:
        tick(session, world, teacher, *classes_of(A)[1:])
    assert len(many) <= len(few) + 1


@pytest.mark.committed
def test_of_two_who_grant_at_once_one_is_told_to_look_again(database: Database, world: World) -> None:
    target = world.accounts["counsellor"]

    def act(session: Session) -> object:
        return tick(session, world, target, class_of(A, 1, 1), version=2)

    outcomes = at_once(*(committed(database, act) for _ in range(2)))
    assert [outcome for outcome in outcomes if outcome == (1, 0)] == [(1, 0)]
    assert len([outcome for outcome in outcomes if isinstance(outcome, Stale)]) == 1
