"""A branch that moves waits for who writes on the roll there, whatever they lock, and neither has to begin anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.core.db import Database, Session
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.students import services
from app.students.models import Student
from app.students.rules import NewHardship
from tests.at_once import Later, committed, until_waiting
from tests.crowd import OPENED, admitted
from tests.make.places import COUNTY_B, A, class_of
from tests.rates.identities import all_is_true
from tests.stage import TEST
from tests.world import KEYRING, World

Act = Callable[[Session, World], None]


def moved(session: Session) -> int:
    """Move school A to the other county."""
    node = session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()
    return reshape.move(session, SYSTEM, node_id=node.id, target_code=COUNTY_B, version=node.version)


def comes(session: Session, _world: World) -> None:
    """Somebody is admitted."""
    admitted(session, [class_of(A, 1, 1)])


def changes_class(session: Session, world: World) -> None:
    """Somebody changes class."""
    one = next(pupil for pupil in world.of(A) if pupil.class_code == class_of(A, 1, 1)).student_id
    services.move(session, SYSTEM, ids=[one], class_number=f"{A}-202602")


def leaves(session: Session, world: World) -> None:
    """Somebody leaves."""
    stmt = select(Student).where(Student.id == world.of(A)[6].student_id)
    who = session.scalars(everything(stmt, because=TEST)).one()
    services.leave(
        session, SYSTEM, student_id=who.id, version=who.version, state="withdrawn", on=who.opened_on, reason="退学"
    )


def is_recognised(session: Session, world: World) -> None:
    """Somebody's hardship is recognised."""
    new = NewHardship("orphan", "hard", OPENED, None)
    services.recognise(session, SYSTEM, student_id=world.of(A)[4].student_id, new=new)


def gets_a_guardian(session: Session, world: World) -> None:
    """Somebody gets a guardian."""
    typed = services.TypedGuardian("王建国", "father")
    services.add_guardian(session, SYSTEM, student_id=world.of(A)[4].student_id, typed=typed, keyring=KEYRING)


@pytest.mark.committed
@pytest.mark.parametrize("act", [comes, changes_class, leaves, is_recognised, gets_a_guardian])
def test_the_move_waits_for_the_act_and_both_happen_once(database: Database, world: World, act: Act) -> None:
    tries: list[Session] = []

    def once(other: Session) -> int:
        tries.append(other)
        return moved(other)

    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        act(session, world)
        move = Later(committed(database, once))
        until_waiting(database)
    assert (move.result(), len(tries)) == (7, 1)
    with database.sessions() as session:
        all_is_true(session)


@pytest.mark.committed
def test_who_comes_while_the_school_moves_waits_and_stands_at_the_new_place(database: Database) -> None:
    tries: list[Session] = []

    def once(other: Session) -> list[int]:
        tries.append(other)
        return admitted(other, [class_of(A, 1, 1)])

    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        moved(session)
        coming = Later(committed(database, once))
        until_waiting(database)
    assert isinstance(coming.result(), list)
    assert len(tries) == 1
    with database.sessions() as session:
        all_is_true(session)
