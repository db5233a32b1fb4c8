"""Reporting units follow the tree: every class lies under one unit of each step, whatever is made or moved.

Told by `orgs`, nobody calls these by name.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.scope import everything
from app.core import locks
from app.core.db import any_of
from app.orgs.models import OrgNode
from app.orgs.rules import NodesPlanted, PlacesMoved
from app.plans.models import Plan
from app.plans.services.opening import write_units
from app.plans.states import PlanState

END_NESTED = text("""
UPDATE reporting_unit AS inner_unit SET ended_at = xuebao_now(), version = inner_unit.version + 1
FROM org_node AS place
WHERE place.id = inner_unit.node_id AND inner_unit.plan_id = :plan_id AND inner_unit.ended_at IS NULL
  AND (cast(:ids AS bigint[]) IS NULL OR inner_unit.node_id = ANY (cast(:ids AS bigint[])))
  AND EXISTS (
    SELECT FROM reporting_unit AS outer_unit
    WHERE outer_unit.plan_id = inner_unit.plan_id AND outer_unit.step_id = inner_unit.step_id
      AND outer_unit.ended_at IS NULL AND outer_unit.node_id <> inner_unit.node_id
      AND outer_unit.node_id = ANY (string_to_array(btrim(place.path, '/'), '/')::bigint[])
  )
""")
TREE = "every open plan above a place is concerned, wherever it was made"


def report_there(session: Session, _actor: Actor, event: NodesPlanted) -> None:
    """When places are made: a class, or a place of a kind that reports, becomes a unit where none is above it yet.

    Else a class made after opening would be counted by its school and submitted by nobody. A plan that is being opened
    there is waited for, then seen as open.
    """
    for plan_id in _open_above(session, event.ids, unseen=event.ids):
        write_units(session, plan_id, event.ids)


def report_anew(session: Session, _actor: Actor, event: PlacesMoved) -> None:
    """When places have moved: what lies below no unit now reports itself, what lies below another reports through it.

    A unit that ends so keeps what it submitted; its rows are those of the unit above (DESIGN, Chain and unit).
    """
    for plan_id in _open_above(session, event.ids):
        settle_units(session, plan_id, event.ids)


def settle_units(session: Session, plan_id: int, among: Sequence[int] | None = None) -> None:
    """Write the units of a plan that are missing and end those that lie within another; of all places, or of some."""
    write_units(session, plan_id, among)
    values = {"plan_id": plan_id, "ids": None if among is None else list(among)}
    session.execute(everything(END_NESTED, because=TREE), values)


def _open_above(session: Session, places: Sequence[int], *, unseen: Sequence[int] = ()) -> Sequence[int]:
    """The open plans at or above some places, shared until the act ends.

    At an `unseen` place, made in this act, nobody can open a plan yet: a list may bring a hundred thousand of them,
    more than there is room for locks.
    """
    stmt = select(OrgNode.path).where(OrgNode.id == any_of(places))
    above = {node_id for path in session.scalars(everything(stmt, because=TREE)) for node_id in ids_in(path)}
    locks.share(session, locks.ASKED, above.difference(unseen))
    found = select(Plan.id).where(Plan.state == PlanState.OPEN, Plan.node_id == any_of(above)).order_by(Plan.id)
    plans = session.scalars(everything(found, because=TREE)).all()
    locks.share(session, locks.PLAN, plans)
    return session.scalars(everything(found, because=TREE)).all() if plans else []
