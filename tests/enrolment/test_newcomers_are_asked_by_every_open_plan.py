"""Admitting students: one row in each open plan above their class, in none that is a draft, closed or elsewhere."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.core.db import Database, Session
from app.enrolment.models import Enrolment
from app.plans.models import Plan
from app.plans.services import make, open_plan
from tests.at_once import Later, at_once, committed, until_waiting
from tests.campaigns import draft, opened
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, B, class_of, classes_of
from tests.stage import TEST
from tests.world import World

CLASS = class_of(A, 1, 1)


def plans_of(session: Session, student_id: int) -> list[str]:
    """The codes of the plans a student has a row in."""
    stmt = (
        select(Plan.code)
        .join(Enrolment, Enrolment.plan_id == Plan.id)
        .where(Enrolment.student_id == student_id)
        .order_by(Plan.code)
    )
    return list(session.scalars(everything(stmt, because=TEST)))


def test_each_open_plan_above_the_class_asks_and_no_other(session: Session, world: World) -> None:
    opened(session, "COUNTY", place_code=COUNTY_A, cover_year=2028)
    opened(session, "SCHOOL", cover_year=2029)
    opened(session, "OTHER-COUNTY", place_code=COUNTY_B, cover_year=2030)
    opened(session, "OTHER-CLASS", place_code=class_of(A, 1, 2), cover_year=2031)
    opened(session, "OTHER-STAGE", audience=("senior",), cover_year=2032)
    make(session, SYSTEM, draft("DRAFT", cover_year=2033))
    session.connection().execute(
        text("UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id"),
        {"id": opened(session, "CLOSED", cover_year=2034).id},
    )
    (student_id,) = admitted(session, [CLASS])
    assert plans_of(session, student_id) == sorted(["COUNTY", "SCHOOL", world.plan])


def test_of_two_plans_of_one_product_and_year_the_older_asks(session: Session, world: World) -> None:
    opened(session, "OLDER", place_code=CLASS)
    opened(session, "NEWER", place_code=A)
    assert plans_of(session, admitted(session, [CLASS])[0]) == sorted(["OLDER", world.plan])
    assert plans_of(session, admitted(session, [class_of(A, 1, 2)])[0]) == sorted(["NEWER", world.plan])


def test_many_newcomers_take_as_many_statements_as_one(session: Session, statements: CountStatements) -> None:
    counts = []
    for codes in ([CLASS], classes_of(A) * 25):
        with statements() as sent:
            ids = admitted(session, codes)
        counts.append(len(sent))
        assert plans_of(session, ids[-1]) == ["PLAN-2027"]
    assert counts[0] == counts[1]


@pytest.mark.committed
def test_whoever_is_admitted_while_a_plan_opens_is_asked_by_it(database: Database) -> None:
    plan_id = committed(database, lambda session: make(session, SYSTEM, draft("P", place_code=ROOT)))()
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        open_plan(session, SYSTEM, plan_id=plan_id)
        admission = Later(committed(database, lambda other: admitted(other, [CLASS])))
        until_waiting(database)
    ids = admission.result()
    assert isinstance(ids, list)
    with database.sessions() as session:
        assert plans_of(session, ids[0]) == ["P", "PLAN-2027"]


@pytest.mark.committed
def test_a_plan_that_opens_while_students_are_admitted_asks_them(database: Database) -> None:
    plan_id = committed(database, lambda session: make(session, SYSTEM, draft("P", place_code=ROOT)))()
    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        ids = admitted(session, [CLASS, class_of(B, 1, 1)])
        opening = Later(committed(database, lambda other: open_plan(other, SYSTEM, plan_id=plan_id)))
        until_waiting(database)
    assert opening.result() is None
    with database.sessions() as session:
        assert [plans_of(session, i) for i in ids] == [["P", "PLAN-2027"]] * 2


@pytest.mark.committed
def test_admissions_and_openings_at_one_instant_leave_everybody_with_one_row_in_each_plan(database: Database) -> None:
    def opening(session: Session, year: int) -> None:
        opened(session, f"P{year}", place_code=ROOT, cover_year=year)

    years = (2031, 2032, 2033)
    calls = [committed(database, lambda s, year=year: opening(s, year)) for year in years]  # type: ignore[misc]
    admissions = [committed(database, lambda s: admitted(s, classes_of(A) * 2)) for _ in range(3)]
    outcomes = at_once(*[call for pair in zip(calls, admissions, strict=True) for call in pair])
    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []
    counted = "SELECT p.code, count(*), count(DISTINCT person_id) FROM enrolment e JOIN plan p ON p.id = e.plan_id"
    with database.engine.connect() as connection:
        rows = connection.execute(text(f"{counted} GROUP BY p.code ORDER BY p.code")).all()
    assert [tuple(row) for row in rows] == [(f"P{year}", 40, 40) for year in years] + [("PLAN-2027", 40, 40)]
