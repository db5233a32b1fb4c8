"""Adding the differences that writers append to the counters of classes and schools."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, delete, func, select
from sqlalchemy.dialects.postgresql import Insert, insert
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.core import locks
from app.orgs.models import OrgNode
from app.rates.models import SUMS, PlanClassFigure, PlanFigureDelta, PlanSchoolFigure

EVERY_DIFFERENCE = "differences are added whoever made them"
Table = type[PlanClassFigure] | type[PlanSchoolFigure]


def fold(session: Session) -> int:
    """Add all committed differences to the counters and take them away; returns how many there were.

    One statement, so readers, who add both, never see a difference twice or not at all. Does nothing (0) while another
    process folds, or while a branch of the tree is being moved: the places of the counters are changing then.
    """
    if not (locks.try_hold(session, locks.FIGURES) and locks.try_share(session, locks.TREE)):
        return 0
    taken = delete(PlanFigureDelta).returning(*PlanFigureDelta.__table__.c).cte("taken")
    classes = _added(PlanClassFigure, taken, taken.c.node_id).cte("classes")
    schools = _added(PlanSchoolFigure, taken, taken.c.school_id).cte("schools")
    stmt = select(func.count()).select_from(taken).add_cte(classes, schools)
    return session.execute(everything(stmt, because=EVERY_DIFFERENCE)).scalar_one()


def _added(table: Table, taken: CTE, node: ColumnElement[int]) -> Insert:
    made = insert(table).from_select(["plan_id", "node_id", "tree_path", *SUMS], _sums(taken, node))
    sums = {name: getattr(table, name) + made.excluded[name] for name in SUMS}
    return made.on_conflict_do_update(index_elements=[table.plan_id, table.node_id], set_=sums)


def _sums(taken: CTE, node: ColumnElement[int]) -> Select[*tuple[Any, ...]]:
    return (
        select(taken.c.plan_id, OrgNode.id, OrgNode.path, *(func.sum(taken.c[name]) for name in SUMS))
        .join(OrgNode, OrgNode.id == node)
        .group_by(taken.c.plan_id, OrgNode.id, OrgNode.path)
        .order_by(taken.c.plan_id, OrgNode.id)
    )
