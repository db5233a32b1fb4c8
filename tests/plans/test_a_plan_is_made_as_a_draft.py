"""Making a plan: at a place of the maker's, with its steps and options; nobody is asked before it opens."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import NotAllowed, NotFound
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.plans.models import CoverageOption, Plan, PlanStep
from app.plans.rules import PlanCodeTaken
from app.plans.services import make
from tests.at_once import at_once, committed
from tests.campaigns import GRADES, OPTION, STEP, draft, plan_of
from tests.make.places import COUNTY_A, ROOT, A, B, class_of
from tests.stage import TEST
from tests.world import World

HOLDERS = sorted(role.code for role in ROLES if Permission.PLAN_CREATE in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.PLAN_CREATE not in role.permissions)


def test_a_draft_stands_at_its_place_with_what_was_asked_for(session: Session) -> None:
    plan = plan_of(session, make(session, SYSTEM, draft("P", cover_year=2030, audience=("junior", "senior"))))
    assert (plan.code, plan.product, plan.cover_year, plan.audience) == (
        "P",
        "student_accident",
        2030,
        ["junior", "senior"],
    )
    assert (plan.state, plan.opened_at, plan.closed_at, plan.counts_stopped) == ("draft", None, None, False)


def test_steps_and_options_keep_their_order(session: Session) -> None:
    plan_id = make(session, SYSTEM, draft("P", steps=(STEP, GRADES), options=(OPTION, OPTION, OPTION)))
    for table, count in ((PlanStep, 2), (CoverageOption, 3)):
        positions = session.scalars(select(table.position).where(table.plan_id == plan_id).order_by(table.id)).all()
        assert positions == list(range(1, count + 1))
    option = session.scalars(select(CoverageOption).where(CoverageOption.plan_id == plan_id)).first()
    assert option is not None
    assert (option.personal_amount, option.fiscal_amount) == (40_000, 70_000)


def test_a_plan_may_have_neither_steps_nor_options(session: Session) -> None:
    plan_id = make(session, SYSTEM, draft("P", steps=(), options=()))
    assert session.scalar(select(func.count()).select_from(PlanStep).where(PlanStep.plan_id == plan_id)) == 0


def test_nobody_is_asked_by_a_draft(session: Session) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    rows = select(func.count()).select_from(Enrolment).where(Enrolment.plan_id == plan_id)
    assert session.scalar(everything(rows, because=TEST)) == 0


def test_the_act_is_written_down(
    session: Session,
    world: World,
    node: Callable[[str], OrgNode],
    acts: Callable[[], list[Audit]],
) -> None:
    actor = world.actor(session, "school_admin")
    plan_id = make(session, actor, draft("P"))
    (act,) = acts()
    assert (act.act, act.account_id, act.subject_ids, act.tree_path) == (
        "plan:create",
        actor.user_id,
        [plan_id],
        node(A).path,
    )


@pytest.mark.parametrize("role", HOLDERS)
def test_who_holds_it_makes_plans_at_or_below_the_own_place(session: Session, world: World, role: str) -> None:
    actor = world.actor(session, role)
    assert make(session, actor, draft("P"))
    assert make(session, actor, draft("Q", place_code=class_of(A, 1, 1)))


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_makes_none(session: Session, world: World, role: str) -> None:
    with pytest.raises((NotAllowed, NotFound)):
        make(session, world.actor(session, role), draft("P"))


@pytest.mark.parametrize("place", [B, COUNTY_A, ROOT, "NOWHERE"])
@pytest.mark.parametrize("role", HOLDERS)
def test_another_place_is_not_found(session: Session, world: World, role: str, place: str) -> None:
    if role == "system_admin":
        role = "school_admin_b" if place != B else "school_admin"
    with pytest.raises(NotFound) as refusal:
        make(session, world.actor(session, role), draft("P", place_code=place))
    assert refusal.value.facts == {"what": "node"}


def test_a_code_is_given_once(session: Session, world: World) -> None:
    with pytest.raises(PlanCodeTaken):
        make(session, SYSTEM, draft(world.plan))


@pytest.mark.committed
def test_of_two_plans_of_one_code_made_at_once_one_stands(database: Database) -> None:
    making = committed(database, lambda session: make(session, SYSTEM, draft("P")))
    outcomes = at_once(*[making] * 4)
    assert sum(isinstance(outcome, PlanCodeTaken) for outcome in outcomes) == 3
    with database.sessions() as session:
        stored = select(func.count()).select_from(Plan).where(Plan.code == "P")
        assert session.scalar(everything(stored, because=TEST)) == 1
