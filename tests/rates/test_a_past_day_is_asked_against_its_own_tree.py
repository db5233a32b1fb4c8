"""M14: statistics of a past day are those written that night, added up along the tree as it stood then."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from app.access.actor import SYSTEM
from app.core import clock
from app.core.db import Database, Session
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan
from app.rates import queries
from app.rates.rules import Figures
from app.rates.services import write_figure_day
from app.rates.sheet import workbook
from tests.conftest import CountStatements, StandAt
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, A, class_of, grade
from tests.rates.recounted import raw
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.world import World

FindNode = Callable[[str], OrgNode]
SCHOOL = Figures(insured=1, waived=2, pending=1, unregistered=3, stopped=1, waived_hardship=1)


def counted(session: Session, plan: Plan, node: OrgNode) -> Figures:
    """The figures as they are now without the amount, which is not kept by day."""
    return replace(queries.at(session, SYSTEM, plan, node), amount=0)


@pytest.fixture
def day(session: Session, world: World, at: StandAt) -> date:
    """A day whose figures are written; it is tomorrow now."""
    assert world.plan_id
    found = clock.today(session)
    write_figure_day(session, found)
    at(clock.now(session) + timedelta(days=1))
    return found


def test_a_day_keeps_its_figures_whatever_comes_later(
    session: Session, world: World, node: FindNode, day: date
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    places = (ROOT, COUNTY_A, A, grade(A, 1))
    before = {code: counted(session, plan, node(code)) for code in places}
    raw(session, "UPDATE enrolment SET removed_at = now() WHERE state IN ('unregistered', 'draft', 'submitted')")
    for code, figures in before.items():
        own, rows = queries.on_day(session, SYSTEM, plan, node(code), day)
        assert own == figures != counted(session, plan, node(code))
        assert Figures.total([row.figures for row in rows]) == figures


def test_what_has_moved_since_stands_where_it_stood(
    session: Session, world: World, node: FindNode, day: date, at: StandAt
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    school = node(A)
    reshape.move(session, SYSTEM, node_id=school.id, target_code=COUNTY_B, version=school.version)
    at(clock.now(session) + timedelta(minutes=1))
    grown = node(class_of(A, 1, 1))
    reshape.move(session, SYSTEM, node_id=grown.id, target_code=grade(A, 2), version=grown.version)
    session.expire_all()
    assert queries.at(session, SYSTEM, plan, node(COUNTY_A)) == Figures()
    own, rows = queries.on_day(session, SYSTEM, plan, node(COUNTY_A), day)
    assert (own, [row.place.code for row in rows if row.figures != Figures()]) == (SCHOOL, [A])
    own, rows = queries.on_day(session, SYSTEM, plan, node(grade(A, 1)), day)
    assert [row.place.code for row in rows] == [class_of(A, 1, 1), class_of(A, 1, 2)]
    assert own == Figures.total([row.figures for row in rows])


def test_days_after_a_plan_was_closed_have_its_last_figures(
    session: Session, world: World, node: FindNode, day: date, at: StandAt
) -> None:
    raw(session, "UPDATE plan SET state = 'closed', closed_at = xuebao_now() - interval '1 day'")
    session.expire_all()
    at(clock.now(session) + timedelta(days=30))
    plan = plans.find(session, SYSTEM, code=world.plan)
    own, rows = queries.on_day(session, SYSTEM, plan, node(A), day + timedelta(days=20))
    assert own == counted(session, plan, node(A)) == Figures.total([row.figures for row in rows])
    assert queries.on_day(session, SYSTEM, plan, node(A), day - timedelta(days=1))[0] == Figures()


def test_a_day_nobody_wrote_has_no_figures(session: Session, world: World, node: FindNode, day: date) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    assert queries.on_day(session, SYSTEM, plan, node(A), day - timedelta(days=400)) == (Figures(), [])


def test_who_keeps_some_classes_reads_only_those(session: Session, world: World, node: FindNode, day: date) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    own, _ = queries.on_day(session, world.actor(session, "class_set_admin"), plan, node(A), day)
    assert own == Figures(insured=1, waived=1, unregistered=1, stopped=1)


def test_a_past_day_takes_as_many_statements_at_the_top_as_below(
    session: Session, world: World, node: FindNode, day: date, statements: CountStatements
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    counts = []
    for code in (ROOT, grade(A, 1)):
        place = node(code)
        with statements() as sent:
            queries.on_day(session, SYSTEM, plan, place, day)
        counts.append(len(sent))
    assert counts[0] <= counts[1] <= 6


def test_a_workbook_keeps_numbers_numbers_and_names_text() -> None:
    data = workbook("=题", ["地方", "已参保", "参保率"], [["=1+1", 3, "0.35%"], ["合计", 3, "0.00%"]])
    sheet = load_workbook(io.BytesIO(data)).active
    assert sheet is not None
    cells = [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows(min_row=3)]
    assert cells == [
        [("=1+1", "s"), (3, "n"), ("0.35%", "s")],
        [("合计", "s"), (3, "n"), ("0.00%", "s")],
    ]
    assert sheet["A1"].data_type == "s"


@pytest.mark.committed
def test_the_page_shows_a_day_and_exports_what_it_shows(
    visit: Callable[..., Visit], database: Database, world: World
) -> None:
    with database.sessions() as session:
        yesterday = clock.today(session) - timedelta(days=1)
        raw(session, "UPDATE node_placement SET since = since - interval '2 days'")
        write_figure_day(session, yesterday)
        raw(session, "UPDATE enrolment SET removed_at = now() WHERE state = 'submitted'")
        session.commit()
    visitor = visit("county_admin", "zh_Hans_CN")
    text = visitor.get(f"/figures/?plan={world.plan}&day={yesterday}").get_data(as_text=True)
    assert "14.29%" in text
    assert "status=insured" not in text
    answer = visitor.get(f"/figures/export?plan={world.plan}&day={yesterday}")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert sheet is not None
    rows = [list(row) for row in sheet.iter_rows(min_row=3, values_only=True)]
    assert rows[-1][1:4] == [7, 1, 2]
    assert rows[-1][-2:] == ["14.29%", "28.57%"]
    live = load_workbook(io.BytesIO(visitor.get(f"/figures/export?plan={world.plan}").data)).active
    assert live is not None
    assert [list(row) for row in live.iter_rows(min_row=3, values_only=True)][-1][1] == 6
    for bad in ("2026-13-01", "x", "9999-01-01"):
        assert visitor.get(f"/figures/?plan={world.plan}&day={bad}").status_code == 422
