"""Reading a plan: whoever stands at, below or above its place; everybody else hears that there is none."""

from __future__ import annotations

import pytest

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session
from app.core.errors import NotFound
from app.plans import queries
from app.plans.services import make
from tests.campaigns import draft, opened
from tests.make.places import COUNTY_A, COUNTY_B, B, class_of
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
