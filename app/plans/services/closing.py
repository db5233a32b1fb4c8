"""Closing a plan, and opening it again by two persons (W1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.audit.services import record
from app.core import locks
from app.core.clock import sql_now
from app.core.db import refused
from app.core.errors import Invalid, NotFound, Stale
from app.core.events import tell
from app.plans.models import Plan, PlanReopening
from app.plans.rules import PlanReopened, ReopeningAsked, ReopeningDecided, SamePerson
from app.plans.services.drafting import locked, ready_for, refuse_wrong_state
from app.plans.services.following import settle_units
from app.plans.states import PlanState, ReopeningState
from app.plans.workflow import PlanEvent


def close(session: Session, actor: Actor, *, plan_id: int, version: int, reason: str) -> None:
    """Close an open plan: from then on it is only read. Waits for every act on its rows.

    Raises `NotFound`, `NotOpen`, `Stale`, `Invalid` (reason).
    """
    reason = _checked_reason(reason)
    locks.hold(session, locks.PLAN, [plan_id])
    plan = ready_for(session, actor, PlanEvent.CLOSE, plan_id)
    if plan.version != version:
        raise Stale({"name": plan.name}, plan.version)
    _set(session, plan, state=PlanState.CLOSED, closed_at=sql_now(), close_reason=reason)
    _note(session, actor, "plan:close", plan, {"state": plan.state}, {"state": "closed", "reason": reason})


def ask_to_reopen(session: Session, actor: Actor, *, plan_id: int, version: int, reason: str) -> int:
    """Ask for a closed plan to be opened again; another person decides. Returns the id of the wish.

    Raises `NotFound`, `NotClosed`, `Stale`, `ReopeningAsked`, `Invalid` (reason).
    """
    reason = _checked_reason(reason)
    plan = ready_for(session, actor, PlanEvent.REOPEN, plan_id)
    if plan.version != version:
        raise Stale({"name": plan.name}, plan.version)
    wish = insert(PlanReopening).values(plan_id=plan_id, reason=reason, asked_by=actor.user_id)
    with refused(uq_plan_reopening_asked=ReopeningAsked):
        wish_id: int = session.execute(wish.returning(PlanReopening.id)).scalar_one()
    _note(session, actor, "plan:open", plan, {"reopening": None}, {"reopening": "asked", "reason": reason})
    return wish_id


def agree(session: Session, actor: Actor, *, plan_id: int, wish_id: int) -> None:
    """As the second person, open the plan again; who came meanwhile is asked, who left is counted no more.

    Places made meanwhile report as well.
    Raises `NotFound`, `ReopeningDecided`, `SamePerson`, `NotClosed`.
    """
    locks.hold(session, locks.PLAN, [plan_id])
    plan, wish = _waiting(session, actor, plan_id, wish_id)
    if wish.asked_by == actor.user_id:
        raise SamePerson
    refuse_wrong_state(plan, PlanEvent.REOPEN)
    locks.hold(session, locks.ASKED, [plan.node_id])
    _decide(session, actor, wish, ReopeningState.AGREED)
    _set(session, plan, state=PlanState.OPEN, closed_at=None, close_reason=None)
    _note(session, actor, "plan:open", plan, {"state": "closed"}, {"state": "open", "reopening": "agreed"})
    settle_units(session, plan_id)
    tell(session, actor, PlanReopened(plan_id))


def decline(session: Session, actor: Actor, *, plan_id: int, wish_id: int) -> None:
    """Decline a wish to open a plan again, or take the own one back. Raises `NotFound`, `ReopeningDecided`."""
    plan, wish = _waiting(session, actor, plan_id, wish_id)
    _decide(session, actor, wish, ReopeningState.DECLINED)
    _note(session, actor, "plan:open", plan, {"reopening": "asked"}, {"reopening": "declined"})


def _waiting(session: Session, actor: Actor, plan_id: int, wish_id: int) -> tuple[Plan, PlanReopening]:
    plan = locked(session, actor, Permission.PLAN_OPEN, plan_id)
    stmt = select(PlanReopening).where(PlanReopening.id == wish_id, PlanReopening.plan_id == plan_id)
    wish = session.scalars(stmt.with_for_update().execution_options(populate_existing=True)).one_or_none()
    if wish is None:
        raise NotFound(what="plan_reopening")
    if wish.state != ReopeningState.ASKED:
        raise ReopeningDecided(state=wish.state)
    return plan, wish


def _decide(session: Session, actor: Actor, wish: PlanReopening, state: ReopeningState) -> None:
    stmt = update(PlanReopening).where(PlanReopening.id == wish.id)
    session.execute(
        stmt.values(state=state, decided_by=actor.user_id, decided_at=sql_now()),
        execution_options={"synchronize_session": False},
    )


def _checked_reason(reason: str) -> str:
    reason = reason.strip()
    if not 2 <= len(reason) <= 500:  # noqa: PLR2004  a sentence somebody can check later
        raise Invalid({"reason": "plan_reason"})
    return reason


def _set(session: Session, plan: Plan, **values: object) -> None:
    stmt = update(Plan).where(Plan.id == plan.id).values(**values, version=Plan.version + 1)
    session.execute(
        everything(stmt, because="the row was read and locked above within the actor's scope"),
        execution_options={"synchronize_session": False},
    )


def _note(
    session: Session, actor: Actor, act: str, plan: Plan, before: Mapping[str, Any], after: Mapping[str, Any]
) -> None:
    record(session, actor, act, subject="plan", ids=[plan.id], path=plan.tree_path, before=before, after=after)
