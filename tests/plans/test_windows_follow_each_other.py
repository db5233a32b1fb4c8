"""Nobody can look at what has not begun or has ended: applications, then each step from below."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.audit.models import Audit
from app.core.db import Session
from app.core.errors import Invalid
from app.plans.rules import NewStep, Windows, WindowsDisordered
from app.plans.services import make, open_plan, reschedule
from app.plans.services.drafting import suggested_code
from tests.campaigns import FROM, GRADES, STEP, TO, draft, opened, plan_of
from tests.make.places import A
from tests.world import World

DAY = timedelta(days=1)
BEFORE, AFTER = FROM - DAY, TO + DAY


@pytest.mark.parametrize(
    ("steps", "wrong"),
    [
        ((replace(STEP, window_from=BEFORE), GRADES), {"step1_from": "plan_step_begins"}),
        ((replace(STEP, window_to=TO - DAY), GRADES), {"step1_to": "plan_step_ends"}),
        ((replace(STEP, window_from=FROM + DAY), GRADES), {"step2_from": "plan_step_begins"}),
        ((replace(STEP, window_to=AFTER), GRADES), {"step2_to": "plan_step_ends"}),
        (
            (replace(STEP, window_from=BEFORE, window_to=TO - DAY), GRADES),
            {"step1_from": "plan_step_begins", "step1_to": "plan_step_ends"},
        ),
    ],
)
def test_a_step_before_what_it_looks_at_is_refused_beside_its_field(
    session: Session, world: World, steps: tuple[NewStep, ...], wrong: dict[str, str]
) -> None:
    assert world.plan_id
    with pytest.raises(Invalid) as refused:
        make(session, SYSTEM, draft("ORDER", steps=steps))
    assert refused.value.fields == wrong


def test_steps_at_the_same_time_and_one_after_the_other_are_accepted(session: Session, world: World) -> None:
    assert world.plan_id
    later = replace(GRADES, window_from=TO, window_to=AFTER + DAY)
    assert make(session, SYSTEM, draft("SAME", steps=(STEP, GRADES)))
    assert make(session, SYSTEM, draft("LATER", steps=(replace(STEP, window_to=AFTER), later)))


def test_moving_a_window_of_a_step_is_written_down(session: Session, acts: Callable[[], list[Audit]]) -> None:
    plan = opened(session, "P")
    windows = Windows(plan.apply_from, plan.apply_to, ((FROM, TO + timedelta(days=1)),))
    reschedule(session, SYSTEM, plan_id=plan.id, version=plan.version, windows=windows)
    line = acts()[-1]
    assert (line.before or {})["windows"] == "2026-09-01 08:00 – 2027-01-01 08:00"
    assert (line.after or {})["windows"] == "2026-09-01 08:00 – 2027-01-02 08:00"


def test_a_code_is_suggested_that_nobody_has_taken(session: Session) -> None:
    assert suggested_code(session, A, 2029) == f"2029-{A}-1"
    make(session, SYSTEM, draft(f"2029-{A}-2"))
    assert suggested_code(session, A, 2029) == f"2029-{A}-1"
    make(session, SYSTEM, draft(f"2029-{A}-1"))
    assert suggested_code(session, A, 2029) == f"2029-{A}-3"


def test_an_open_plan_is_not_rescheduled_into_disorder(session: Session, world: World) -> None:
    assert world.plan_id
    plan = opened(session, "P", steps=(STEP, GRADES))
    windows = Windows(FROM, AFTER, ((FROM, TO), (FROM, AFTER)))
    with pytest.raises(Invalid) as refused:
        reschedule(session, SYSTEM, plan_id=plan.id, version=plan.version, windows=windows)
    assert refused.value.fields == {"step1_to": "plan_step_ends"}


def test_a_draft_of_before_in_disorder_is_not_opened(session: Session, world: World) -> None:
    assert world.plan_id
    plan_id = make(session, SYSTEM, draft("OLD"))
    sql = "UPDATE plan_step SET window_to = :end WHERE plan_id = :plan"
    session.connection().execute(text(sql), {"end": TO - DAY, "plan": plan_id})
    with pytest.raises(WindowsDisordered):
        open_plan(session, SYSTEM, plan_id=plan_id)
    assert plan_of(session, plan_id).state == "draft"
