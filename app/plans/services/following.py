"""Reporting units follow the tree: places made later report in the open plans above them as if they had been there.

Told by `orgs`, nobody calls these by name.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.scope import everything
from app.core import locks
from app.core.db import any_of
from app.orgs.models import OrgNode
from app.orgs.rules import NodesPlanted
from app.plans.models import Plan
from app.plans.services.opening import write_units
from app.plans.states import PlanState

TREE = "every open plan above a place is concerned, wherever it was made"


def report_there(session: Session, _actor: Actor, event: NodesPlanted) -> None:
    """When places are made: a class, or a place of a kind that reports, becomes a unit where none is above it yet.

    Else a class made after opening would be counted by its school and submitted by nobody. A plan that is being opened
    there is waited for, then seen as open.
    """
    for plan_id in _open_above(session, event.ids):
        write_units(session, plan_id, event.ids)


def _open_above(session: Session, places: Sequence[int]) -> Sequence[int]:
    """The open plans at or above some places, shared until the act ends."""
    stmt = select(OrgNode.path).where(OrgNode.id == any_of(places))
    above = {node_id for path in session.scalars(everything(stmt, because=TREE)) for node_id in ids_in(path)}
    locks.share(session, locks.ASKED, above)
    found = select(Plan.id).where(Plan.state == PlanState.OPEN, Plan.node_id == any_of(above)).order_by(Plan.id)
    plans = session.scalars(everything(found, because=TREE)).all()
    locks.share(session, locks.PLAN, plans)
    return session.scalars(everything(found, because=TREE)).all() if plans else []
