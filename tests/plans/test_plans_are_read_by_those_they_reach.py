"""Reading a plan: whoever stands at, below or above its place; everybody else hears that there is none."""

from __future__ import annotations

import pytest

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session
from app.core.errors import NotFound
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.plans import queries
from app.plans.services import make
from tests.campaigns import draft, opened
from tests.make.places import COUNTY_A, COUNTY_B, ROOT, B, class_of
from tests.make.posts import FAMILY
from tests.world import World

READERS = sorted(r.code for r in ROLES if Permission.PLAN_READ in r.permissions and r.code not in FAMILY)


@pytest.mark.parametrize("role", READERS)
def test_a_plan_made_above_is_read_below(session: Session, world: World, role: str) -> None:
    actor = world.actor(session, role)
    assert queries.find(session, actor, code=world.plan).id == world.plan_id
    assert [plan.code for plan in queries.in_progress(session, actor)] == [world.plan]


@pytest.mark.parametrize("place", [B, COUNTY_B, class_of(B, 1, 1)])
@pytest.mark.parametrize("role", READERS)
def test_a_plan_made_elsewhere_answers_as_one_that_does_not_exist(
    session: Session,
    world: World,
    role: str,
    place: str,
) -> None:
    opened(session, "ELSEWHERE", place_code=place)
    actor = world.actor(session, role)
    answers = []
    for code in ("ELSEWHERE", "NOWHERE"):
        with pytest.raises(NotFound) as refusal:
            queries.find(session, actor, code=code)
        answers.append(str(refusal.value))
    assert answers[0] == answers[1]
    assert [plan.code for plan in queries.in_progress(session, actor)] == [world.plan]


def test_a_plan_made_below_is_read_from_above_and_not_from_beside(session: Session, world: World) -> None:
    opened(session, "CLASS-1", place_code=class_of("THRUSH", 1, 1))
    opened(session, "CLASS-2", place_code=class_of("THRUSH", 1, 2), cover_year=2028)
    admin, teacher = world.actor(session, "school_admin"), world.actor(session, "class_teacher")
    assert [plan.code for plan in queries.in_progress(session, admin)] == ["CLASS-2", "CLASS-1", world.plan]
    assert [plan.code for plan in queries.in_progress(session, teacher)] == ["CLASS-1", world.plan]


def test_a_draft_is_not_in_progress(session: Session, world: World) -> None:
    make(session, SYSTEM, draft("P", place_code=COUNTY_A))
    assert [plan.code for plan in queries.in_progress(session, SYSTEM)] == [world.plan]


def test_a_plan_that_asks_nobody_at_a_place_is_not_in_progress_there(session: Session, world: World) -> None:
    seniors = NewNode(COUNTY_B, "school", "百灵高中", code="LARK", stage="senior")
    year = NewNode("LARK", "grade", "百灵2026级", code="LARK-2026", stage="senior", entry_year=2026)
    grow(session, SYSTEM, [seniors, year, NewNode("LARK-2026", "class", "(1)班", code="LARK-1", stage="senior")])
    plan = opened(session, "SENIORS", place_code=ROOT, audience=("senior",), cover_year=2028)
    school = world.actor(session, "school_admin")
    assert queries.find(session, school, code="SENIORS").id == plan.id
    assert [each.code for each in queries.in_progress(session, school)] == [world.plan]
    assert [each.plan.code for each in queries.underway(session, school)] == [world.plan]
    assert [each.code for each in queries.in_progress(session, SYSTEM)] == ["SENIORS", world.plan]
