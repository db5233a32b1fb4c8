"""Reporting units as they stand: state, what was submitted last, what still keeps a unit from being submitted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.core.errors import NotFound
from app.enrolment.models import Enrolment
from app.enrolment.rules import as_step
from app.lists.keyset import Cut, Order, Spot, cut
from app.orgs.models import OrgNode
from app.plans.models import Plan, PlanStep, ReportingUnit
from app.rates.models import Submission
from app.rates.queries.mine import ALONG, Wanted, waiting
from app.rates.queries.recount import eligible

ORDER = Order(OrgNode.sort_path, ReportingUnit.id)
OF_THE_CHAIN = "the units of a plan's chain above or below a unit in scope, by their numbers and states"


@dataclass(frozen=True)
class UnitLine:
    """A reporting unit with its node and what it submitted last (None when nothing yet)."""

    id: int
    state: str
    version: int
    step: PlanStep
    node: OrgNode
    submission: Submission | None


@dataclass(frozen=True)
class Asked:
    """Which units are looked for: those of a step (by its position) at or below a node, in these states or in any.

    `waiting` keeps those that wait for the actor in one way (`mine.Wanted`).
    """

    plan_id: int
    position: int
    path: str
    states: tuple[str, ...] = ()
    waiting: Wanted | None = None


def steps_of(session: Session, plan: Plan) -> list[PlanStep]:
    """The steps of a plan in their order."""
    return list(session.scalars(select(PlanStep).where(PlanStep.plan_id == plan.id).order_by(PlanStep.position)))


def count_units(session: Session, actor: Actor, asked: Asked) -> int:
    """How many units there are."""
    stmt = select(func.count()).select_from(ReportingUnit).join(OrgNode, OrgNode.id == ReportingUnit.node_id)
    stmt = stmt.join(PlanStep, PlanStep.id == ReportingUnit.step_id).where(_wanted(actor, asked))
    scoped = visible(stmt, OrgNode, actor, Permission.FIGURE_READ, along=ALONG)
    return session.scalar(scoped) or 0


def units(session: Session, actor: Actor, asked: Asked, *, spot: Spot) -> Cut[UnitLine]:
    """One page of units in the order of the tree."""
    return cut(session, _in_scope(_lines().where(_wanted(actor, asked)), actor), ORDER, spot).each(_line)


def unit(session: Session, actor: Actor, unit_id: int) -> UnitLine:
    """A unit that reports, whose figures the actor may read, or `NotFound`."""
    stmt = _lines().where(ReportingUnit.id == unit_id, ReportingUnit.ended_at.is_(None))
    row = session.execute(_in_scope(stmt, actor)).one_or_none()
    if row is None:
        raise NotFound(what="unit")
    return _line(row)


def some(session: Session, actor: Actor, ids: Collection[int]) -> list[UnitLine]:
    """These units, while they report, as far as the actor may read their figures, in the order of the tree."""
    stmt = (
        _lines()
        .where(ReportingUnit.id.in_(ids), ReportingUnit.ended_at.is_(None))
        .order_by(OrgNode.path, ReportingUnit.id)
    )
    return [_line(row) for row in session.execute(_in_scope(stmt, actor))]


def history(session: Session, actor: Actor, unit_id: int) -> Sequence[Submission]:
    """What a unit submitted, the latest first."""
    stmt = select(Submission).where(Submission.unit_id == unit_id).order_by(Submission.number.desc())
    return session.scalars(visible(stmt, Submission, actor, Permission.FIGURE_READ)).all()


def may(actor: Actor, permission: Permission, role: str, path: str) -> bool:
    """Whether the plan's chain names a role of this actor that holds the permission there."""
    return as_step(actor, role).covers(permission, path)


def parts_of(session: Session, line: UnitLine) -> Sequence[Row[*tuple[Any, ...]]]:
    """The units of the step below inside a unit that have somebody to be insured or were submitted.

    Columns: `id`, `state`, `path`, then `submission_id` and the frozen sums of the approved submission, or None.
    """
    step, approved = aliased(PlanStep), aliased(Submission)
    end = func.left(OrgNode.path, -1).concat("0")
    counted = exists().where(
        Enrolment.plan_id == line.step.plan_id,
        eligible(line.step.plan_id),
        Enrolment.tree_path >= OrgNode.path,
        Enrolment.tree_path < end,
    )
    stmt = (
        select(ReportingUnit.id, ReportingUnit.state, OrgNode.path, approved)
        .join(step, step.id == ReportingUnit.step_id)
        .join(OrgNode, OrgNode.id == ReportingUnit.node_id)
        .outerjoin(approved, and_(approved.unit_id == ReportingUnit.id, approved.state == "approved"))
        .where(
            ReportingUnit.plan_id == line.step.plan_id,
            ReportingUnit.ended_at.is_(None),
            step.position == line.step.position - 1,
            under(OrgNode.path, (line.node.path,)),
            or_(counted, approved.id.is_not(None)),
        )
        .order_by(OrgNode.path, ReportingUnit.id)
    )
    return session.execute(everything(stmt, because=OF_THE_CHAIN)).all()


def above(session: Session, lines: Collection[UnitLine]) -> dict[int, tuple[int, str]]:
    """For each unit the unit of the next step that it lies in, with its state; none for the last step."""
    lower, upper = aliased(PlanStep), aliased(PlanStep)
    below, over = aliased(ReportingUnit), aliased(ReportingUnit)
    here, there = aliased(OrgNode), aliased(OrgNode)
    stmt = (
        select(below.id, over.id, over.state)
        .join(lower, lower.id == below.step_id)
        .join(here, here.id == below.node_id)
        .join(upper, and_(upper.plan_id == lower.plan_id, upper.position == lower.position + 1))
        .join(over, over.step_id == upper.id)
        .join(there, there.id == over.node_id)
        .where(below.id.in_([line.id for line in lines]), over.ended_at.is_(None))
        .where(func.starts_with(here.path, there.path))
    )
    rows = session.execute(everything(stmt, because=OF_THE_CHAIN)).all()
    return {row[0]: (row[1], row[2]) for row in rows}


def _wanted(actor: Actor, asked: Asked) -> ColumnElement[bool]:
    found = [
        ReportingUnit.plan_id == asked.plan_id,
        ReportingUnit.ended_at.is_(None),
        PlanStep.position == asked.position,
        under(OrgNode.path, (asked.path,)),
    ]
    if asked.states:
        found.append(ReportingUnit.state.in_(asked.states))
    if asked.waiting:
        found.append(waiting(actor, asked.waiting))
    return and_(*found)


def _lines() -> Select[*tuple[Any, ...]]:
    newer = aliased(Submission)
    last = select(func.max(newer.number)).where(newer.unit_id == ReportingUnit.id).scalar_subquery()
    return (
        select(ReportingUnit, PlanStep, OrgNode, Submission)
        .join(PlanStep, PlanStep.id == ReportingUnit.step_id)
        .join(OrgNode, OrgNode.id == ReportingUnit.node_id)
        .outerjoin(Submission, and_(Submission.unit_id == ReportingUnit.id, Submission.number == last))
        .execution_options(populate_existing=True)
    )


def _in_scope(stmt: Select[*tuple[Any, ...]], actor: Actor) -> Select[*tuple[Any, ...]]:
    return visible(stmt, OrgNode, actor, Permission.FIGURE_READ, along=ALONG)


def _line(row: Row[*tuple[Any, ...]]) -> UnitLine:
    found, step, node, submission = row[:4]
    return UnitLine(found.id, found.state, found.version, step, node, submission)


def acts(actor: Actor, permission: Permission, role: str) -> bool:
    """Whether the plan's chain names a role of this actor that holds the permission, wherever."""
    return as_step(actor, role).holds(permission)
