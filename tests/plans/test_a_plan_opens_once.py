"""Opening: the plan's units and a row for everybody asked, in one act that happens once."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import NotAllowed, NotFound
from app.enrolment.models import Enrolment
from app.orgs.models import OrgNode
from app.orgs.rules import NewNode
from app.orgs.services import grow
from app.plans.models import ReportingUnit
from app.plans.rules import NotDraft
from app.plans.services import make, open_plan
from tests.at_once import at_once, committed
from tests.campaigns import STEP, draft, opened, plan_of
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import COUNTY_A, ROOT, A, B, classes_of
from tests.stage import TEST
from tests.world import World

HOLDERS = sorted(role.code for role in ROLES if Permission.PLAN_OPEN in role.permissions)
OTHERS = sorted(role.code for role in ROLES if Permission.PLAN_OPEN not in role.permissions)


def asked(session: Session, plan_id: int) -> int:
    """How many rows a plan has."""
    stmt = select(func.count()).select_from(Enrolment).where(Enrolment.plan_id == plan_id)
    return session.scalar(everything(stmt, because=TEST)) or 0


def units(session: Session, plan_id: int) -> list[str]:
    """The codes of a plan's reporting units, step by step, in the order of the tree."""
    stmt = (
        select(OrgNode.code)
        .join(ReportingUnit, ReportingUnit.node_id == OrgNode.id)
        .where(ReportingUnit.plan_id == plan_id)
        .order_by(ReportingUnit.step_id, OrgNode.path)
    )
    return list(session.scalars(everything(stmt, because=TEST)))


def test_an_opened_plan_is_open_since_now(session: Session) -> None:
    plan = opened(session, "P")
    assert (plan.state, plan.version) == ("open", 2)
    assert plan.opened_at is not None


def test_every_node_of_a_steps_kind_below_the_place_becomes_its_unit(session: Session) -> None:
    steps = tuple(STEP.__class__(**{**vars(STEP), "kind": kind}) for kind in ("class", "grade", "school"))
    plan = opened(session, "P", steps=steps)
    assert units(session, plan.id) == [*classes_of(A), f"{A}-1", f"{A}-2", A]


def test_a_closed_node_becomes_no_unit(session: Session, node: Callable[[str], OrgNode]) -> None:
    grow(session, SYSTEM, [NewNode(f"{A}-1", "class", "(3)班", code="SHUT")])
    shut = node("SHUT")
    shut.closed_at, shut.close_reason = shut.created_at, "merged"
    session.flush()
    assert "SHUT" not in units(session, opened(session, "P").id)


def test_the_act_is_written_down(session: Session, acts: Callable[[], list[Audit]]) -> None:
    plan = opened(session, "P")
    assert [(act.act, act.subject_ids, act.tree_path) for act in acts()] == [
        ("plan:create", [plan.id], plan.tree_path),
        ("plan:open", [plan.id], plan.tree_path),
    ]


@pytest.mark.parametrize("state", ["open", "closed"])
def test_what_is_no_draft_cannot_be_opened(session: Session, state: str) -> None:
    plan = opened(session, "P")
    if state == "closed":
        session.connection().execute(
            text("UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id"),
            {"id": plan.id},
        )
    with pytest.raises(NotDraft) as refusal:
        open_plan(session, SYSTEM, plan_id=plan.id)
    assert refusal.value.facts == {"state": state}
    assert asked(session, plan.id) == 8


@pytest.mark.parametrize("role", HOLDERS)
def test_who_holds_it_opens_plans_of_the_own_place(session: Session, world: World, role: str) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    open_plan(session, world.actor(session, role), plan_id=plan_id)
    assert plan_of(session, plan_id).state == "open"


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_opens_none(session: Session, world: World, role: str) -> None:
    plan_id = make(session, SYSTEM, draft("P"))
    with pytest.raises((NotAllowed, NotFound)):
        open_plan(session, world.actor(session, role), plan_id=plan_id)


@pytest.mark.parametrize("place", [B, COUNTY_A, ROOT])
def test_a_plan_of_another_place_or_above_is_not_found(session: Session, world: World, place: str) -> None:
    plan_id = make(session, SYSTEM, draft("P", place_code=place))
    with pytest.raises(NotFound):
        open_plan(session, world.actor(session, "school_admin"), plan_id=plan_id)


def test_a_plan_nobody_made_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        open_plan(session, SYSTEM, plan_id=10**9)


@pytest.mark.committed
def test_a_plan_opened_eight_times_at_once_opens_once(database: Database) -> None:
    plan_id = committed(database, lambda session: make(session, SYSTEM, draft("P")))()
    opening = committed(database, lambda session: open_plan(session, SYSTEM, plan_id=plan_id))
    outcomes = at_once(*[opening] * 8)
    assert sorted(str(type(outcome).__name__) for outcome in outcomes) == ["NoneType", *["NotDraft"] * 7]
    with database.sessions() as session:
        assert (asked(session, plan_id), len(units(session, plan_id))) == (8, 4)


def test_opening_for_many_takes_as_many_statements_as_for_few(session: Session, statements: CountStatements) -> None:
    counts = []
    for code, more in (("P", []), ("Q", classes_of(A) * 25)):
        admitted(session, more)
        plan_id = make(session, SYSTEM, draft(code, cover_year=2030 + bool(more)))
        with statements() as sent:
            open_plan(session, SYSTEM, plan_id=plan_id)
        counts.append((len(sent), asked(session, plan_id)))
    assert counts == [(counts[0][0], 8), (counts[0][0], 108)]
