"""W4 and after: entering on behalf, correcting, stopping and resuming; and the table all of it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from app.access.roles import ROLES
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.core.db import Session
from app.core.errors import Invalid, NotFound, Stale
from app.core.workflow import WrongState
from app.enrolment import services
from app.enrolment.rules import Outcome, PlanNotOpen, Refused, Wish
from app.enrolment.states import EnrolmentState
from app.enrolment.workflow import APPLICATION, Event
from app.plans.rules import UnitSubmitted
from tests.enrolment.applying import WAIVE, insure, row_of
from tests.make.places import A
from tests.plans.test_units_are_locked import set_state, unit_at
from tests.rates.recounted import raw
from tests.stage import TEST
from tests.world import World

STATES = ("insured", "waived", "submitted", "waived", "unregistered", "stopped", "draft", "rejected")
"""What the eight students of school A have decided in the cast's plan."""


def rows(session: Session, world: World) -> list[Any]:
    """The rows of school A in the cast's plan."""
    return [row_of(session, world.plan_id, pupil.student_id) for pupil in world.of(A)]


def one(session: Session, world: World, place: int) -> dict[str, Any]:
    """How an act names the row of one student, from the version it has."""
    row = rows(session, world)[place]
    return {"plan_id": world.plan_id, "enrolment_id": row.id, "version": row.version}


def test_who_has_not_decided_is_entered_and_approved_at_once(session: Session, world: World) -> None:
    before = rows(session, world)
    actor, ids = world.actor(session, "school_admin"), [row.id for row in before]
    outcome = services.enter(session, actor, plan_id=world.plan_id, ids=ids, wish=insure(session, world.plan_id))
    assert outcome == Outcome(
        tuple(ids[n] for n in (4, 6, 7)), tuple(Refused(ids[n], "wrong_state") for n in (0, 1, 2, 3, 5))
    )
    entered = rows(session, world)[4]
    assert (entered.state, entered.source, entered.filed_by) == (
        "insured",
        "counsellor",
        world.accounts["school_admin"],
    )


@pytest.mark.parametrize("who", ["class_teacher", "college_officer", "county_admin", "school_admin_b", "student"])
def test_who_may_not_enter_finds_nothing(who: str, session: Session, world: World) -> None:
    ids = [rows(session, world)[4].id]
    with pytest.raises(NotFound):
        services.enter(session, world.actor(session, who), plan_id=world.plan_id, ids=ids, wish=WAIVE)


def test_a_waiver_entered_on_behalf_needs_its_reason(session: Session, world: World) -> None:
    ids = [rows(session, world)[4].id]
    with pytest.raises(Invalid):
        services.enter(
            session, world.actor(session, "school_admin"), plan_id=world.plan_id, ids=ids, wish=Wish("waive")
        )


def test_who_enters_that_somebody_does_not_enrol_has_the_declaration_on_paper(session: Session, world: World) -> None:
    actor, ids = world.actor(session, "school_admin"), [rows(session, world)[n].id for n in (4, 6)]
    with pytest.raises(Invalid) as refusal:
        services.enter(session, actor, plan_id=world.plan_id, ids=ids, wish=WAIVE)
    assert refusal.value.fields == {"declared": "paper_missing"}
    outcome = services.enter(session, actor, plan_id=world.plan_id, ids=ids, wish=WAIVE, on_paper=True)
    assert outcome.done == tuple(ids)
    entered = rows(session, world)[4]
    assert (entered.state, entered.declared_on_paper) == ("waived", True)
    stmt = select(ChangeRecord.after).where(ChangeRecord.subject == "enrolment", ChangeRecord.subject_id == ids[0])
    told = session.scalars(everything(stmt.order_by(ChangeRecord.id.desc()).limit(1), because=TEST)).one()
    assert (told or {})["declared_on_paper"] is True


def test_a_tick_without_a_waiver_means_nothing(session: Session, world: World) -> None:
    actor, row = world.actor(session, "school_admin"), rows(session, world)[4]
    wish = insure(session, world.plan_id)
    services.enter(session, actor, plan_id=world.plan_id, ids=[row.id], wish=wish, on_paper=True)
    assert rows(session, world)[4].declared_on_paper is False


def test_of_who_was_insured_a_correction_asks_for_the_paper_of_who_was_waived_it_does_not(
    session: Session, world: World
) -> None:
    actor = world.actor(session, "school_admin")
    with pytest.raises(Invalid) as refusal:
        services.correct(session, actor, **one(session, world, 0), wish=WAIVE, reason="录入有误")
    assert refusal.value.fields == {"declared": "paper_missing"}
    services.correct(session, actor, **one(session, world, 1), wish=Wish("waive", None, "military"), reason="录入有误")
    assert rows(session, world)[1].declared_on_paper is False
    services.correct(session, actor, **one(session, world, 1), wish=WAIVE, reason="补交声明", on_paper=True)
    assert rows(session, world)[1].declared_on_paper is True
    services.correct(session, actor, **one(session, world, 1), wish=WAIVE, reason="再次核对")
    assert rows(session, world)[1].declared_on_paper is True
    chosen = insure(session, world.plan_id)
    services.correct(session, actor, **one(session, world, 1), wish=chosen, reason="改为参保")
    assert rows(session, world)[1].declared_on_paper is False


@pytest.mark.parametrize(("place", "wish", "state"), [(0, WAIVE, "waived"), (1, None, "insured")])
def test_what_was_approved_is_corrected_with_a_reason(
    place: int, wish: Wish | None, state: str, session: Session, world: World
) -> None:
    actor, chosen = world.actor(session, "school_admin"), wish or insure(session, world.plan_id)
    with pytest.raises(Invalid):
        services.correct(session, actor, **one(session, world, place), wish=chosen, reason=" ", on_paper=True)
    services.correct(session, actor, **one(session, world, place), wish=chosen, reason="录入有误", on_paper=True)
    assert rows(session, world)[place].state == state


def test_an_insurance_is_stopped_and_resumed_also_in_a_submitted_unit(session: Session, world: World) -> None:
    set_state(session, unit_at(session, world, A), "submitted")
    actor = world.actor(session, "school_admin")
    services.stop(session, actor, **one(session, world, 0), reason="转出")
    assert rows(session, world)[0].state == "stopped"
    services.resume(session, actor, **one(session, world, 0), reason="转回")
    assert rows(session, world)[0].state == "insured"
    with pytest.raises(UnitSubmitted):
        services.correct(session, actor, **one(session, world, 0), wish=WAIVE, reason="录入有误", on_paper=True)


@pytest.mark.parametrize(("place", "act"), [(0, services.stop), (5, services.resume)])
def test_nothing_is_stopped_or_resumed_in_a_closed_plan(
    session: Session, world: World, place: int, act: Callable[..., None]
) -> None:
    raw(session, "UPDATE plan SET state = 'closed', closed_at = now()")
    actor = world.actor(session, "school_admin")
    with pytest.raises(PlanNotOpen):
        act(session, actor, **one(session, world, place), reason="转出")
    many = services.stop_many if act is services.stop else services.resume_many
    with pytest.raises(PlanNotOpen):
        many(session, actor, plan_id=world.plan_id, ids=[rows(session, world)[place].id], reason="转出")
    assert [row.state for row in rows(session, world)] == list(STATES)


def test_a_wrong_state_or_an_old_page_stops_nothing(session: Session, world: World) -> None:
    actor = world.actor(session, "school_admin")
    with pytest.raises(WrongState):
        services.stop(session, actor, **one(session, world, 4), reason="转出")
    with pytest.raises(Stale):
        services.stop(session, actor, **(one(session, world, 0) | {"version": 99}), reason="转出")
    assert [row.state for row in rows(session, world)] == list(STATES)


def test_the_life_cycle_is_closed_and_every_move_is_somebodys() -> None:
    assert APPLICATION.reachable() == frozenset(EnrolmentState)
    assert {move.event for move in APPLICATION.moves} == set(Event)
    held = {permission for role in ROLES if role.code != "system_admin" for permission in role.permissions}
    assert {move.needs for move in APPLICATION.moves} <= held
