"""Figures of the shared cast, and the people behind each (UM-10): the same condition counts and lists."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.core.db import Session
from app.lists.keyset import Spot
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries
from app.rates.rules import Figures, Status
from tests.campaigns import opened
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.campaign import PAID
from tests.make.places import CITY_A, COUNTY_A, PROVINCE_A, ROOT, A, B, class_of, classes_of, grade
from tests.world import World

FindNode = Callable[[str], OrgNode]
SCHOOL = Figures(insured=1, waived=2, pending=1, unregistered=3, stopped=1, waived_hardship=1, amount=PAID)
CLASSES = {
    class_of(A, 1, 1): Figures(insured=1, waived=1, amount=PAID),
    class_of(A, 1, 2): Figures(waived=1, pending=1, waived_hardship=1),
    class_of(A, 2, 1): Figures(unregistered=1, stopped=1),
    class_of(A, 2, 2): Figures(unregistered=2),
}
BEHIND = {
    Status.TOTAL_ELIGIBLE: [1, 2, 3, 4, 5, 7, 8],
    Status.INSURED: [1],
    Status.WAIVED: [2, 4],
    Status.PENDING: [3],
    Status.UNREGISTERED: [5, 7, 8],
    Status.STOPPED: [6],
    Status.WAIVED_HARDSHIP: [4],
    Status.NOT_INSURED: [2, 3, 4, 5, 7, 8],
}


@pytest.mark.parametrize("code", [PROVINCE_A, CITY_A, COUNTY_A, A])
def test_the_figures_of_a_school_are_those_of_every_place_that_holds_it_alone(
    session: Session,
    world: World,
    node: FindNode,
    code: str,
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    assert queries.at(session, SYSTEM, plan, node(code)) == SCHOOL
    assert str(SCHOOL.rate) == "14.29"


def test_the_figures_of_two_schools_add_up_at_the_top(session: Session, world: World, node: FindNode) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    assert queries.at(session, SYSTEM, plan, node(ROOT)) == Figures.total([SCHOOL, SCHOOL])


def test_each_class_has_its_own_figures(session: Session, world: World, node: FindNode) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    assert {code: queries.at(session, SYSTEM, plan, node(code)) for code in classes_of(A)} == CLASSES
    for number in (1, 2):
        rows = queries.by_child(session, SYSTEM, plan, node(grade(A, number)))
        assert {row.place.code: row.figures for row in rows} == {
            code: figures for code, figures in CLASSES.items() if code.startswith(grade(A, number))
        }


@pytest.mark.parametrize("status", Status)
def test_a_number_opens_exactly_those_it_counts(session: Session, world: World, node: FindNode, status: Status) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    listed = queries.people(session, SYSTEM, plan, node(A), status)
    assert [member.student_number for member in listed] == [f"{A}-{number:02}" for number in BEHIND[status]]
    assert len(listed) == SCHOOL.count(status)


def test_unregistered_lists_who_decided_nothing_drafted_or_was_rejected(
    session: Session,
    world: World,
    node: FindNode,
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    listed = queries.people(session, SYSTEM, plan, node(A), Status.UNREGISTERED)
    assert [member.state for member in listed] == ["unregistered", "draft", "rejected"]


def test_a_line_shows_the_person_the_class_as_it_is_called_and_the_school(
    session: Session,
    world: World,
    node: FindNode,
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    (member,) = queries.people(session, SYSTEM, plan, node(A), Status.INSURED)
    pupil = world.of(A)[0]
    assert (member.name, member.student_number) == (pupil.name, pupil.student_number)
    assert (member.class_code, member.class_name, member.school_name) == (
        class_of(A, 1, 1),
        "七年级画眉(1)班",
        "画眉中学",
    )


def test_a_plan_that_counts_the_stopped_counts_and_lists_them(session: Session, node: FindNode) -> None:
    plan = opened(session, "P", counts_stopped=True)
    session.connection().execute(
        text(
            "UPDATE enrolment SET submitted_at = now(), decided_at = now(), "
            "state = 'stopped', choice = 'insure' WHERE plan_id = :id AND node_id = :node"
        ),
        {"id": plan.id, "node": node(class_of(A, 1, 1)).id},
    )
    figures = queries.at(session, SYSTEM, plan, node(A))
    assert (figures.stopped, figures.total_eligible) == (2, 8)
    assert len(queries.people(session, SYSTEM, plan, node(A), Status.TOTAL_ELIGIBLE)) == 8
    assert len(queries.people(session, SYSTEM, plan, node(A), Status.STOPPED)) == 2


@pytest.mark.parametrize("status", Status)
def test_a_removed_row_is_in_no_figure_and_no_list(
    session: Session,
    world: World,
    node: FindNode,
    status: Status,
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    removed = (
        "UPDATE enrolment SET removed_at = now() WHERE state IN ('unregistered', 'draft', 'submitted', 'rejected')"
    )
    session.connection().execute(text(removed))
    left = Figures(insured=1, waived=2, stopped=1, waived_hardship=1, amount=PAID)
    assert queries.at(session, SYSTEM, plan, node(A)) == left
    assert len(queries.people(session, SYSTEM, plan, node(A), status)) == left.count(status)


def test_a_list_comes_page_by_page_without_gap_or_double(session: Session, world: World, node: FindNode) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    whole = queries.people(session, SYSTEM, plan, node(ROOT), Status.TOTAL_ELIGIBLE)
    pages = [
        queries.people_page(session, SYSTEM, plan, node(ROOT), Status.TOTAL_ELIGIBLE, spot=Spot(5, offset)).rows
        for offset in (0, 5, 10)
    ]
    assert [len(page) for page in pages] == [5, 5, 4]
    assert [member for page in pages for member in page] == whole


def test_figures_and_lists_take_as_many_statements_for_many_as_for_few(
    session: Session,
    world: World,
    node: FindNode,
    statements: CountStatements,
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    places = [node(ROOT), node(A)]
    counts = []
    for more in ([], [*classes_of(A), *classes_of(B)] * 20):
        admitted(session, more)
        with statements() as sent:
            for place in places:
                queries.at(session, SYSTEM, plan, place)
                queries.by_child(session, SYSTEM, plan, place)
                assert len(queries.people(session, SYSTEM, plan, place, Status.UNREGISTERED)) >= 3
        counts.append(len(sent))
    assert counts[0] == counts[1]
