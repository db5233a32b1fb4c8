"""参保率 in the browser: live figures that open lists, a refusal that leads to who is missing, review with opinion."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.scope import everything
from app.core.db import Database
from app.enrolment.models import Enrolment
from app.plans.models import ReportingUnit
from tests.make.places import A, class_of
from tests.rates.recounted import raw
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.stage import TEST
from tests.world import World

pytestmark = pytest.mark.committed
SignIn = Callable[..., Visit]


def unit_of(database: Database, world: World, code: str = A) -> tuple[int, int, str]:
    """Id, version and state of the unit at a node in the shared plan."""
    stmt = select(ReportingUnit.id, ReportingUnit.version, ReportingUnit.state).where(
        ReportingUnit.plan_id == world.plan_id, ReportingUnit.node_id == world.nodes[code]
    )
    with database.sessions() as session:
        found = session.execute(everything(stmt, because=TEST)).one()
    return found.id, found.version, found.state


def everybody_is_insured(database: Database) -> None:
    """Nobody is missing any more."""
    with database.sessions() as session:
        raw(
            session,
            "UPDATE enrolment SET submitted_at = now(), decided_at = now(), state = 'insured', choice = 'insure',"
            " waiver_reason = NULL, waiver_text = NULL",
        )
        session.commit()


def page(visitor: Visit, path: str) -> str:
    """A page as text."""
    return visitor.get(path).get_data(as_text=True)


def test_the_list_shows_the_units_with_live_figures_that_open_their_lists(visit: SignIn, world: World) -> None:
    text = page(visit("school_admin"), f"/rates/?plan={world.plan}")
    assert "画眉中学" in text
    assert "金丝雀" not in text
    assert f"/figures/people?plan={world.plan}&amp;node={A}&amp;status=unregistered" in text
    assert "14.29%" in text
    assert "Not submitted" in text


def test_a_refused_submission_says_how_many_are_missing_and_leads_to_them(
    visit: SignIn, database: Database, world: World
) -> None:
    visitor = visit("school_admin")
    unit_id, _, _ = unit_of(database, world)
    answer = visitor.fill(f"/rates/{unit_id}")
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "3 not registered, 1 awaiting review" in text
    link = f"/figures/people?plan={world.plan}&amp;node={A}&amp;status=unregistered"
    assert link in text
    assert page(visitor, link.replace("&amp;", "&")).count("THRUSH-") >= 3
    assert unit_of(database, world)[2] == "open"


def test_a_rate_is_submitted_returned_with_an_opinion_submitted_again_and_approved(
    visit: SignIn, database: Database, world: World
) -> None:
    everybody_is_insured(database)
    unit_id, _, _ = unit_of(database, world)
    school, county = visit("school_admin"), visit("county_admin")
    assert visitor_submits(school, unit_id)
    row = "-".join(map(str, unit_of(database, world)[:2]))
    review = f"/rates/review?rowid={row}"
    refused = county.fill(review, rowid=row, event="return", opinion=" ")
    assert (refused.status_code, "Write why it is returned" in refused.get_data(as_text=True)) == (422, True)
    assert county.fill(review, rowid=row, event="return", opinion="请核对<b>").status_code == 303
    assert unit_of(database, world)[2] == "returned"
    assert "请核对&lt;b&gt;" in page(school, f"/rates/{unit_id}")
    assert visitor_submits(school, unit_id)
    row = "-".join(map(str, unit_of(database, world)[:2]))
    assert county.fill(f"/rates/review?rowid={row}", rowid=row, event="approve", opinion="").status_code == 303
    assert unit_of(database, world)[2] == "approved"


def test_who_comes_after_a_submission_is_a_change_and_keeps_nothing_from_being_submitted(
    visit: SignIn, database: Database, world: World
) -> None:
    everybody_is_insured(database)
    unit_id, _, _ = unit_of(database, world)
    school = visit("school_admin")
    assert visitor_submits(school, unit_id)
    with database.sessions() as session:
        raw(session, "UPDATE enrolment SET state = 'unregistered', choice = NULL, coverage_option_id = NULL")
        session.commit()
    text = page(school, f"/rates/{unit_id}")
    assert "Changed since it was submitted" in text
    assert "ask the level above to return this rate" in text
    assert "Still missing before this rate can be submitted" not in text


def visitor_submits(visitor: Visit, unit_id: int) -> bool:
    """Press 提交 on the page of a unit."""
    return visitor.fill(f"/rates/{unit_id}").status_code == 303


def test_an_old_page_changes_nothing(visit: SignIn, database: Database, world: World) -> None:
    everybody_is_insured(database)
    unit_id, version, _ = unit_of(database, world)
    visitor = visit("school_admin")
    form = visitor.hidden(f"/rates/{unit_id}")
    assert visitor_submits(visitor, unit_id)
    assert visitor.post(f"/rates/{unit_id}", form).status_code == 409
    county = visit("county_admin")
    stale = f"{unit_id}-{version}"
    county.fill(f"/rates/review?rowid={stale}", rowid=stale, event="approve", opinion="")
    assert unit_of(database, world)[2] == "submitted"


def test_who_came_after_submission_is_named(visit: SignIn, database: Database, world: World) -> None:
    everybody_is_insured(database)
    unit_id, _, _ = unit_of(database, world)
    assert visitor_submits(visit("school_admin"), unit_id)
    with database.sessions() as session:
        raw(
            session,
            "UPDATE enrolment SET state = 'stopped' WHERE plan_id = :plan AND student_id = :id",
            plan=world.plan_id,
            id=world.of(A)[0].student_id,
        )
        session.commit()
    text = page(visit("school_admin"), f"/rates/{unit_id}")
    assert "Changed since it was submitted" in text
    assert "画眉甲" in text
    nameless = page(visit("province_admin"), f"/rates/{unit_id}")
    assert "Changed since it was submitted" in nameless
    assert "画眉甲" not in nameless


def test_others_find_neither_the_unit_nor_its_review(visit: SignIn, database: Database, world: World) -> None:
    unit_id, version, _ = unit_of(database, world)
    stranger = visit("school_admin_b")
    assert stranger.get(f"/rates/{unit_id}").status_code == 404
    assert visit("county_admin").get(f"/rates/review?rowid={unit_id}-{version}").status_code == 200
    for bad in ("x", f"{unit_id}", f"{unit_id}-", ""):
        assert visit("county_admin").get(f"/rates/review?rowid={bad}").status_code in {404, 422}
    assert visit("class_teacher").get(f"/rates/{unit_id}").status_code == 404


def test_a_class_teacher_sees_a_card_for_each_own_class_only(visit: SignIn, world: World) -> None:
    text = page(visit("class_teacher"), f"/classes/?plan={world.plan}")
    assert text.count("七年级画眉(1)班") >= 1
    assert "七年级画眉(2)班" not in text
    assert "50.00%" in text
    for number in ("total_eligible", "insured", "not_insured"):
        assert f"node={class_of(A, 1, 1)}&amp;status={number}" in text
    behind = page(
        visit("class_teacher"), f"/figures/people?plan={world.plan}&node={class_of(A, 1, 1)}&status=not_insured"
    )
    assert behind.count('scope="row"') == 1
    whole = page(visit("class_set_admin"), f"/classes/?plan={world.plan}")
    assert ("八年级画眉(1)班" in whole, "八年级画眉(2)班" in whole) == (True, False)


def test_a_name_behind_a_figure_leads_to_the_application_where_that_may_be_opened(
    visit: SignIn, database: Database, world: World
) -> None:
    asked = f"/figures/people?plan={world.plan}&node={A}&status=unregistered"
    stmt = select(Enrolment.id).where(Enrolment.plan_id == world.plan_id, Enrolment.tally == "unregistered")
    with database.sessions() as session:
        there = set(session.scalars(everything(stmt, because=TEST)))
    led = {int(each) for each in re.findall(r'href="/applications/(\d+)"', page(visit("school_admin"), asked))}
    assert led
    assert led < there
    assert not re.findall(r'href="/applications/\d+"', page(visit("province_admin"), asked))
