"""Opening a plan: one row, unregistered, for each student in school of the audience below the plan's place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Session
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.plans.models import Plan
from app.students.models import Student
from tests.campaigns import opened
from tests.crowd import admitted
from tests.make.places import COUNTY_A, ROOT, A, B, class_of
from tests.stage import TEST
from tests.world import World

FindNode = Callable[[str], OrgNode]


def rows_of(session: Session, plan: Plan) -> list[Enrolment]:
    """The rows of a plan, by person."""
    stmt = select(Enrolment).where(Enrolment.plan_id == plan.id).order_by(Enrolment.person_id)
    return list(session.scalars(everything(stmt, because=TEST)))


def test_each_student_of_the_school_gets_one_row_like_the_student_itself(session: Session, world: World) -> None:
    plan = opened(session, "P")
    rows = rows_of(session, plan)
    students = {
        student.id: student
        for student in session.scalars(everything(select(Student).order_by(Student.id), because=TEST))
    }
    assert [row.student_id for row in rows] == [pupil.student_id for pupil in world.of(A)]
    for row in rows:
        student = students[row.student_id]
        assert (row.person_id, row.node_id, row.tree_path, row.school_id) == (
            student.person_id,
            student.node_id,
            student.tree_path,
            student.school_id,
        )
        assert (row.product, row.cover_year) == (plan.product, plan.cover_year)
        assert (row.state, row.choice, row.source, row.tally) == ("unregistered", None, "roll", "unregistered")
        assert (row.removed_at, row.submitted_at, row.decided_at) == (None, None, None)


@pytest.mark.parametrize(("place", "count"), [(ROOT, 16), (COUNTY_A, 8), (A, 8), (f"{A}-1", 4), (class_of(A, 1, 1), 2)])
def test_a_plan_asks_those_below_its_place_and_nobody_else(session: Session, place: str, count: int) -> None:
    assert len(rows_of(session, opened(session, "P", place_code=place))) == count


@pytest.mark.parametrize(
    ("audience", "count"),
    [(("junior",), 8), (("senior",), 0), (("primary", "junior"), 8), (("undergraduate", "doctor"), 0)],
)
def test_only_the_stages_of_the_audience_are_asked(session: Session, audience: tuple[str, ...], count: int) -> None:
    assert len(rows_of(session, opened(session, "P", audience=audience))) == count


def test_the_nearest_stage_above_a_class_decides(session: Session) -> None:
    grow(
        session,
        SYSTEM,
        [
            NewNode(A, "education_level", "高中部", code="UPPER", stage="senior"),
            NewNode("UPPER", "grade", "2026级", code="UPPER-26", entry_year=2026),
            NewNode("UPPER-26", "class", "(1)班", code="UPPER-26-1"),
        ],
    )
    admitted(session, ["UPPER-26-1"] * 3)
    assert len(rows_of(session, opened(session, "JUNIOR"))) == 8
    assert len(rows_of(session, opened(session, "SENIOR", audience=("senior",)))) == 3
    assert len(rows_of(session, opened(session, "BOTH", audience=("junior", "senior"), cover_year=2028))) == 11


@pytest.mark.parametrize(
    ("state", "closed", "count"),
    [("in_school", False, 8), ("on_leave", False, 7), ("transferred_out", True, 7), ("deceased", True, 7)],
)
def test_only_who_is_in_school_is_asked(
    session: Session,
    world: World,
    state: str,
    closed: bool,  # noqa: FBT001  a column of the table above
    count: int,
) -> None:
    since = "state_on = '2026-10-01', state_reason = 'ill'"
    day = "closed_on = '2026-10-01', close_reason = 'gone'" if closed else f"closed_on = NULL, {since}"
    session.connection().execute(
        text(f"UPDATE student SET state = :state, {day} WHERE id = :id"),
        {"state": state, "id": world.of(A)[0].student_id},
    )
    assert len(rows_of(session, opened(session, "P"))) == count


def test_who_stands_in_another_plan_of_the_product_and_year_keeps_that_row_and_gets_none(
    session: Session,
    world: World,
) -> None:
    first = opened(session, "CLASS", place_code=class_of(A, 1, 1))
    second = opened(session, "SCHOOL")
    assert (len(rows_of(session, first)), len(rows_of(session, second))) == (2, 6)
    live = (
        select(Enrolment.person_id)
        .where(Enrolment.cover_year == second.cover_year, Enrolment.product == second.product)
        .group_by(Enrolment.person_id)
        .having(func.count() > 1)
    )
    assert session.scalars(everything(live, because=TEST)).all() == []
    assert {row.person_id for row in [*rows_of(session, first), *rows_of(session, second)]} == {
        pupil.person_id for pupil in world.of(A)
    }


@pytest.mark.parametrize(
    ("product", "cover_year"),
    [("resident_medical", 2028), ("student_accident", 2028), ("student_accident", 2027)],
)
def test_another_product_or_another_year_asks_everybody_again(
    session: Session,
    product: str,
    cover_year: int,
) -> None:
    opened(session, "FIRST", product="student_accident", cover_year=2029)
    assert len(rows_of(session, opened(session, "P", product=product, cover_year=cover_year))) == 8


def test_who_was_removed_from_another_plan_is_asked_again(session: Session, world: World) -> None:
    first = opened(session, "FIRST")
    pupil = world.of(A)[0]
    session.connection().execute(
        text("UPDATE enrolment SET removed_at = now() WHERE plan_id = :plan AND student_id = :id"),
        {"plan": first.id, "id": pupil.student_id},
    )
    assert [row.student_id for row in rows_of(session, opened(session, "SECOND"))] == [pupil.student_id]


def test_nobody_of_another_school_is_asked(session: Session, world: World) -> None:
    asked = {row.student_id for row in rows_of(session, opened(session, "P", place_code=COUNTY_A))}
    assert asked.isdisjoint(pupil.student_id for pupil in world.of(B))
