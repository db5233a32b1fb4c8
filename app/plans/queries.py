"""Reading plans: those of the own places, and those made above that cover them."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import reaching
from app.core.errors import NotFound
from app.plans.models import CoverageOption, Plan, PlanState


def find(session: Session, actor: Actor, *, code: str) -> Plan:
    """The plan of a code that stands at, above or below the actor's places, or `NotFound`."""
    stmt = reaching(select(Plan).where(Plan.code == code), Plan, actor, Permission.PLAN_READ)
    plan = session.scalars(stmt).one_or_none()
    if plan is None:
        raise NotFound(what="plan")
    return plan


def in_progress(session: Session, actor: Actor) -> list[Plan]:
    """The open and closed plans the actor may read, the newest cover year first, open ones before closed ones."""
    stmt = (
        select(Plan)
        .where(Plan.state.in_([PlanState.OPEN, PlanState.CLOSED]))
        .order_by((Plan.state == PlanState.OPEN).desc(), Plan.cover_year.desc(), Plan.id.desc())
    )
    return list(session.scalars(reaching(stmt, Plan, actor, Permission.PLAN_READ)))


def options_of(session: Session, plan_id: int) -> dict[int, CoverageOption]:
    """The coverage options of a plan that the caller has found in scope, in their order, by their ids."""
    stmt = select(CoverageOption).where(CoverageOption.plan_id == plan_id).order_by(CoverageOption.position)
    return {option.id: option for option in session.scalars(stmt)}
