"""A marked statement shows and changes rows of the actor's places only, whatever its form."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Executable, Select, Text, delete, exists, func, literal, select, union_all, update
from sqlalchemy.orm import aliased

from app.access.actor import SYSTEM, Actor
from app.access.gate import Ungated, bind
from app.access.permissions import Permission
from app.access.scope import GATED, everything, reaching, under, visible
from app.core.db import Base, Database, Session
from app.enrolment.models import Enrolment
from app.orgs.models import ClassSet, OrgNode
from app.orgs.reshape import move
from app.people.models import Person
from app.plans.models import Plan
from app.students.models import HardshipRecognition, Placement, Student
from tests.cluster import Cluster
from tests.make.places import A, B, class_of, grade
from tests.make.stage import Stage, stage_of
from tests.world import World

READ = Permission.STUDENT_READ
core = Base.metadata.tables["student"]
other = aliased(Student)
twin = core.alias()


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def shared_database(stage: Stage) -> Database:
    """The database of the cast."""
    return stage.database


@pytest.fixture
def world(stage: Stage) -> World:
    """Who is in it."""
    return stage.world


@pytest.fixture
def actor(world: World, session: Session) -> Actor:
    """The admin of school A."""
    return world.actor(session, "school_admin")


def _own(actor: Actor) -> Select[tuple[int]]:
    return visible(select(Student.id), Student, actor, READ)


SCOPED: dict[str, Callable[[Actor], Executable]] = {
    "plain": _own,
    "aliased": lambda actor: visible(select(other.id), other, actor, READ),
    "Core columns": lambda actor: visible(select(core.c.id), Student, actor, READ),
    "subquery": lambda actor: select(_own(actor).subquery().c.id),
    "CTE": lambda actor: select(_own(actor).cte("them").c.id),
    "union": lambda actor: union_all(_own(actor), _own(actor)),
    "lateral": lambda actor: select(_own(actor).lateral("them").c.id),
    "EXISTS": lambda actor: everything(
        select(twin.c.id).where(exists(_own(actor).where(Student.id == twin.c.id))),
        because="a test asks through the inner statement",
    ),
    "joined": lambda actor: visible(
        select(Student.id).join(Person, Person.id == Student.person_id), Student, actor, READ, along=(Person,)
    ),
    "joined from the other side": lambda actor: visible(
        select(Student.id).select_from(Person).join(Student, Student.person_id == Person.id),
        Student,
        actor,
        READ,
        along=(Person,),
    ),
    "window": lambda actor: visible(
        select(Student.id, func.row_number().over(order_by=Student.id)), Student, actor, READ
    ),
    "distinct": lambda actor: visible(select(Student.id).distinct(), Student, actor, READ),
    "locked": lambda actor: visible(select(Student.id).with_for_update(), Student, actor, READ),
    "update": lambda actor: visible(update(Student).values(version=9).returning(Student.id), Student, actor, READ),
    "Core update": lambda actor: visible(update(core).values(version=9).returning(core.c.id), Student, actor, READ),
}


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in SCOPED.items()])
def test_a_scoped_statement_reaches_the_own_students_and_no_other(
    make: Callable[[Actor], Executable], session: Session, world: World, actor: Actor
) -> None:
    found = {row[0] for row in session.execute(make(actor))}
    assert found == {pupil.student_id for pupil in world.of(A)}


def test_counts_are_of_the_own_rows(session: Session, actor: Actor) -> None:
    assert session.scalar(visible(select(func.count(Student.id)), Student, actor, READ)) == 8
    assert session.scalar(select(func.count()).select_from(_own(actor).subquery())) == 8


def test_a_scoped_delete_leaves_the_others(session: Session, world: World, actor: Actor) -> None:
    stmt = visible(delete(HardshipRecognition), HardshipRecognition, actor, READ)
    session.execute(stmt, execution_options={"synchronize_session": False})
    left = everything(select(HardshipRecognition.student_id), because="a test looks at what is left")
    assert session.scalars(left).all() == [world.of(B)[3].student_id]


@pytest.mark.parametrize("name", sorted(GATED))
def test_without_a_grant_no_gated_table_shows_a_row(name: str, session: Session) -> None:
    nobody = Actor(user_id=1, name="nobody")
    model = GATED[name]
    assert session.scalars(visible(select(model), model, nobody, READ)).all() == []


@pytest.mark.parametrize("name", sorted(GATED))
def test_a_permission_that_is_not_held_shows_no_row(name: str, session: Session, actor: Actor) -> None:
    model = GATED[name]
    assert Permission.SYSTEM_OPERATE not in {p for grant in actor.grants for p in grant.permissions}
    assert session.scalars(visible(select(model), model, actor, Permission.SYSTEM_OPERATE)).all() == []


@pytest.mark.parametrize("who", ["guardian", "student"])
@pytest.mark.parametrize("model", [Student, Enrolment, Person])
def test_families_see_the_rows_of_their_own_person_only(
    who: str, model: type[Student], session: Session, world: World
) -> None:
    actor = world.actor(session, who)
    rows = session.scalars(visible(select(model), model, actor, READ)).all()
    assert len(rows) == 1
    assert {getattr(row, "person_id", row.id) for row in rows} == {world.pupils[f"{A}-01"].person_id}


@pytest.mark.parametrize("model", [OrgNode, ClassSet, Placement])
def test_families_see_no_row_of_a_table_that_is_not_theirs(
    model: type[OrgNode], session: Session, world: World
) -> None:
    guardian = world.actor(session, "guardian")
    assert session.scalars(visible(select(model), model, guardian, READ)).all() == []


def test_reaching_shows_what_stands_above_and_nothing_beside(session: Session, world: World) -> None:
    teacher = world.actor(session, "class_teacher")
    stmt = reaching(select(OrgNode.code), OrgNode, teacher, Permission.ORG_READ).order_by(OrgNode.path)
    assert session.scalars(stmt).all() == ["CN", "36", "3601", "360102", A, f"{A}-1", class_of(A, 1, 1)]
    assert session.scalars(reaching(select(Plan.code), Plan, teacher, Permission.PLAN_READ)).all() == [world.plan]


def test_a_place_whose_number_begins_like_the_own_is_another_place(session: Session, world: World) -> None:
    teacher = world.actor(session, "class_teacher")
    own = teacher.places(READ)[0]
    beside = own[:-1] + "7/"
    assert not teacher.covers(READ, beside)
    inside = under(literal(beside, Text(collation="C")), (own,))
    assert session.scalar(select(inside)) is False


def test_a_class_that_left_the_school_is_out_of_its_class_set(session: Session, world: World) -> None:
    before = world.actor(session, "class_set_admin").places(READ)
    assert len(before) == 2
    bind(session, SYSTEM)
    node_id = world.nodes[class_of(A, 2, 1)]
    move(session, SYSTEM, node_id=node_id, target_code=grade(B, 2), version=1)
    after = world.actor(session, "class_set_admin").places(READ)
    assert after == tuple(place for place in before if f"/{node_id}/" not in place)


def _student(session: Session, who: Actor, number: str) -> Student:
    bind(session, who)
    stmt = everything(select(Student).where(Student.student_number == number), because="a test reads a foreign row")
    return session.scalars(stmt).one()


def test_an_object_of_another_school_is_not_written(session: Session, actor: Actor) -> None:
    _student(session, actor, f"{B}-01").version = 9
    with pytest.raises(Ungated, match="outside"):
        session.flush()


def test_an_object_is_not_moved_to_another_school_or_taken_from_it(session: Session, actor: Actor) -> None:
    student = _student(session, actor, f"{A}-01")
    foreign = _student(session, actor, f"{B}-01")
    student.node_id, student.tree_path, student.school_id = foreign.node_id, foreign.tree_path, foreign.school_id
    with pytest.raises(Ungated, match="outside"):
        session.flush()


def test_an_object_of_the_own_school_is_written(session: Session, actor: Actor) -> None:
    student = _student(session, actor, f"{A}-01")
    student.version = 9
    session.flush()
    session.expire(student, ["version"])
    assert student.version == 9


def test_an_object_that_does_not_say_where_it_stands_is_not_written(
    session: Session, world: World, actor: Actor
) -> None:
    bind(session, actor)
    session.add(Placement(student_id=world.of(B)[0].student_id, node_id=world.nodes[class_of(A, 1, 1)]))
    with pytest.raises(Ungated, match="where it stands"):
        session.flush()


def test_an_object_whose_place_was_not_loaded_is_not_written(session: Session, actor: Actor) -> None:
    student = _student(session, actor, f"{B}-01")
    session.expire(student, ["tree_path"])
    student.version = 9
    with pytest.raises(Ungated):
        session.flush()


def test_nobody_writes_in_a_session_that_is_bound_to_nobody(session: Session) -> None:
    bind(session, Actor(user_id=0, name="nobody"))
    student = _student(session, Actor(user_id=0, name="nobody"), f"{A}-01")
    session.info.clear()
    student.version = 9
    with pytest.raises(Ungated, match="nobody"):
        session.flush()


def test_an_object_is_not_deleted_from_another_school(session: Session, actor: Actor) -> None:
    session.delete(_student(session, actor, f"{B}-01"))
    with pytest.raises(Ungated, match="outside"):
        session.flush()
