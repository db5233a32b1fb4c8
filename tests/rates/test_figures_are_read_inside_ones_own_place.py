"""Who reads which figures: those of the own places and of the school of an own class set; names by their own right."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session
from app.core.errors import NotFound
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries
from app.rates.rules import Figures, Status
from tests.make.campaign import PAID
from tests.make.places import COUNTY_A, ROOT, A, B, class_of, grade
from tests.make.posts import FAMILY, LOW
from tests.world import World

FindNode = Callable[[str], OrgNode]
AT_SCHOOL = sorted(
    role.code
    for role in ROLES
    if Permission.FIGURE_READ in role.permissions and role.code not in {*LOW, *FAMILY, "unit_operator"}
)
NAMELESS = ("city_admin", "ministry_admin", "province_admin")
OUTSIDE = (B, grade(B, 1), class_of(B, 1, 1), COUNTY_A, ROOT, "NOWHERE")


@pytest.mark.parametrize("role", AT_SCHOOL)
def test_another_place_answers_as_one_that_does_not_exist(session: Session, world: World, role: str) -> None:
    answers = set()
    for code in OUTSIDE:
        with pytest.raises(NotFound) as refusal:
            queries.place(session, world.actor(session, role), code=code)
        answers.add(str(refusal.value))
    assert len(answers) == 1


@pytest.mark.parametrize("role", AT_SCHOOL)
def test_even_a_place_handed_over_shows_nothing_of_another_school(
    session: Session,
    world: World,
    node: FindNode,
    role: str,
) -> None:
    actor = world.actor(session, role)
    plan = plans.find(session, actor, code=world.plan)
    for code in OUTSIDE[:3]:
        assert queries.at(session, actor, plan, node(code)) == Figures()
        assert queries.people(session, actor, plan, node(code), Status.TOTAL_ELIGIBLE) == []
    listed = queries.people(session, actor, plan, node(ROOT), Status.TOTAL_ELIGIBLE)
    assert {member.class_code.split("-")[0] for member in listed} == {A}


@pytest.mark.parametrize("role", sorted({*AT_SCHOOL, *LOW, "unit_operator"}))
def test_figures_begin_at_the_own_place(session: Session, world: World, role: str) -> None:
    actor = world.actor(session, role)
    assert queries.own_place(session, actor).path == actor.home_path


@pytest.mark.parametrize("role", FAMILY)
def test_families_read_no_figures(session: Session, world: World, role: str) -> None:
    actor = world.actor(session, role)
    with pytest.raises(NotFound):
        queries.own_place(session, actor)
    with pytest.raises(NotFound):
        queries.place(session, actor, code=class_of(A, 1, 1))


def test_a_class_set_counts_and_lists_its_classes_at_its_school(
    session: Session,
    world: World,
    node: FindNode,
) -> None:
    actor = world.actor(session, "class_set_admin")
    plan = plans.find(session, actor, code=world.plan)
    school = queries.place(session, actor, code=A)
    figures = queries.at(session, actor, plan, school)
    assert figures == Figures(insured=1, waived=1, unregistered=1, stopped=1, amount=PAID)
    rows = queries.by_child(session, actor, plan, school)
    assert [row.place.code for row in rows] == [class_of(A, 1, 1), class_of(A, 2, 1)]
    assert Figures.total([row.figures for row in rows]) == figures
    for status in Status:
        assert len(queries.people(session, actor, plan, school, status)) == figures.count(status)
    assert queries.place(session, actor, code=class_of(A, 2, 1)).id == node(class_of(A, 2, 1)).id


@pytest.mark.parametrize("code", [class_of(A, 1, 2), grade(A, 1), B, COUNTY_A])
def test_a_class_set_opens_neither_the_classes_beside_it_nor_the_levels_between(
    session: Session,
    world: World,
    code: str,
) -> None:
    with pytest.raises(NotFound):
        queries.place(session, world.actor(session, "class_set_admin"), code=code)


@pytest.mark.parametrize("role", NAMELESS)
def test_who_may_not_open_names_gets_as_many_rows_without_them(
    session: Session,
    world: World,
    node: FindNode,
    role: str,
) -> None:
    actor = world.actor(session, role)
    assert not actor.holds(Permission.FIGURE_NAMES)
    plan = plans.find(session, actor, code=world.plan)
    for status in Status:
        listed = queries.people(session, actor, plan, node(A), status)
        assert len(listed) == queries.at(session, actor, plan, node(A)).count(status)
        assert {(member.name, member.student_number) for member in listed} <= {(None, None)}
        assert all(member.class_name and member.school_name and member.state for member in listed)


@pytest.mark.parametrize("role", sorted(set(AT_SCHOOL) - set(NAMELESS)))
def test_who_may_open_names_gets_them(session: Session, world: World, node: FindNode, role: str) -> None:
    actor = world.actor(session, role)
    plan = plans.find(session, actor, code=world.plan)
    listed = queries.people(session, actor, plan, node(A), Status.TOTAL_ELIGIBLE)
    assert listed
    assert all(member.name and member.student_number for member in listed)


def test_codes_of_places_above_are_told_only_where_their_figures_may_be_read(
    session: Session,
    world: World,
    node: FindNode,
) -> None:
    above = {code: node(code).id for code in (ROOT, COUNTY_A, A, grade(A, 1))}
    found = queries.readable_codes(session, world.actor(session, "school_admin"), list(above.values()))
    assert set(found.values()) == {A, grade(A, 1)}
