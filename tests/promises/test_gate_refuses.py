"""No statement over a gated table leaves without a mark for it, whatever its form; nothing is sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Executable, func, insert, select, text
from sqlalchemy.orm import joinedload, selectinload, subqueryload

from app.access.gate import Ungated, tables_in
from app.access.permissions import Permission
from app.access.scope import MARK, everything, visible
from app.core.db import Database, Session
from app.orgs.models import OrgNode
from app.people.models import Person
from app.students.models import HardshipRecognition, Placement, Student
from tests.cluster import Cluster
from tests.conftest import CountStatements
from tests.make.forms import READING, WRITING
from tests.make.places import A, B
from tests.make.relations import Name, School
from tests.make.stage import Stage, stage_of
from tests.world import World

ANY = {MARK: frozenset({"*"})}
Form = Callable[[], Executable]
FORMS = [
    pytest.param(make, id=f"{kind}: {name}")
    for kind, forms in (("read", READING), ("write", WRITING))
    for name, make in forms.items()
]


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


def test_there_are_more_than_the_28_promised_forms() -> None:
    assert len(READING) + len(WRITING) > 28


@pytest.mark.parametrize("make", FORMS)
def test_an_unmarked_statement_is_refused_before_it_is_sent(
    make: Form, session: Session, statements: CountStatements
) -> None:
    with statements() as sent, pytest.raises(Ungated):
        session.execute(make())
    assert sent == []


@pytest.mark.parametrize("make", FORMS)
def test_each_form_is_one_that_the_database_would_have_run(make: Form, session: Session) -> None:
    session.execute(make(), execution_options=ANY)


@pytest.mark.parametrize("make", [pytest.param(make, id=name) for name, make in READING.items()])
def test_a_mark_for_another_table_does_not_help(make: Form, session: Session) -> None:
    with pytest.raises(Ungated):
        session.execute(make(), execution_options={MARK: frozenset({"org_node", "enrolment"})})


OLD_WAYS: dict[str, Callable[[Session, World], Any]] = {
    "Query.all": lambda session, _: session.query(Student).all(),
    "Query of a column": lambda session, _: session.query(Student.student_number).all(),
    "Query.count": lambda session, _: session.query(Student).count(),
    "Query.get": lambda session, world: session.query(Student).get(world.of(B)[0].student_id),
    "Query.exists": lambda session, _: session.query(session.query(Student).exists()).scalar(),
    "Query.update": lambda session, _: session.query(Student).update({"version": 9}),
    "Query.delete": lambda session, _: session.query(Student).delete(),
    "Query.first": lambda session, _: session.query(Student).first(),
    "Query.from_statement": lambda session, _: session.query(Student).from_statement(select(Student)).all(),
    "Session.get": lambda session, world: session.get(Student, world.of(B)[0].student_id),
    "Session.get_one": lambda session, world: session.get_one(Student, world.of(B)[0].student_id),
    "Session.merge": lambda session, world: session.merge(Student(id=world.of(B)[0].student_id, version=9)),
    "Session.scalar": lambda session, _: session.scalar(select(func.count(Student.id))),
    "Session.scalars": lambda session, _: session.scalars(select(Student)).all(),
    "many rows inserted": lambda session, _: session.execute(insert(Student), [{"version": 1}, {"version": 2}]),
    "bulk_insert_mappings": lambda session, _: session.bulk_insert_mappings(Student.__mapper__, [{"version": 1}]),
    "bulk_update_mappings": lambda session, world: session.bulk_update_mappings(
        Student.__mapper__, [{"id": world.of(B)[0].student_id, "version": 9}]
    ),
    "bulk_save_objects": lambda session, _: session.bulk_save_objects([Student(version=1)]),
}


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.LegacyAPIWarning")
@pytest.mark.parametrize("way", [pytest.param(way, id=name) for name, way in OLD_WAYS.items()])
def test_the_sessions_other_ways_are_refused_as_well(
    way: Callable[[Session, World], Any], session: Session, world: World, statements: CountStatements
) -> None:
    with statements() as sent, pytest.raises(Ungated):
        way(session, world)
    assert sent == []


def _name(session: Session, *options: Any) -> Name:  # noqa: ANN401  loader options share no public type
    return session.scalars(select(Name).where(Name.name == "school_admin_b").options(*options)).one()


@pytest.mark.parametrize("load", [joinedload, selectinload, subqueryload])
def test_no_loader_leads_into_the_tree_from_outside(load: Callable[..., Any], session: Session) -> None:
    with pytest.raises(Ungated):
        _name(session, load(Name.holder))


def test_no_lazy_load_leads_into_the_tree_from_outside(session: Session) -> None:
    found = _name(session)
    with pytest.raises(Ungated):
        _ = found.holder


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: select(Name).join(Name.holder), id="join"),
        pytest.param(lambda: select(Name).where(Name.holder.has()), id="has"),
        pytest.param(lambda: select(School).where(School.pupils.any()), id="any"),
    ],
)
def test_no_join_along_a_relation_leads_into_the_tree(make: Form, session: Session) -> None:
    with pytest.raises(Ungated):
        session.execute(make())


def test_joining_a_relation_of_a_visible_row_needs_a_mark_for_what_is_joined(session: Session, world: World) -> None:
    actor = world.actor(session, "school_admin")
    school = visible(select(School).where(School.kind == "school"), OrgNode, actor, Permission.ORG_READ)
    with pytest.raises(Ungated, match="student"):
        session.scalars(school.options(joinedload(School.pupils))).unique().all()
    marked = visible(
        select(School).where(School.kind == "school"), OrgNode, actor, Permission.ORG_READ, along=(Student,)
    )
    (own,) = session.scalars(marked.options(joinedload(School.pupils))).unique()
    assert [pupil.student_number for pupil in own.pupils] == [pupil.student_number for pupil in world.of(A)]


@pytest.mark.parametrize("options", [(), (selectinload(School.pupils),)], ids=["lazy", "selectin"])
def test_a_relation_of_a_visible_row_shows_what_belongs_to_that_row(
    options: tuple[Any, ...], session: Session, world: World
) -> None:
    actor = world.actor(session, "school_admin")
    stmt = visible(select(School).where(School.kind == "school"), OrgNode, actor, Permission.ORG_READ)
    (own,) = session.scalars(stmt.options(*options))
    assert [pupil.student_number for pupil in own.pupils] == [pupil.student_number for pupil in world.of(A)]


def test_refreshing_a_visible_row_reads_that_row(session: Session, world: World) -> None:
    actor = world.actor(session, "school_admin")
    student = session.scalars(visible(select(Student).limit(1), Student, actor, Permission.STUDENT_READ)).one()
    session.refresh(student)
    assert student.student_number in {pupil.student_number for pupil in world.of(A)}


def test_a_mark_holds_for_what_is_inside_the_statement_that_carries_it_and_no_further(session: Session) -> None:
    inside = everything(select(Student.id), because="a test marks the inner statement")
    assert tables_in(select(inside.subquery().c.id)) == set()
    assert tables_in(select(inside.subquery().c.id, Student.id)) == {"student"}
    assert tables_in(everything(select(select(Student.id).subquery().c.id), because="a test marks all")) == set()
    session.execute(select(inside.subquery().c.id))


@pytest.mark.parametrize("model", [Placement, Person, HardshipRecognition, OrgNode, Student])
def test_what_a_scope_needs_to_know_is_marked_by_the_scope(model: type[Any], session: Session, world: World) -> None:
    stmt = visible(select(model.id), model, world.actor(session, "school_admin"), Permission.STUDENT_READ)
    ids = set(session.scalars(stmt))
    everybody = set(session.scalars(everything(select(model.id), because="a test compares with all")))
    assert ids
    assert ids < everybody


def test_a_second_look_at_the_same_table_is_refused_inside_the_scope_of_another(session: Session, world: World) -> None:
    stmt = visible(select(Person.name), Person, world.actor(session, "school_admin"), Permission.STUDENT_READ)
    with pytest.raises(Ungated, match="student"):
        session.execute(stmt.where(Person.id.in_(select(Student.person_id))))


def test_words_that_are_no_tables_do_not_trip_the_alarm() -> None:
    assert tables_in(text("SELECT student, fire.plan FROM fire JOIN outbox ON account = person")) == set()
    assert tables_in(text("SELECT name FROM fire, plan")) == {"plan"}
    assert tables_in(text("INSERT INTO person (name) SELECT address FROM outbox JOIN account ON true")) == {
        "person",
        "account",
    }
