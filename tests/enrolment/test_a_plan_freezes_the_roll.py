"""数据冻结: while a plan that freezes the roll is open, nobody it asks is moved, paused or let go (domain §2.3)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text

from app.access.actor import SYSTEM
from app.core.db import Session
from app.enrolment.rules import StatusFrozen
from app.plans.models import Plan
from app.plans.rules import Windows
from app.plans.services import close, make, reschedule
from app.students import services
from app.students.workflow import StudentEvent, StudentState
from tests.campaigns import FROM, TO, draft, opened, plan_of
from tests.make.places import A, B
from tests.students.typed import student
from tests.world import World

DAY = date(2026, 10, 8)


def frozen(session: Session, **terms: str) -> Plan:
    """An open plan over school A, unless told otherwise, that freezes the roll."""
    return opened(session, "FROZEN", freeze_status_changes=True, **terms)  # type: ignore[arg-type]


def pause(session: Session, one: int, event: StudentEvent = StudentEvent.TAKE_LEAVE) -> None:
    """Let a student take leave, or come back."""
    version = student(session, one).version
    services.change_status(session, SYSTEM, student_id=one, version=version, event=event, on=DAY, reason="因病休学")


def leave(session: Session, one: int) -> None:
    """Let a student leave."""
    version = student(session, one).version
    services.leave(session, SYSTEM, student_id=one, version=version, state="withdrawn", on=DAY, reason="迁居")


def move(session: Session, one: int) -> None:
    """Transfer a student to another class."""
    services.move(session, SYSTEM, ids=[one], class_number=f"{A}-202502")


@pytest.mark.parametrize("act", [pause, leave, move])
def test_nothing_happens_to_whom_the_plan_asks_and_it_is_named(session: Session, world: World, act: object) -> None:
    plan, one = frozen(session), world.of(A)[0].student_id
    before = student(session, one).version
    with pytest.raises(StatusFrozen) as refused, session.begin_nested():
        act(session, one)  # type: ignore[operator]
    assert refused.value.facts == {"plan": plan.name}
    session.expire_all()
    assert (student(session, one).version, student(session, one).state) == (before, StudentState.IN_SCHOOL)


def test_who_is_on_leave_does_not_come_back_meanwhile(session: Session, world: World) -> None:
    one = world.of(A)[0].student_id
    pause(session, one)
    frozen(session)
    with pytest.raises(StatusFrozen):
        pause(session, one, StudentEvent.RESUME)


@pytest.mark.parametrize("state", ["draft", "closed", "lifted"])
def test_only_an_open_plan_that_says_so_freezes(session: Session, world: World, state: str) -> None:
    if state == "draft":
        make(session, SYSTEM, draft("FROZEN", freeze_status_changes=True))
    else:
        plan = frozen(session)
        if state == "closed":
            close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason="收缴结束")
        else:
            windows = Windows(FROM, TO, ((FROM, TO),), freeze_status_changes=False)
            reschedule(session, SYSTEM, plan_id=plan.id, version=plan.version, windows=windows)
    leave(session, world.of(A)[0].student_id)
    assert student(session, world.of(A)[0].student_id).state == "withdrawn"


@pytest.mark.parametrize("terms", [{"place_code": B}, {"audience": ("senior",)}])
def test_whom_the_plan_does_not_ask_it_does_not_freeze(session: Session, world: World, terms: dict[str, str]) -> None:
    frozen(session, **terms)
    leave(session, world.of(A)[0].student_id)
    assert student(session, world.of(A)[0].student_id).state == "withdrawn"


def test_moving_windows_alone_leaves_the_freeze_as_it_is(session: Session, world: World) -> None:
    plan = frozen(session)
    windows = Windows(FROM, TO, ((FROM, TO + timedelta(days=1)),))
    reschedule(session, SYSTEM, plan_id=plan.id, version=plan.version, windows=windows)
    assert plan_of(session, plan.id).freeze_status_changes
    assert world.plan_id


def test_without_a_freeze_the_roll_goes_on(session: Session, world: World) -> None:
    opened(session, "FREE")
    assert session.connection().execute(text("SELECT bool_or(freeze_status_changes) FROM plan")).scalar() is False
    leave(session, world.of(A)[0].student_id)
    assert student(session, world.of(A)[0].student_id).state == "withdrawn"
