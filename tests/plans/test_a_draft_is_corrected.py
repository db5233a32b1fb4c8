"""A draft is replaced as a whole by what the form says; whoever looked at an older one is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotAllowed, NotFound, Stale
from app.plans.models import CoverageOption
from app.plans.rules import NewOption, NewPlan, NotDraft, checked
from app.plans.services import correct, make, open_plan
from tests.at_once import at_once, committed
from tests.campaigns import FROM, GRADES, OPTION, STEP, TO, draft, opened, plan_of
from tests.conftest import CountStatements
from tests.make.places import B
from tests.world import World

OTHERS = sorted(role.code for role in ROLES if Permission.PLAN_UPDATE not in role.permissions)
NEW = replace(draft("P"), name="改过的计划", cover_year=2029, options=(OPTION, OPTION), steps=(STEP, GRADES))


def test_everything_but_place_and_code_is_replaced(session: Session, acts: Callable[[], list[Audit]]) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    correct(session, SYSTEM, plan_id=plan_id, version=1, new=replace(NEW, code="OTHER", place_code=B))
    plan = plan_of(session, plan_id)
    assert (plan.code, plan.name, plan.cover_year, plan.version) == ("P", "改过的计划", 2029, 2)
    labels = select(CoverageOption.label).where(CoverageOption.plan_id == plan_id)
    assert session.scalars(labels).all() == [OPTION.label, OPTION.label]
    assert acts()[-1].before == {"name": "计划P", "cover_year": "2027"}
    assert acts()[-1].after == {"name": "改过的计划", "cover_year": "2029"}


def test_who_looked_at_an_older_draft_is_told(session: Session) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    correct(session, SYSTEM, plan_id=plan_id, version=1, new=NEW)
    with pytest.raises(Stale) as refusal:
        correct(session, SYSTEM, plan_id=plan_id, version=1, new=draft("P"))
    assert refusal.value.current == {"name": "改过的计划", "cover_year": 2029}


def test_an_open_plan_is_not_replaced(session: Session) -> None:
    plan = opened(session, "P")
    with pytest.raises(NotDraft):
        correct(session, SYSTEM, plan_id=plan.id, version=plan.version, new=NEW)


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_corrects_none(session: Session, world: World, role: str) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    with pytest.raises((NotAllowed, NotFound)):
        correct(session, world.actor(session, role), plan_id=plan_id, version=1, new=NEW)


def test_a_draft_of_another_school_is_not_found(session: Session, world: World) -> None:
    plan_id = make(session, SYSTEM, draft("P", place_code=B))
    with pytest.raises(NotFound):
        correct(session, world.actor(session, "school_admin"), plan_id=plan_id, version=1, new=NEW)


@pytest.mark.committed
def test_of_two_who_correct_at_once_one_is_told(database: Database) -> None:
    plan_id = committed(database, lambda session: make(session, SYSTEM, draft("P")))()
    calls = [committed(database, lambda session: correct(session, SYSTEM, plan_id=plan_id, version=1, new=NEW))] * 2
    assert sorted(type(outcome).__name__ for outcome in at_once(*calls)) == ["NoneType", "Stale"]


def test_correcting_takes_eight_statements(session: Session, statements: CountStatements) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    with statements() as sent:
        correct(session, SYSTEM, plan_id=plan_id, version=1, new=NEW)
    assert len(sent) <= 8


def test_an_unfinished_draft_is_not_opened(session: Session) -> None:
    plan_id = make(session, SYSTEM, draft("P", options=()))
    with pytest.raises(Exception, match="plan_unfinished"):
        open_plan(session, SYSTEM, plan_id=plan_id)


BACKWARDS = NewOption("", date(2028, 1, 1), date(2027, 1, 1), -1, 0)


@pytest.mark.parametrize(
    ("new", "wrong"),
    [
        (replace(NEW, name=" "), {"name": "plan_name"}),
        (replace(NEW, code="a b"), {"code": "plan_code"}),
        (replace(NEW, audience=()), {"audience": "plan_audience"}),
        (replace(NEW, apply_to=FROM), {"apply_to": "plan_window"}),
        (
            replace(NEW, options=(OPTION, BACKWARDS)),
            {"option2_label": "plan_option_label", "option2_to": "plan_period", "option2_personal": "plan_amount"},
        ),
        (replace(NEW, steps=(replace(STEP, window_to=FROM),)), {"step1_to": "plan_window"}),
        (replace(NEW, steps=(replace(STEP, review_role="class_teacher"),)), {"step1_review_role": "plan_same_role"}),
        (replace(NEW, steps=(GRADES, STEP)), {"step2_kind": "plan_chain_order"}),
        (replace(NEW, steps=(STEP, STEP)), {"step2_kind": "plan_chain_order"}),
        (replace(NEW, apply_from=TO), {"apply_to": "plan_window"}),
    ],
)
def test_each_wrong_field_is_named(new: NewPlan, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid) as refusal:
        checked(new)
    assert refusal.value.fields == wrong
