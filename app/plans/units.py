"""Who may still decide: the reporting units of a plan, locked for an act. An extra file: every act on enrolments asks.

Order of all locks: the plan, then its units by their ids, then rows by theirs; so acts wait for each other and never
meet in a circle. Writers share, whoever submits or reviews a unit holds it alone. An act over more than `MOST_UNITS`
units holds the plan alone instead. What is read here is read after the locks, so it stays true until the act ends.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, func, select, update
from sqlalchemy.orm import Session

from app.access.actor import ids_in
from app.access.scope import everything
from app.core import locks
from app.core.clock import sql_now
from app.core.db import any_of
from app.core.errors import NotFound, Stale
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.plans.models import Plan, PlanStep, ReportingUnit
from app.plans.rules import SHUT, UnitSubmitted

MOST_UNITS = 500
BECAUSE = "an act on enrolments concerns the units above them, wherever the plan was made"


@dataclass(frozen=True)
class Unit:
    """A reporting unit as it stands while it is locked; `position` is that of its step, counted from 1."""

    id: int
    plan_id: int
    position: int
    node_id: int
    state: str
    version: int


@dataclass(frozen=True)
class Held:
    """A plan and the units of some places, locked for an act; `now` is the database's clock after the locks.

    `first_role` is who reviews applications: the role that submits in the first step; `waiver_proof` is what who does
    not enrol hands in. Applications are taken in
    [apply_from, apply_to), reviewed and entered in [apply_from, decide_until).
    """

    plan_id: int
    state: str
    apply_from: datetime
    apply_to: datetime
    decide_until: datetime
    first_role: str
    waiver_proof: str
    now: datetime
    units: tuple[Unit, ...]
    nodes: frozenset[int]
    """All nodes the locked units were looked for at: a row that has moved elsewhere meanwhile is not held."""

    def covers(self, path: str) -> bool:
        """Whether the units of a place are among those that were locked."""
        return self.nodes.issuperset(ids_in(path))

    def shut(self, path: str) -> Unit | None:
        """The unit of a place that has been submitted or approved, the lowest first, or None while all are open."""
        above = set(ids_in(path))
        found = sorted((u for u in self.units if u.node_id in above and u.state in SHUT), key=lambda u: u.position)
        return found[0] if found else None


def hold_units(session: Session, plan_id: int, paths: Collection[str]) -> Held:
    """Lock a plan and the units of these places for an act on their rows (shared), then read their state.

    Three statements whatever the number; a plan with more than `MOST_UNITS` units there is held alone. The scope is
    the caller's. Raises `NotFound` (plan).
    """
    nodes = frozenset(node_id for path in paths for node_id in ids_in(path))
    share_units(session, {plan_id}, nodes)
    rows = session.execute(everything(_state_of(plan_id, nodes), because=BECAUSE)).all()
    if not rows:
        raise NotFound(what="plan")
    return _held(rows, nodes)


def share_units(session: Session, plan_ids: Collection[int], nodes: Collection[int]) -> None:
    """Only lock: plans shared, then their units at these nodes; or the plans alone when those are too many."""
    if _are_many(session, plan_ids, nodes):
        locks.hold(session, locks.PLAN, plan_ids)
        return
    locks.share(session, locks.PLAN, plan_ids)
    found = select(ReportingUnit.id).where(_at(plan_ids, nodes))
    locks.share_found(session, locks.UNIT, everything(found, because=BECAUSE))


def require_open_units(session: Session, held: Held, paths: Iterable[str]) -> None:
    """Refuse (`UnitSubmitted`, naming the unit) when a unit of one of these places is submitted or approved."""
    for path in paths:
        unit = held.shut(path)
        if unit is not None:
            raise UnitSubmitted(unit=names_of_units(session, [unit])[unit.id], state=unit.state)


def names_of_units(session: Session, units: Collection[Unit]) -> dict[int, str]:
    """What units are called: the names of their nodes, by the units' ids."""
    nodes = select(OrgNode.id, OrgNode.path).where(OrgNode.id == any_of({unit.node_id for unit in units}))
    paths = {row.id: row.path for row in session.execute(everything(nodes, because="names of units in scope"))}
    names = orgs.names_of(session, set(paths.values()))
    return {unit.id: names[paths[unit.node_id]][-1] for unit in units}


def hold_unit_exclusively(session: Session, unit_id: int) -> Unit:
    """Lock one unit alone, for submitting it or deciding about it, then read its state.

    Waits for every act on its rows; the plan is shared first, as always. The scope is the caller's. Raises `NotFound`,
    also for a unit that reports no more.
    """
    of = select(ReportingUnit.plan_id).where(ReportingUnit.id == unit_id)
    plan_id = session.scalar(everything(of, because=BECAUSE))
    if plan_id is None:
        raise NotFound(what="unit")
    locks.share(session, locks.PLAN, [plan_id])
    locks.hold(session, locks.UNIT, [unit_id])
    row = session.execute(everything(_units().where(ReportingUnit.id == unit_id), because=BECAUSE)).one_or_none()
    if row is None:
        raise NotFound(what="unit")
    return Unit(*row)


def move_unit(session: Session, unit: Unit, state: str) -> None:
    """Set the state of a unit that is held alone, by compare-and-set on what was read; raises `Stale`."""
    same = and_(
        ReportingUnit.id == unit.id,
        ReportingUnit.state == unit.state,
        ReportingUnit.version == unit.version,
    )
    stmt = update(ReportingUnit).where(same).values(state=state, version=ReportingUnit.version + 1)
    moved = session.execute(
        everything(stmt.returning(ReportingUnit.id), because="the unit is held by the act of its submitter"),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    if moved is None:
        raise Stale({"state": unit.state}, unit.version)


def _are_many(session: Session, plan_ids: Collection[int], nodes: Collection[int]) -> bool:
    if len(nodes) * len(plan_ids) <= MOST_UNITS:  # no node is a unit twice in a plan of usual chains
        return False
    some = select(ReportingUnit.id).where(_at(plan_ids, nodes)).limit(MOST_UNITS + 1)
    counted = select(func.count()).select_from(everything(some, because=BECAUSE).subquery())
    return (session.scalar(counted) or 0) > MOST_UNITS


def _at(plan_ids: Collection[int], nodes: Collection[int]) -> ColumnElement[bool]:
    return and_(ReportingUnit.plan_id == any_of(plan_ids), ReportingUnit.node_id == any_of(nodes))


def _units() -> Select[*tuple[Any, ...]]:
    stmt = select(
        ReportingUnit.id,
        ReportingUnit.plan_id,
        PlanStep.position,
        ReportingUnit.node_id,
        ReportingUnit.state,
        ReportingUnit.version,
    )
    return stmt.join(PlanStep, PlanStep.id == ReportingUnit.step_id).where(ReportingUnit.ended_at.is_(None))


def _state_of(plan_id: int, nodes: Collection[int]) -> Select[*tuple[Any, ...]]:
    """One row per unit, each with the plan beside it; one without a unit when there is none."""
    unit = _units().where(_at([plan_id], nodes)).subquery()
    return (
        select(
            Plan.id,
            Plan.state,
            Plan.apply_from,
            Plan.apply_to,
            Plan.waiver_proof,
            func.coalesce(PlanStep.window_to, Plan.apply_to).label("decide_until"),
            func.coalesce(PlanStep.submit_role, "").label("first_role"),
            sql_now().label("now"),
            unit.c.id.label("unit_id"),
            *(unit.c[name] for name in ("position", "node_id")),
            unit.c.state.label("unit_state"),
            unit.c.version,
        )
        .outerjoin(PlanStep, and_(PlanStep.plan_id == Plan.id, PlanStep.position == 1))
        .outerjoin(unit, unit.c.plan_id == Plan.id)
        .where(Plan.id == plan_id)
    )


def _held(rows: Collection[Row[*tuple[Any, ...]]], nodes: frozenset[int]) -> Held:
    units = tuple(
        Unit(row.unit_id, row.id, row.position, row.node_id, row.unit_state, row.version)
        for row in rows
        if row.unit_id is not None
    )
    first: Any = next(iter(rows))
    return Held(
        first.id,
        first.state,
        first.apply_from,
        first.apply_to,
        first.decide_until,
        first.first_role,
        first.waiver_proof,
        first.now,
        units,
        nodes,
    )
