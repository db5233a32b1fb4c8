"""A class goes to another school: its students sign in there from now on, and nothing meets what is there already."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text, update

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.accounts.models import Account, LoginName
from app.accounts.sign_in import account_of, open_session
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.db import Session
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.orgs.rules import BadPlace, NewNode, NumbersMeet
from app.orgs.services import grow
from app.students.models import Student
from app.students.rules import StudentNumberTaken
from app.students.services import give_students
from tests.conftest import CountStatements
from tests.make.places import COUNTY_A, A, B, class_of, grade
from tests.make.pupils import Pupil
from tests.stage import TEST
from tests.world import World

Node = Callable[[str], OrgNode]
CLASS = class_of(A, 1, 1)


def moved(session: Session, world: World, node: Node, what: str = CLASS, to: str = "") -> None:
    """Move a place as who stands above both schools; a class usually goes to the first grade of the other school."""
    found = node(what)
    actor = world.actor(session, "root_admin")
    reshape.move(session, actor, node_id=found.id, target_code=to or grade(B, 1), version=found.version)
    session.expire_all()


def renumbered(session: Session, node: Node) -> None:
    """Give the class a number that is free in the other school."""
    stmt = text("UPDATE class_group SET class_number = '9-9' WHERE node_id = :id")
    session.connection().execute(stmt, {"id": node(CLASS).id})


def pupils_of(world: World) -> list[Pupil]:
    """Who is in the class."""
    return [pupil for pupil in world.of(A) if pupil.class_code == CLASS]


def given(session: Session, world: World) -> list[int]:
    """The accounts of the students of the class."""
    ids = [pupil.student_id for pupil in pupils_of(world)]
    return give_students(session, world.actor(session, "school_admin"), ids=ids).account_ids


def schools_of(session: Session, account_ids: list[int]) -> set[int | None]:
    """The schools these accounts sign in with."""
    stmt = select(LoginName.school_id).where(LoginName.account_id.in_(account_ids), LoginName.retired_at.is_(None))
    return set(session.scalars(stmt))


def test_students_sign_in_with_the_new_school_and_stay_signed_in(session: Session, world: World, node: Node) -> None:
    renumbered(session, node)
    ids = given(session, world)
    token = open_session(session, ids[0], "a test").token
    assert schools_of(session, ids) == {node(A).id}
    moved(session, world, node)
    assert schools_of(session, ids) == {node(B).id}
    assert account_of(session, token) == ids[0]


def test_accounts_are_found_again_after_the_move(session: Session, world: World, node: Node) -> None:
    renumbered(session, node)
    ids = given(session, world)
    moved(session, world, node)
    students = [pupil.student_id for pupil in pupils_of(world)]
    again = give_students(session, world.actor(session, "root_admin"), ids=students)
    assert (sorted(again.account_ids), again.refused) == (sorted(ids), [])


def test_accounts_of_other_classes_stay(session: Session, world: World, node: Node) -> None:
    renumbered(session, node)
    other = next(pupil for pupil in world.of(A) if pupil.class_code != CLASS)
    given(session, world)
    (account_id,) = give_students(session, SYSTEM, ids=[other.student_id]).account_ids
    moved(session, world, node)
    assert schools_of(session, [account_id]) == {node(A).id}


def test_it_is_written_down(session: Session, world: World, node: Node, acts: Callable[[], list[Audit]]) -> None:
    renumbered(session, node)
    ids = given(session, world)
    moved(session, world, node)
    act = acts()[-1]
    assert (act.act, sorted(act.subject_ids)) == ("account:update", sorted(ids))
    stmt = select(ChangeRecord).where(ChangeRecord.subject == "account", ChangeRecord.kind == "account_corrected")
    changes = list(session.scalars(everything(stmt, because=TEST)))
    assert {change.subject_id for change in changes} == set(ids)
    schools = {((change.before or {}).get("school"), (change.after or {}).get("school")) for change in changes}
    assert schools == {(node(A).id, node(B).id)}


def test_a_number_that_somebody_signs_in_with_there_is_refused(session: Session, world: World, node: Node) -> None:
    renumbered(session, node)
    given(session, world)
    number = pupils_of(world)[0].student_number
    taken = {"school_id": node(B).id, "kind": "student_number", "name": number}
    session.add(LoginName(account_id=world.accounts["root_admin"], **taken))
    session.flush()
    with pytest.raises(StudentNumberTaken):
        moved(session, world, node)


def test_a_number_that_a_student_has_there_is_refused(session: Session, world: World, node: Node) -> None:
    renumbered(session, node)
    number = pupils_of(world)[0].student_number
    theirs = update(Student).where(Student.id == world.of(B)[0].student_id).values(student_number=number)
    session.execute(everything(theirs, because=TEST))
    with pytest.raises(NumbersMeet):
        moved(session, world, node)


def test_a_move_inside_the_school_touches_no_account(session: Session, world: World, node: Node) -> None:
    ids = given(session, world)
    versions = select(Account.id, Account.version).where(Account.id.in_(ids)).order_by(Account.id)
    before = session.execute(everything(versions, because=TEST)).all()
    moved(session, world, node, CLASS, grade(A, 2))
    assert session.execute(everything(versions, because=TEST)).all() == before


def test_as_many_statements_for_one_account_as_for_all(
    session: Session, world: World, node: Node, statements: CountStatements
) -> None:
    renumbered(session, node)
    admin = world.actor(session, "school_admin")
    give_students(session, admin, ids=[pupils_of(world)[0].student_id])
    with statements() as one:
        moved(session, world, node)
    moved(session, world, node, CLASS, grade(A, 1))
    given(session, world)
    with statements() as all_of_them:
        moved(session, world, node)
    assert len(one) == len(all_of_them)


@pytest.mark.parametrize(("above", "to"), [(COUNTY_A, A), (A, COUNTY_A)], ids=["into a school", "out of a school"])
def test_other_places_do_not_cross_the_border_of_schools(
    session: Session, world: World, node: Node, above: str, to: str
) -> None:
    (code,) = grow(session, SYSTEM, [NewNode(above, "other", "某处")])
    with pytest.raises(BadPlace):
        moved(session, world, node, code, to)
