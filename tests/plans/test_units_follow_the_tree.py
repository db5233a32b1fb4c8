"""Places made or moved after a plan was opened: every class still lies under one unit of each step."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.core.db import Database, Session
from app.orgs import reshape
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.plans import queries as plans
from app.plans.models import Plan, PlanStep, ReportingUnit
from app.plans.services import agree, ask_to_reopen, close, make, open_plan
from tests.at_once import at_once, committed
from tests.campaigns import GRADES, STEP, draft, opened, plan_of
from tests.conftest import CountStatements
from tests.make.places import COUNTY_A, A, B, classes_of, grade
from tests.rates.chain import chained
from tests.stage import TEST
from tests.world import World

TWO = (STEP, GRADES)


def units(session: Session, plan: Plan) -> dict[int, list[str]]:
    """The codes of the places that report, by the position of the step, in the order of the tree."""
    stmt = (
        select(PlanStep.position, OrgNode.code)
        .join(ReportingUnit, ReportingUnit.step_id == PlanStep.id)
        .join(OrgNode, OrgNode.id == ReportingUnit.node_id)
        .where(ReportingUnit.plan_id == plan.id, ReportingUnit.ended_at.is_(None))
        .order_by(PlanStep.position, OrgNode.path)
    )
    found: dict[int, list[str]] = {}
    for position, code in session.execute(everything(stmt, because=TEST)):
        found.setdefault(position, []).append(code)
    return found


def planted(session: Session, *nodes: NewNode) -> None:
    """Add places as the system."""
    grow(session, SYSTEM, list(nodes))


def new_class(below: str, code: str = "NEW") -> NewNode:
    """A class to be made below a place."""
    return NewNode(below, "class", "画眉(9)班", code=code)


def test_a_class_made_later_reports_where_classes_do(session: Session) -> None:
    plan = opened(session, "P", steps=TWO)
    before = units(session, plan)
    planted(session, new_class(grade(A, 2)))
    assert units(session, plan) == {1: [*before[1], "NEW"], 2: before[2]}


def test_a_grade_made_later_with_its_classes_reports(session: Session) -> None:
    plan = opened(session, "P", steps=TWO)
    before = units(session, plan)
    later = NewNode(A, "grade", "2024级", code="G24", entry_year=2024)
    planted(session, later, new_class("G24"))
    assert units(session, plan) == {1: [*before[1], "NEW"], 2: [*before[2], "G24"]}


def test_a_class_made_later_below_no_unit_reports_itself(session: Session) -> None:
    plan = opened(session, "P", steps=(GRADES.__class__(**{**vars(GRADES), "leave_condition": "all_decided"}),))
    planted(session, new_class(A))
    assert units(session, plan) == {1: [grade(A, 1), grade(A, 2), "NEW"]}


def test_only_open_plans_that_ask_there_get_units(session: Session) -> None:
    elsewhere = opened(session, "B", steps=TWO, place_code=B)
    other_stage = opened(session, "S", steps=TWO, audience=("senior",), cover_year=2028)
    shut = opened(session, "C", steps=TWO)
    close(session, SYSTEM, plan_id=shut.id, version=shut.version, reason="已结束")
    before = [units(session, plan) for plan in (elsewhere, other_stage, shut)]
    planted(session, new_class(grade(A, 1)))
    assert [units(session, plan) for plan in (elsewhere, other_stage, shut)] == before


def test_a_plan_made_above_gets_units_for_a_school_made_later(session: Session) -> None:
    plan = opened(session, "P", steps=TWO, place_code=COUNTY_A)
    school = NewNode(COUNTY_A, "school", "新学校", code="NEWS", stage="junior")
    planted(session, school, NewNode("NEWS", "grade", "2026级", code="G", entry_year=2026), new_class("G"))
    assert units(session, plan)[1][-1:] == ["NEW"]
    assert units(session, plan)[2][-1:] == ["G"]


def test_what_was_made_while_a_plan_was_closed_reports_when_it_opens_again(session: Session, world: World) -> None:
    plan = opened(session, "P", steps=TWO)
    close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason="已结束")
    planted(session, new_class(grade(A, 2)))
    asks, agrees = world.actor(session, "school_admin"), world.actor(session, "student_affairs")
    version = plan_of(session, plan.id).version
    wish = ask_to_reopen(session, asks, plan_id=plan.id, version=version, reason="漏了一个班")
    agree(session, agrees, plan_id=plan.id, wish_id=wish)
    assert units(session, plan)[1] == [*classes_of(A), "NEW"]


def test_many_places_take_as_many_statements_as_one(session: Session, statements: CountStatements) -> None:
    opened(session, "P", steps=TWO)
    counts = []
    for first, many in ((0, 1), (1, 40)):
        with statements() as sent:
            planted(session, *(new_class(grade(A, 1), f"N{n}") for n in range(first, first + many)))
        counts.append(len(sent))
    assert counts[0] == counts[1]


def test_the_class_teacher_of_a_class_made_later_sees_the_plan(session: Session, world: World) -> None:
    chain = chained(session, world)
    plan = opened(session, "P", steps=(STEP,))
    planted(session, new_class(grade(A, 2)))
    teacher = chain.who("class_teacher", "NEW")
    assert plan.id in {each.id for each in plans.in_progress(session, teacher)}


def moved(session: Session, code: str, to: str) -> None:
    """Move a place as the system."""
    place = session.scalars(everything(select(OrgNode).where(OrgNode.code == code), because=TEST)).one()
    reshape.move(session, SYSTEM, node_id=place.id, target_code=to, version=place.version)
    session.expire_all()


def test_a_class_moved_below_a_grade_reports_through_it_and_out_of_it_by_itself_again(session: Session) -> None:
    plan = opened(session, "P", steps=(GRADES,))
    planted(session, new_class(A))
    grades = [grade(A, 1), grade(A, 2)]
    assert units(session, plan) == {1: [*grades, "NEW"]}
    moved(session, "NEW", grade(A, 2))
    assert units(session, plan) == {1: grades}
    moved(session, "NEW", A)
    assert units(session, plan) == {1: [*grades, "NEW"]}


def test_a_class_moved_while_the_plan_was_closed_reports_through_the_unit_above(session: Session, world: World) -> None:
    plan = opened(session, "P", steps=(GRADES,))
    planted(session, new_class(A))
    close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason="已结束")
    moved(session, "NEW", grade(A, 2))
    asks, agrees = world.actor(session, "school_admin"), world.actor(session, "student_affairs")
    version = plan_of(session, plan.id).version
    wish = ask_to_reopen(session, asks, plan_id=plan.id, version=version, reason="漏了一个班")
    agree(session, agrees, plan_id=plan.id, wish_id=wish)
    assert units(session, plan) == {1: [grade(A, 1), grade(A, 2)]}


@pytest.mark.committed
def test_a_class_made_while_a_plan_opens_reports_in_it_whichever_comes_first(database: Database) -> None:
    def planting(number: int) -> Callable[[], object]:
        return committed(database, lambda s: grow(s, SYSTEM, [new_class(grade(A, 1), f"N{number}")]))

    with database.sessions.begin() as session:
        bind(session, SYSTEM)
        plan_id = make(session, SYSTEM, draft("P", steps=TWO))
    opening = committed(database, lambda s: open_plan(s, SYSTEM, plan_id=plan_id))
    outcomes = at_once(*(planting(n) for n in range(4)), opening, *(planting(n) for n in range(4, 8)))
    assert not [each for each in outcomes if isinstance(each, Exception)]
    with database.sessions() as session:
        bind(session, SYSTEM)
        found = units(session, plan_of(session, plan_id))
    assert sorted(found[1]) == sorted([*classes_of(A), *(f"N{n}" for n in range(8))])
