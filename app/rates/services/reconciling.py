"""Recounting every figure, and putting right what is kept wrongly."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.audit.services import record
from app.core import locks
from app.orgs.models import OrgNode
from app.rates.models import SUMS, PlanClassFigure, PlanSchoolFigure
from app.rates.queries.recount import Difference, Table, balance, differences, is_off

BECAUSE = "a recount looks at every figure there is"
MOST_NAMED = 100
"""How many wrong figures one line of the audit names."""


def reconcile(session: Session, *, repair: bool = False) -> list[Difference]:
    """Compare every kept figure with a count of the enrolments; returns those that differ, none when all is well.

    With `repair` they are put right in the same transaction, while nobody folds. Whatever differs is audited.
    """
    if repair:
        locks.hold(session, locks.FIGURES, [0])
        locks.share(session, locks.TREE, [0])
    found = differences(session)
    if repair and found:
        for table in (PlanClassFigure, PlanSchoolFigure):
            _put_right(session, table)
    if found:
        _note(session, found, repaired=repair)
    return found


def _put_right(session: Session, table: Table) -> None:
    """Make each figure what the count says less the differences still waiting, in one statement."""
    due = balance(table)
    values = [due.c[f"counted_{name}"] - due.c[f"waiting_{name}"] for name in SUMS]
    wrong = (
        select(due.c.plan_id, OrgNode.id, OrgNode.path, *values)
        .join(OrgNode, OrgNode.id == due.c.node_id)
        .where(is_off(due))
        .order_by(due.c.plan_id, OrgNode.id)
    )
    made = insert(table).from_select(["plan_id", "node_id", "tree_path", *SUMS], wrong)
    right = made.on_conflict_do_update(
        index_elements=[table.plan_id, table.node_id], set_={name: made.excluded[name] for name in SUMS}
    )
    session.execute(everything(right, because=BECAUSE))


def _note(session: Session, found: list[Difference], *, repaired: bool) -> None:
    root = session.scalar(everything(select(func.min(OrgNode.path)), because=BECAUSE)) or "/"
    first = [vars(each) for each in found[:MOST_NAMED]]
    after = {"differences": len(found), "repaired": repaired, "first": first}
    record(session, SYSTEM, "figure:reconcile", subject="plan", ids=[], path=root, after=after)
