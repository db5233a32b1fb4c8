"""Figures of a past day, asked against the tree as it stood when that day ended in China."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, cast, func, or_, select, true
from sqlalchemy import Integer as Whole
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.core.clock import SHANGHAI
from app.orgs import queries as orgs
from app.orgs.models import NodePlacement, OrgNode
from app.plans.models import Plan
from app.rates.models import COUNTS, FigureDay
from app.rates.queries.live import Row
from app.rates.rules import Figures

AS_IT_WAS = "the node is in the actor's scope for figures; what stood below it on that day is part of its figures then"


def on_day(session: Session, actor: Actor, plan: Plan, node: OrgNode, day: date) -> tuple[Figures, list[Row]]:
    """The figures of a plan at a node, and at each node that stood right below it, as a day ended.

    Amounts are not kept by day. An actor who keeps only some classes of the node counts those. Nothing is counted in a
    plan after it was closed, so its later days are those of that day, against the tree of the day asked for.
    """
    moment = datetime.combine(day + timedelta(days=1), time(), SHANGHAI)
    root, found = aliased(NodePlacement), aliased(NodePlacement)
    below = (
        select(found.node_id, found.path)
        .join(root, and_(root.node_id == node.id, _stood(root, moment)))
        .where(_stood(found, moment), or_(found.node_id == node.id, found.parent_id == node.id))
        .subquery("below")
    )
    written = min(day, plan.closed_at.astimezone(SHANGHAI).date()) if plan.closed_at else day
    sums = _sums(actor, plan, node, written, moment, below.c.path).lateral("sums")
    stmt = select(below.c.node_id, *(sums.c[name] for name in COUNTS)).join(sums, true())
    rows = {row[0]: _figures(row[1:], plan) for row in session.execute(everything(stmt, because=AS_IT_WAS))}
    wanted = (
        select(OrgNode).where(OrgNode.id.in_([i for i in rows if i != node.id])).order_by(OrgNode.sort, OrgNode.path)
    )
    children = list(session.scalars(everything(wanted, because=AS_IT_WAS)))
    places = orgs.describe(session, children)
    return rows.get(node.id, Figures()), [Row(place, rows[place.id]) for place in places]


def _sums(
    actor: Actor, plan: Plan, node: OrgNode, day: date, moment: datetime, path: ColumnElement[str]
) -> Select[*tuple[Any, ...]]:
    stood = aliased(NodePlacement)
    stmt = (
        select(*(cast(func.coalesce(func.sum(getattr(FigureDay, name)), 0), Whole).label(name) for name in COUNTS))
        .join(stood, and_(stood.node_id == FigureDay.node_id, _stood(stood, moment)))
        .where(
            FigureDay.plan_id == plan.id,
            FigureDay.day == day,
            stood.path >= path,
            stood.path < func.left(path, -1).concat("0"),
        )
    )
    if actor.covers(Permission.FIGURE_READ, node.path):
        return everything(stmt, because=AS_IT_WAS)
    return visible(stmt, FigureDay, actor, Permission.FIGURE_READ, along=(NodePlacement,))


def _stood(placement: Any, moment: datetime) -> ColumnElement[bool]:
    return and_(placement.since < moment, or_(placement.until.is_(None), placement.until >= moment))


def _figures(row: Any, plan: Plan) -> Figures:
    numbers = {name: int(value) for name, value in zip(COUNTS, row, strict=True)}
    return Figures(**numbers, counts_stopped=plan.counts_stopped)
