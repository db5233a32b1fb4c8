"""Making and opening plans (W1)."""

from __future__ import annotations

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, under, visible
from app.audit.services import record
from app.core import locks
from app.core.clock import sql_now
from app.core.db import refused
from app.core.errors import Conflict, NotFound
from app.core.events import tell
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.plans.models import CoverageOption, Plan, PlanState, PlanStep, ReportingUnit
from app.plans.rules import NewPlan, PlanOpened


class NotDraft(Conflict):
    """Only a draft can be opened; this plan is open or closed already."""

    code = "plan_not_draft"


class PlanCodeTaken(Conflict):
    """A plan with this code exists, here or elsewhere."""

    code = "plan_code_taken"


def make(session: Session, actor: Actor, new: NewPlan) -> int:
    """Make a draft plan at a place where the actor may make plans; returns its id. Nobody is asked before it opens.

    Raises `NotFound` (place), `PlanCodeTaken`.
    """
    place = orgs.find(session, actor, Permission.PLAN_CREATE, code=new.place_code)
    values = {
        "code": new.code,
        "name": new.name,
        "node_id": place.id,
        "tree_path": place.path,
        "product": new.product,
        "cover_year": new.cover_year,
        "audience": list(new.audience),
        "counts_stopped": new.counts_stopped,
        "apply_from": new.apply_from,
        "apply_to": new.apply_to,
    }
    made = entering(insert(Plan).values(**values).returning(Plan.id), Plan, actor, Permission.PLAN_CREATE)
    with refused(uq_plan_code=PlanCodeTaken):
        plan_id: int = session.execute(made).scalar_one()
    for table, parts in ((PlanStep, new.steps), (CoverageOption, new.options)):
        rows = [{"plan_id": plan_id, "position": n, **vars(part)} for n, part in enumerate(parts, 1)]
        if rows:
            session.execute(insert(table), rows)
    after = {"code": new.code, "name": new.name, "cover_year": new.cover_year, "product": new.product}
    record(session, actor, "plan:create", subject="plan", ids=[plan_id], path=place.path, after=after)
    return plan_id


def open_plan(session: Session, actor: Actor, *, plan_id: int) -> None:
    """Open a draft: write its reporting units and tell `enrolment`, which inserts a row for everybody asked.

    Holds the plan's lock and that of its place, so that no admission below slips past. Raises `NotFound`, `NotDraft`.
    """
    locks.hold(session, locks.PLAN, [plan_id])
    stmt = select(Plan).where(Plan.id == plan_id).with_for_update().execution_options(populate_existing=True)
    plan = session.scalars(visible(stmt, Plan, actor, Permission.PLAN_OPEN)).one_or_none()
    if plan is None:
        raise NotFound(what="plan")
    if plan.state != PlanState.DRAFT:
        raise NotDraft(state=plan.state)
    locks.hold(session, locks.ASKED, [plan.node_id])
    session.execute(
        everything(
            update(Plan)
            .where(Plan.id == plan_id)
            .values(state=PlanState.OPEN, opened_at=sql_now(), version=Plan.version + 1),
            because="the row was read and locked above within the actor's scope",
        ),
    )
    _write_units(session, actor, plan)
    record(session, actor, "plan:open", subject="plan", ids=[plan_id], path=plan.tree_path, after={"state": "open"})
    tell(session, actor, PlanOpened(plan_id))


def _write_units(session: Session, actor: Actor, plan: Plan) -> None:
    actor.require(Permission.PLAN_OPEN)
    below = (
        select(PlanStep.plan_id, PlanStep.id, OrgNode.id)
        .join(OrgNode, OrgNode.kind == PlanStep.kind)
        .where(PlanStep.plan_id == plan.id, under(OrgNode.path, (plan.tree_path,)), OrgNode.closed_at.is_(None))
    )
    session.execute(
        everything(
            insert(ReportingUnit).from_select(["plan_id", "step_id", "node_id"], below),
            because="the plan stands within the actor's scope, its units are the nodes below it",
        ),
    )
