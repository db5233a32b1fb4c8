"""Admitting: a row, a place in history, sealed phones and recognitions for each, all or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select, text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound
from app.orgs.models import OrgNode
from app.students.models import PHONE_AT, HardshipRecognition, Placement, Student
from app.students.rules import AlreadyInSchool, NewHardship, StudentNumberTaken
from app.students.services import admit
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.crowd import OPENED, newcomer, persons
from tests.make.places import COUNTY_A, A, B, class_of, classes_of
from tests.stage import TEST
from tests.world import KEYRING, World

FindNode = Callable[[str], OrgNode]
CLASS = class_of(A, 1, 1)
HOLDERS = sorted(role.code for role in ROLES if Permission.STUDENT_CREATE in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.STUDENT_CREATE not in role.permissions)


def stored(session: Session, student_id: int) -> Student:
    """The student as it stands in the database."""
    return session.scalars(everything(select(Student).where(Student.id == student_id), because=TEST)).one()


def test_a_student_stands_in_the_class_and_its_school(session: Session, node: FindNode) -> None:
    (person_id,) = persons(session, 1)
    new = replace(newcomer(person_id, CLASS), entry_date=date(2026, 9, 1), expected_graduation_date=date(2029, 6, 30))
    student = stored(session, admit(session, SYSTEM, [new], keyring=KEYRING)[0])
    group = node(CLASS)
    assert (student.node_id, student.tree_path, student.school_id) == (group.id, group.path, node(A).id)
    assert (student.person_id, student.student_number, student.state) == (person_id, new.student_number, "in_school")
    assert (student.opened_on, student.closed_on, student.entry_date) == (OPENED, None, date(2026, 9, 1))


def test_ids_come_back_in_the_order_of_the_list(session: Session) -> None:
    people = persons(session, 4)
    new = [newcomer(person, code) for person, code in zip(people[::-1], classes_of(A), strict=True)]
    ids = admit(session, SYSTEM, new, keyring=KEYRING)
    assert [stored(session, i).person_id for i in ids] == people[::-1]


def test_where_each_student_stands_since_when_is_written_down(session: Session, node: FindNode) -> None:
    ids = admit(session, SYSTEM, [newcomer(p, CLASS) for p in persons(session, 2)], keyring=KEYRING)
    stmt = select(Placement).where(Placement.student_id.in_(ids)).order_by(Placement.student_id)
    placed = session.scalars(everything(stmt, because=TEST)).all()
    assert [(row.student_id, row.node_id, row.until) for row in placed] == [(i, node(CLASS).id, None) for i in ids]


def test_the_phone_is_sealed_for_its_row(session: Session) -> None:
    (person_id,) = persons(session, 1)
    new = replace(newcomer(person_id, CLASS), phone="13800000099")
    student = stored(session, admit(session, SYSTEM, [new], keyring=KEYRING)[0])
    assert student.phone_sealed is not None
    assert KEYRING.open(student.phone_sealed, PHONE_AT, student.sealed_as) == "13800000099"
    assert student.phone_digest == KEYRING.digest("phone:13800000099")


def test_recognitions_of_hardship_come_along(session: Session) -> None:
    hardships = (
        NewHardship("orphan", "special", date(2026, 9, 1), None),
        NewHardship("poverty", "hard", date(2026, 9, 1), date(2027, 9, 1)),
    )
    one, other = persons(session, 2)
    new = [newcomer(one, CLASS, hardships=hardships), newcomer(other, CLASS)]
    ids = admit(session, SYSTEM, new, keyring=KEYRING)
    stmt = select(HardshipRecognition).where(HardshipRecognition.student_id.in_(ids)).order_by(HardshipRecognition.id)
    found = session.scalars(everything(stmt, because=TEST)).all()
    assert [(row.student_id, row.category, row.until_on) for row in found] == [
        (ids[0], "orphan", None),
        (ids[0], "poverty", date(2027, 9, 1)),
    ]


def test_the_act_is_written_down_once_at_the_nearest_common_place(
    session: Session,
    node: FindNode,
    acts: Callable[[], list[Audit]],
) -> None:
    people = persons(session, 2)
    ids = admit(session, SYSTEM, [newcomer(people[0], CLASS), newcomer(people[1], class_of(A, 1, 2))], keyring=KEYRING)
    (act,) = [act for act in acts() if act.act == "student:create"]
    assert (act.subject_ids, act.tree_path, act.after) == (ids, node(f"{A}-1").path, {"count": 2})


def test_nobody_to_admit_admits_nobody(session: Session, acts: Callable[[], list[Audit]]) -> None:
    assert admit(session, SYSTEM, [], keyring=KEYRING) == []
    assert acts() == []


@pytest.mark.parametrize("role", HOLDERS)
def test_who_holds_it_admits_into_classes_of_the_own_place(session: Session, world: World, role: str) -> None:
    (person_id,) = persons(session, 1)
    assert admit(session, world.actor(session, role), [newcomer(person_id, CLASS)], keyring=KEYRING)


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_admits_nobody(session: Session, world: World, role: str) -> None:
    (person_id,) = persons(session, 1)
    with pytest.raises((NotAllowed, NotFound)):
        admit(session, world.actor(session, role), [newcomer(person_id, CLASS)], keyring=KEYRING)


@pytest.mark.parametrize("role", [role for role in HOLDERS if role != "system_admin"])
def test_one_class_of_another_school_refuses_the_whole_list(session: Session, world: World, role: str) -> None:
    one, other = persons(session, 2)
    new = [newcomer(one, CLASS), newcomer(other, class_of(B, 1, 1))]
    with pytest.raises(NotFound) as refusal:
        admit(session, world.actor(session, role), new, keyring=KEYRING)
    assert refusal.value.facts == {"what": "class"}


@pytest.mark.parametrize("code", [A, f"{A}-1", COUNTY_A, "NOWHERE"])
def test_what_is_no_class_is_not_found(session: Session, code: str) -> None:
    (person_id,) = persons(session, 1)
    with pytest.raises(NotFound):
        admit(session, SYSTEM, [newcomer(person_id, code)], keyring=KEYRING)


def test_a_closed_class_is_not_found(session: Session) -> None:
    (person_id,) = persons(session, 1)
    shut = "UPDATE org_node SET closed_at = now(), close_reason = 'merged' WHERE code = :code"
    session.connection().execute(text(shut), {"code": CLASS})
    with pytest.raises(NotFound):
        admit(session, SYSTEM, [newcomer(person_id, CLASS)], keyring=KEYRING)


@pytest.mark.parametrize("school", [A, B])
def test_who_is_a_student_already_is_refused_with_the_count_alone(
    session: Session,
    world: World,
    school: str,
) -> None:
    (person_id,) = persons(session, 1)
    new = [newcomer(person_id, CLASS), newcomer(world.of(school)[0].person_id, CLASS)]
    with pytest.raises(AlreadyInSchool) as refusal:
        admit(session, world.actor(session, "school_admin"), new, keyring=KEYRING)
    assert refusal.value.facts == {"count": 1}


def test_one_person_twice_in_a_list_is_refused(session: Session) -> None:
    (person_id,) = persons(session, 1)
    new = [newcomer(person_id, CLASS), replace(newcomer(person_id, CLASS), student_number="OTHER-NUMBER")]
    with pytest.raises(AlreadyInSchool) as refusal:
        admit(session, SYSTEM, new, keyring=KEYRING)
    assert refusal.value.facts == {"count": 1}


def test_who_has_left_may_come_back(session: Session, world: World) -> None:
    person_id = world.of(B)[0].person_id
    left = "UPDATE student SET state = 'transferred_out', closed_on = '2026-10-01', close_reason = 'moved'"
    session.connection().execute(text(f"{left} WHERE person_id = :id"), {"id": person_id})
    assert admit(session, SYSTEM, [newcomer(person_id, CLASS)], keyring=KEYRING)


def test_a_student_number_is_given_once_in_a_school(session: Session, world: World) -> None:
    one, other = persons(session, 2)
    taken = world.of(A)[0].student_number
    assert admit(session, SYSTEM, [replace(newcomer(one, class_of(B, 1, 1)), student_number=taken)], keyring=KEYRING)
    with pytest.raises(StudentNumberTaken) as refusal:
        admit(session, SYSTEM, [replace(newcomer(other, CLASS), student_number=taken)], keyring=KEYRING)
    assert refusal.value.facts == {"count": 1}


def test_one_student_number_twice_in_a_list_is_refused(session: Session) -> None:
    new = [replace(newcomer(person, CLASS), student_number="SAME-NUMBER") for person in persons(session, 2)]
    with pytest.raises(StudentNumberTaken) as refusal:
        admit(session, SYSTEM, new, keyring=KEYRING)
    assert refusal.value.facts == {"count": 1}


@pytest.mark.parametrize("number", ["", "123", "x" * 21, "学号2026", "20 26", "2026\n"])
def test_a_student_number_of_another_shape_is_refused(session: Session, number: str) -> None:
    (person_id,) = persons(session, 1)
    with pytest.raises(Invalid):
        admit(session, SYSTEM, [replace(newcomer(person_id, CLASS), student_number=number)], keyring=KEYRING)


def test_many_students_take_as_many_statements_as_one(session: Session, statements: CountStatements) -> None:
    counts = []
    recognised = (NewHardship("poverty", "hard", date(2026, 9, 1), None),)
    for codes in ([CLASS], classes_of(A) * 50):
        people = persons(session, len(codes))
        new = [newcomer(person, code, hardships=recognised) for person, code in zip(people, codes, strict=True)]
        with statements() as sent:
            assert len(admit(session, SYSTEM, new, keyring=KEYRING)) == len(codes)
        counts.append(len(sent))
    assert counts[0] == counts[1]


@pytest.mark.committed
def test_one_person_admitted_by_two_schools_at_once_is_a_student_of_one(database: Database) -> None:
    (person_id,) = committed(database, lambda session: persons(session, 1))()
    calls = [
        committed(
            database,
            lambda session, n=n, code=code: admit(  # type: ignore[misc]
                session,
                SYSTEM,
                [replace(newcomer(person_id, code), student_number=f"NUMBER-{n}")],
                keyring=KEYRING,
            ),
        )
        for n, code in enumerate([CLASS, class_of(B, 1, 1)] * 3)
    ]
    outcomes = at_once(*calls)
    assert sum(isinstance(outcome, AlreadyInSchool) for outcome in outcomes) == 5
    with database.sessions() as session:
        rows = select(func.count()).select_from(Student).where(Student.person_id == person_id)
        assert session.scalar(everything(rows, because=TEST)) == 1


@pytest.mark.committed
def test_one_student_number_given_at_once_goes_to_one(database: Database) -> None:
    people = committed(database, lambda session: persons(session, 4))()
    calls = [
        committed(
            database,
            lambda session, person=person: admit(  # type: ignore[misc]
                session,
                SYSTEM,
                [replace(newcomer(person, CLASS), student_number="ONE-NUMBER")],
                keyring=KEYRING,
            ),
        )
        for person in people
    ]
    outcomes = at_once(*calls)
    assert sum(isinstance(outcome, StudentNumberTaken) for outcome in outcomes) == 3
