"""The figures of this instant: counters and the differences not yet added to them, read in one statement.

At and above schools the counters of schools are read (a province has thousands, not a quarter of a million), below
them those of classes; so are they for who keeps only some classes of the place asked about.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, select, true, union_all
from sqlalchemy import Row as SqlRow
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.base import ReadOnlyColumnCollection
from sqlalchemy.sql.elements import KeyedColumnElement

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import under, visible
from app.lists.keyset import Cut, Order, Spot, cut
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.plans.models import Plan
from app.rates.models import SUMS, PlanClassFigure, PlanFigureDelta, PlanSchoolFigure
from app.rates.rules import Figures

Table = type[PlanClassFigure] | type[PlanSchoolFigure]

BY_PLACE = Order(OrgNode.sort_path, OrgNode.id)


@dataclass(frozen=True)
class Row:
    """A place with its figures."""

    place: orgs.Place
    figures: Figures


def at(session: Session, actor: Actor, plan: Plan, node: OrgNode) -> Figures:
    """The figures of a plan at a node."""
    table = _table(actor, node.path, of_schools=node.school_id in {None, node.id})
    kept = _kept(actor, plan, table).where(under(table.tree_path, (node.path,)))
    rest = select(*_sums(_waiting(actor, plan, node.path, table).c))
    return _together(session.execute(union_all(kept, rest)).all(), plan)


def at_and_below(session: Session, actor: Actor, plan: Plan, node: OrgNode) -> tuple[Figures, list[Row]]:
    """The figures of a plan at a node, and at each right below it, in their order.

    Above the schools every school stands below one of the children, so to whoever covers the node their sum is its own
    and need not be read again.
    """
    rows = by_child(session, actor, plan, node)
    if rows and node.school_id is None and actor.covers(Permission.FIGURE_READ, node.path):
        return Figures.total((row.figures for row in rows), counts_stopped=plan.counts_stopped), rows
    return at(session, actor, plan, node), rows


def by_child(session: Session, actor: Actor, plan: Plan, node: OrgNode) -> list[Row]:
    """The figures of a plan at each node right below one, in their order; one LATERAL range per child."""
    wanted = children(session, actor, node)
    found = at_each(session, actor, plan, node.path, wanted)
    return [Row(shown, found[shown.id]) for shown in orgs.describe(session, wanted)]


def at_each(session: Session, actor: Actor, plan: Plan, path: str, below: list[OrgNode]) -> dict[int, Figures]:
    """The figures of a plan at each of some nodes below a path, by the ids of the nodes."""
    table = _table(actor, path, of_schools=all(each.school_id in {None, each.id} for each in below))
    waiting = _waiting(actor, plan, path, table)
    end = func.left(OrgNode.path, -1).concat("0")
    kept = _kept(actor, plan, table).where(table.tree_path >= OrgNode.path, table.tree_path < end)
    rest = select(*_sums(waiting.c)).where(waiting.c.path >= OrgNode.path, waiting.c.path < end)
    both = union_all(kept.correlate(OrgNode), rest.correlate(OrgNode)).lateral("both")
    stmt = select(OrgNode.id, *both.c).join(both, true()).where(OrgNode.id.in_([child.id for child in below]))
    found: dict[int, list[Sequence[int | None]]] = {child.id: [] for child in below}
    for row in session.execute(visible(stmt, OrgNode, actor, Permission.FIGURE_READ)):
        found[row[0]].append(row[1:])
    return {node_id: _together(rows, plan) for node_id, rows in found.items()}


def children(session: Session, actor: Actor, node: OrgNode) -> list[OrgNode]:
    """The nodes right below one, or those of the actor's own places below it where the node itself is not covered."""
    if actor.covers(Permission.FIGURE_READ, node.path):
        stmt = select(OrgNode).where(OrgNode.parent_id == node.id)
    else:
        tops = [ids_in(p)[-1] for p in actor.places(Permission.FIGURE_READ) if p.startswith(node.path)]
        stmt = select(OrgNode).where(OrgNode.id.in_(tops))
    ordered = stmt.order_by(OrgNode.sort_path)
    return list(session.scalars(visible(ordered, OrgNode, actor, Permission.FIGURE_READ)))


def figures_of(row: Sequence[int] | SqlRow[*tuple[Any, ...]], plan: Plan) -> Figures:
    """The figures of a row of sums in the order of `SUMS`."""
    numbers = {name: int(value) for name, value in zip(SUMS, row, strict=True)}
    return Figures(**numbers, counts_stopped=plan.counts_stopped)


def _together(rows: Iterable[Sequence[int | None]], plan: Plan) -> Figures:
    """The figures of counters and differences, a row of sums each; a sum of nothing is None."""
    return figures_of([sum(value or 0 for value in column) for column in zip(*rows, strict=True)], plan)


def _table(actor: Actor, path: str, *, of_schools: bool) -> Table:
    return PlanSchoolFigure if of_schools and actor.covers(Permission.FIGURE_READ, path) else PlanClassFigure


def _kept(actor: Actor, plan: Plan, table: Table) -> Select[*tuple[Any, ...]]:
    sums = select(*_sums(table.__table__.c)).where(table.plan_id == plan.id)
    return visible(sums, table, actor, Permission.FIGURE_READ)


def _waiting(actor: Actor, plan: Plan, path: str, table: Table) -> CTE:
    """The differences of a plan below a path that are not yet in the counters, one row for each class or school."""
    place = aliased(OrgNode)
    stands_at = PlanFigureDelta.school_id if table is PlanSchoolFigure else PlanFigureDelta.node_id
    stmt = (
        select(place.path, *_sums(PlanFigureDelta.__table__.c))
        .join(place, place.id == stands_at)
        .where(PlanFigureDelta.plan_id == plan.id, under(place.path, (path,)))
        .group_by(place.path)
    )
    scoped = visible(stmt, place, actor, Permission.FIGURE_READ, along=(PlanFigureDelta,))
    return scoped.cte("waiting").prefix_with("MATERIALIZED", dialect="postgresql")


def _sums(columns: ReadOnlyColumnCollection[str, KeyedColumnElement[Any]]) -> list[ColumnElement[int]]:
    return [func.sum(columns[name]).label(name) for name in SUMS]


def classes(session: Session, actor: Actor, node: OrgNode, *, spot: Spot) -> tuple[int, Cut[OrgNode]]:
    """How many open classes stand at or below a node within the actor's places for figures, and one page of them."""
    wanted = (OrgNode.kind == "class", OrgNode.closed_at.is_(None), under(OrgNode.path, (node.path,)))
    counted = visible(select(func.count()).select_from(OrgNode).where(*wanted), OrgNode, actor, Permission.FIGURE_READ)
    stmt = visible(select(OrgNode).where(*wanted), OrgNode, actor, Permission.FIGURE_READ)
    return session.scalar(counted) or 0, cut(session, stmt, BY_PLACE, spot).each(lambda row: row.OrgNode)
