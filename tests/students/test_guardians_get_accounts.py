"""Accounts of guardians: one for all the children they are listed with, ended with their part."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.access.scope import everything
from app.accounts.actors import actor_for
from app.accounts.models import Account, LoginName
from app.core import clock
from app.core.db import Session
from app.core.errors import NotFound
from app.students.models import Guardian, Student
from app.students.services import TypedGuardian, add_guardian, end_guardian, give_guardians, leave
from tests.make.places import COUNTY_A, A, class_of
from tests.make.pupils import Pupil
from tests.stage import TEST
from tests.world import KEYRING, World

ADMIN = "school_admin"
MOTHER, PHONE = "李秀兰", "13800001234"


def listed(session: Session, world: World, pupil: Pupil, name: str = MOTHER, phone: str = PHONE) -> int:
    """List a guardian with a student."""
    return add_guardian(
        session,
        world.actor(session, ADMIN),
        student_id=pupil.student_id,
        typed=TypedGuardian(name, "mother", phone),
        keyring=KEYRING,
    )


def given(session: Session, world: World, *pupils: Pupil) -> list[int]:
    """Give the guardians of these students accounts."""
    made = give_guardians(session, world.actor(session, ADMIN), ids=[pupil.student_id for pupil in pupils])
    return made.account_ids


def ended(session: Session, world: World, guardian_id: int) -> None:
    """End a guardian's part."""
    stmt = select(Guardian.version).where(Guardian.id == guardian_id)
    version = session.scalars(everything(stmt, because=TEST)).one()
    end_guardian(session, world.actor(session, ADMIN), guardian_id=guardian_id, version=version, keyring=KEYRING)


def persons_of(session: Session, account_id: int) -> set[int | None]:
    """Whose rows an account sees."""
    return {grant.person_id for grant in actor_for(session, account_id).grants}


def state_of(session: Session, account_id: int) -> str:
    """The state of an account."""
    return session.scalars(everything(select(Account.state).where(Account.id == account_id), because=TEST)).one()


def test_a_guardian_gets_an_account_that_sees_the_child_only(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    listed(session, world, pupil)
    (account_id,) = given(session, world, pupil)
    actor = actor_for(session, account_id)
    assert actor.name == MOTHER
    assert [(grant.role, grant.prefixes, grant.person_id) for grant in actor.grants] == [
        ("guardian", (), pupil.person_id)
    ]
    name = session.scalars(select(LoginName.name).where(LoginName.account_id == account_id)).one()
    assert name.startswith("jz")
    assert name[2:].isdigit()


def test_who_is_asked_twice_has_one_account(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    listed(session, world, pupil)
    assert given(session, world, pupil) == given(session, world, pupil)


def test_brothers_and_sisters_have_one_guardian(session: Session, world: World) -> None:
    first, second, third = world.of(A)[:3]
    for pupil in (first, second, third):
        listed(session, world, pupil)
    (account_id,) = given(session, world, first, second)
    assert persons_of(session, account_id) == {first.person_id, second.person_id}
    assert given(session, world, third) == [account_id]
    assert persons_of(session, account_id) == {first.person_id, second.person_id, third.person_id}


def test_the_same_name_with_another_phone_or_none_is_somebody_else(session: Session, world: World) -> None:
    first, second, third = world.of(A)[:3]
    listed(session, world, first)
    listed(session, world, second, phone="13800005678")
    listed(session, world, third, phone="")
    assert len(set(given(session, world, first, second, third))) == 3


def test_a_namesake_of_another_school_is_not_joined(session: Session, world: World) -> None:
    here, there = world.of(A)[0], world.of("CANARY")[0]
    listed(session, world, here)
    add_guardian(
        session,
        world.actor(session, "school_admin_b"),
        student_id=there.student_id,
        typed=TypedGuardian(MOTHER, "mother", PHONE),
        keyring=KEYRING,
    )
    theirs = give_guardians(session, world.actor(session, "school_admin_b"), ids=[there.student_id]).account_ids
    assert set(given(session, world, here)).isdisjoint(theirs)


def test_the_sheet_says_whose_guardian_it_is(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    listed(session, world, pupil)
    made = give_guardians(session, world.actor(session, ADMIN), ids=[pupil.student_id])
    assert made.about == {made.account_ids[0]: pupil.name}


def test_the_account_ends_with_the_only_child(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    guardian_id = listed(session, world, pupil)
    (account_id,) = given(session, world, pupil)
    ended(session, world, guardian_id)
    assert state_of(session, account_id) == "disabled"
    with pytest.raises(NotFound):
        actor_for(session, account_id)


def test_with_another_child_left_it_sees_that_child_only(session: Session, world: World) -> None:
    first, second = world.of(A)[:2]
    guardian_id = listed(session, world, first)
    listed(session, world, second)
    (account_id,) = given(session, world, first, second)
    ended(session, world, guardian_id)
    assert persons_of(session, account_id) == {second.person_id}


def test_when_the_child_leaves_the_guardian_sees_it_no_more(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    listed(session, world, pupil)
    (account_id,) = given(session, world, pupil)
    stmt = select(Student.version).where(Student.id == pupil.student_id)
    leave(
        session,
        world.actor(session, ADMIN),
        student_id=pupil.student_id,
        version=session.scalars(everything(stmt, because=TEST)).one(),
        state="withdrawn",
        on=clock.today(session),
        reason="随父母迁往外地",
    )
    assert state_of(session, account_id) == "disabled"


def test_a_student_of_another_school_is_not_found(session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        given(session, world, world.of("CANARY")[0])


def test_a_class_without_guardians_gets_none(session: Session, world: World) -> None:
    assert given(session, world, *world.of(A)) == []
    assert class_of(A, 1, 1) in {pupil.class_code for pupil in world.of(A)}
    assert session.scalar(text("SELECT count(*) FROM login_name WHERE name LIKE 'jz%'")) == 0


def test_one_whose_account_stands_elsewhere_is_named_and_the_others_are_served(session: Session, world: World) -> None:
    first, second = world.of(A)[:2]
    listed(session, world, first)
    listed(session, world, second, name="王建军", phone="13900001234")
    [away] = given(session, world, first)
    county = {"id": away, "node": world.nodes[COUNTY_A]}
    place = "SELECT id, path FROM org_node WHERE id = :node"
    stmt = f"UPDATE account SET node_id = p.id, tree_path = p.path FROM ({place}) p WHERE account.id = :id"
    session.connection().execute(text(stmt), county)
    made = give_guardians(session, world.actor(session, ADMIN), ids=[first.student_id, second.student_id])
    assert [(slip.name, slip.code) for slip in made.refused] == [(MOTHER, "held_elsewhere")]
    assert away not in made.account_ids
    assert len(made.account_ids) == 1
