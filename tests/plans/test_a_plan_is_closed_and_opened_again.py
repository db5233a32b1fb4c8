"""Closing takes one person and a reason, opening again takes two; the roll that went on meanwhile is caught up with."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.access.actor import SYSTEM, Actor
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.enrolment.models import Enrolment
from app.plans.models import Plan
from app.plans.rules import NotClosed, NotOpen, ReopeningAsked, ReopeningDecided, SamePerson
from app.plans.services import agree, ask_to_reopen, close, decline, make
from tests.at_once import at_once, committed
from tests.campaigns import draft, opened, plan_of
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import A as HERE
from tests.make.places import B, class_of
from tests.stage import TEST
from tests.world import World

OTHERS = sorted(role.code for role in ROLES if Permission.PLAN_CLOSE not in role.permissions)
REASON = "参保窗口已结束"


@pytest.fixture(name="plan")
def _plan(session: Session) -> Plan:
    """An open plan of school A."""
    return opened(session, "P")


def closed(session: Session, plan: Plan) -> Plan:
    """The plan, closed by the system."""
    close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason=REASON)
    return plan_of(session, plan.id)


def wish(session: Session, plan: Plan, actor: Actor = SYSTEM) -> int:
    """A wish to open the plan again."""
    return ask_to_reopen(session, actor, plan_id=plan.id, version=plan_of(session, plan.id).version, reason="补报")


def counted(session: Session, plan_id: int) -> int:
    """How many rows of a plan are counted."""
    stmt = select(func.count()).select_from(Enrolment)
    live = stmt.where(Enrolment.plan_id == plan_id, Enrolment.tally.is_not(None))
    return session.scalar(everything(live, because=TEST)) or 0


def test_a_closed_plan_keeps_when_and_why(session: Session, plan: Plan, acts: Callable[[], list[Audit]]) -> None:
    found = closed(session, plan)
    assert (found.state, found.close_reason, found.version) == ("closed", REASON, plan.version)
    assert found.closed_at is not None
    assert (acts()[-1].act, acts()[-1].after) == ("plan:close", {"state": "closed", "reason": REASON})


@pytest.mark.parametrize("reason", ["", " ", "x", "长" * 501])
def test_a_reason_is_asked_for(session: Session, plan: Plan, reason: str) -> None:
    with pytest.raises(Invalid) as refusal:
        close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason=reason)
    assert refusal.value.fields == {"reason": "plan_reason"}


def test_who_looked_at_an_older_plan_does_not_close_it(session: Session, plan: Plan) -> None:
    with pytest.raises(Stale):
        close(session, SYSTEM, plan_id=plan.id, version=plan.version - 1, reason=REASON)


def test_a_closed_plan_is_not_closed_again(session: Session, plan: Plan) -> None:
    found = closed(session, plan)
    with pytest.raises(NotOpen):
        close(session, SYSTEM, plan_id=plan.id, version=found.version, reason=REASON)


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_closes_none(session: Session, world: World, plan: Plan, role: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        close(session, world.actor(session, role), plan_id=plan.id, version=plan.version, reason=REASON)


def test_a_plan_of_another_school_is_not_found(session: Session, world: World) -> None:
    other = opened(session, "B", place_code=B)
    with pytest.raises(NotFound):
        close(session, world.actor(session, "school_admin"), plan_id=other.id, version=other.version, reason=REASON)


@pytest.mark.committed
def test_of_two_who_close_at_once_one_closes(database: Database) -> None:
    plan_id = committed(database, lambda session: opened(session, "P").id)()
    calls = [committed(database, lambda session: close(session, SYSTEM, plan_id=plan_id, version=2, reason=REASON))] * 2
    assert sorted(type(outcome).__name__ for outcome in at_once(*calls)) == ["NoneType", "NotOpen"]


def test_closing_takes_six_statements(session: Session, plan: Plan, statements: CountStatements) -> None:
    with statements() as sent:
        close(session, SYSTEM, plan_id=plan.id, version=plan.version, reason=REASON)
    assert len(sent) <= 6


def test_an_open_plan_needs_no_second_opening(session: Session, plan: Plan) -> None:
    with pytest.raises(NotClosed):
        wish(session, plan)


def test_one_wish_at_a_time(session: Session, plan: Plan) -> None:
    closed(session, plan)
    wish(session, plan)
    with pytest.raises(ReopeningAsked):
        wish(session, plan)


def test_who_asked_cannot_agree(session: Session, world: World, plan: Plan) -> None:
    closed(session, plan)
    asker = world.actor(session, "school_admin")
    wish_id = wish(session, plan, asker)
    with pytest.raises(SamePerson):
        agree(session, asker, plan_id=plan.id, wish_id=wish_id)
    assert plan_of(session, plan.id).state == "closed"


def test_another_person_opens_it_again(session: Session, world: World, plan: Plan) -> None:
    closed(session, plan)
    wish_id = wish(session, plan, world.actor(session, "school_admin"))
    agree(session, world.actor(session, "student_affairs"), plan_id=plan.id, wish_id=wish_id)
    found = plan_of(session, plan.id)
    assert (found.state, found.closed_at, found.close_reason) == ("open", None, None)


def test_a_declined_wish_leaves_it_closed_and_may_be_made_anew(session: Session, world: World, plan: Plan) -> None:
    closed(session, plan)
    wish_id = wish(session, plan, world.actor(session, "school_admin"))
    decline(session, world.actor(session, "student_affairs"), plan_id=plan.id, wish_id=wish_id)
    with pytest.raises(ReopeningDecided):
        agree(session, world.actor(session, "student_affairs"), plan_id=plan.id, wish_id=wish_id)
    assert plan_of(session, plan.id).state == "closed"
    assert wish(session, plan, world.actor(session, "school_admin")) > wish_id


def test_a_wish_of_another_plan_is_not_found(session: Session, world: World, plan: Plan) -> None:
    other = closed(session, opened(session, "Q", cover_year=2031))
    wish_id = wish(session, other, world.actor(session, "school_admin"))
    closed(session, plan)
    with pytest.raises(NotFound):
        agree(session, world.actor(session, "student_affairs"), plan_id=plan.id, wish_id=wish_id)


def test_another_schools_wish_is_not_found(session: Session, world: World, plan: Plan) -> None:
    closed(session, plan)
    wish_id = wish(session, plan)
    with pytest.raises(NotFound):
        agree(session, world.actor(session, "school_admin_b"), plan_id=plan.id, wish_id=wish_id)


@pytest.mark.committed
def test_of_two_who_agree_at_once_one_opens_it(database: Database, world: World) -> None:
    def shut(session: Session) -> tuple[int, int]:
        plan = closed(session, opened(session, "P"))
        return plan.id, wish(session, plan, world.actor(session, "school_admin"))

    plan_id, wish_id = committed(database, shut)()
    second = committed(database, lambda session: agree(session, SYSTEM, plan_id=plan_id, wish_id=wish_id))
    outcomes = at_once(second, second)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "ReopeningDecided"]


def test_who_came_while_it_was_closed_is_asked(session: Session, world: World, plan: Plan) -> None:
    before = counted(session, plan.id)
    closed(session, plan)
    admitted(session, [class_of(HERE, 1, 1)])
    assert counted(session, plan.id) == before
    wish_id = wish(session, plan, world.actor(session, "school_admin"))
    agree(session, world.actor(session, "student_affairs"), plan_id=plan.id, wish_id=wish_id)
    assert counted(session, plan.id) == before + 1


def test_a_draft_cannot_be_closed(session: Session) -> None:
    plan_id = make(session, SYSTEM, draft("D"))
    with pytest.raises(NotOpen):
        close(session, SYSTEM, plan_id=plan_id, version=1, reason=REASON)
