"""提交: a reporting unit submits its rate. The first step counts its rows, each further one sums what it approved."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Text, cast, func, insert, literal, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, array
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, under
from app.audit.services import record
from app.core.clock import now
from app.core.errors import NotAllowed, Stale
from app.enrolment.models import Enrolment
from app.orgs import queries as orgs
from app.plans.models import CoverageOption, Plan
from app.plans.states import PlanState
from app.plans.units import hold_unit_exclusively, move_unit
from app.rates.models import SUMS, Submission
from app.rates.queries.drift import mark
from app.rates.queries.recount import amount, counts, eligible
from app.rates.queries.units import UnitLine, may, parts_of, unit
from app.rates.rules import ChildrenMissing, NotComplete, NothingToSubmit, OutsideWindow
from app.rates.workflow import WORKFLOW, UnitEvent, UnitState

HELD = "the unit is in the actor's scope, was judged by the plan's chain and is held alone"
MOST_NAMED = 5


@dataclass(frozen=True)
class Frozen:
    """What is frozen: the sums in the order of `SUMS`, and who or what they were made of."""

    sums: dict[str, int]
    members: list[int]
    marks: str
    parts: list[int]

    @property
    def digest(self) -> bytes:
        """SHA-256 of the members with their letters, or of the numbers of the parts."""
        words = [f"{i}{m}" for i, m in zip(self.members, self.marks, strict=True)] or [str(i) for i in self.parts]
        return hashlib.sha256(",".join(words).encode()).digest()


def submit(session: Session, actor: Actor, *, unit_id: int, version: int) -> int:
    """Submit the rate of a unit; returns the submission's id. From then on nothing below it is decided (UM-11).

    Raises `NotFound`; `NotAllowed` where the plan's chain names no role of the actor; `OutsideWindow`; `Stale`;
    `WrongState`; `NotComplete` (UM-09), `ChildrenMissing` (UM-13), `NothingToSubmit`.
    """
    line = unit(session, actor, unit_id)
    if not may(actor, Permission.SUBMISSION_SUBMIT, line.step.submit_role, line.node.path):
        raise NotAllowed(permission=str(Permission.SUBMISSION_SUBMIT))
    held = hold_unit_exclusively(session, unit_id)
    move = WORKFLOW.move(UnitState(held.state), UnitEvent.SUBMIT)
    if held.version != version:
        raise Stale({"state": held.state}, held.version)
    require_time(session, line)
    frozen = _counted(session, line) if line.step.position == 1 else _summed(session, line)
    submission_id = _insert(session, actor, line, frozen)
    move_unit(session, held, move.target)
    after = {"unit": unit_id, "plan": line.step.plan_id, **frozen.sums}
    record(
        session, actor, "submission:submit", subject="submission", ids=[submission_id], path=line.node.path, after=after
    )
    return submission_id


def require_time(session: Session, line: UnitLine) -> None:
    """Refuse (`OutsideWindow`) unless the plan is open and the window of the unit's step has begun and not ended."""
    state = session.scalar(everything(select(Plan.state).where(Plan.id == line.step.plan_id), because=HELD))
    moment: datetime = now(session)
    if state != PlanState.OPEN or not line.step.window_from <= moment < line.step.window_to:
        raise OutsideWindow


def _counted(session: Session, line: UnitLine) -> Frozen:
    """The rows of the unit, counted one by one under its lock; counters are not asked."""
    in_order = Enrolment.id.asc()
    members = func.array_agg(aggregate_order_by(Enrolment.id, in_order))
    marks = func.string_agg(mark(), aggregate_order_by(literal(""), in_order))
    stmt = (
        select(
            *counts(),
            amount(),
            func.count().filter(eligible(line.step.plan_id)).label("total"),
            func.coalesce(members, cast(array([]), ARRAY(BigInteger))).label("members"),
            func.coalesce(marks, cast(literal(""), Text)).label("marks"),
        )
        .outerjoin(CoverageOption, CoverageOption.id == Enrolment.coverage_option_id)
        .where(
            Enrolment.plan_id == line.step.plan_id,
            Enrolment.tally.is_not(None),
            under(Enrolment.tree_path, (line.node.path,)),
        )
    )
    row = session.execute(everything(stmt, because=HELD)).one()
    sums = {name: int(getattr(row, name)) for name in SUMS}
    if sums["unregistered"] or sums["pending"]:
        raise NotComplete(unregistered=sums["unregistered"], pending=sums["pending"], unit=_name(session, line))
    if not row.total:
        raise NothingToSubmit
    return Frozen(sums, list(row.members), row.marks, [])


def _summed(session: Session, line: UnitLine) -> Frozen:
    """The sum of what was approved below, once all of it is."""
    rows = parts_of(session, line)
    if not rows:
        raise NothingToSubmit
    missing = [row for row in rows if row.state != UnitState.APPROVED]
    if missing:
        paths = [row.path for row in missing[:MOST_NAMED]]
        names = orgs.names_of(session, paths)
        raise ChildrenMissing(count=len(missing), names="、".join(names[path][-1] for path in paths))
    parts: list[Any] = [row[3] for row in rows]
    sums = {name: sum(getattr(part, name) for part in parts) for name in SUMS}
    return Frozen(sums, [], "", sorted(part.id for part in parts))


def _insert(session: Session, actor: Actor, line: UnitLine, frozen: Frozen) -> int:
    stmt = insert(Submission).values(
        plan_id=line.step.plan_id,
        unit_id=line.id,
        node_id=line.node.id,
        tree_path=line.node.path,
        number=line.submission.number + 1 if line.submission else 1,
        members=frozen.members,
        marks=frozen.marks,
        parts=frozen.parts,
        digest=frozen.digest,
        submitted_by=actor.user_id,
        submitted_name=actor.name,
        **frozen.sums,
    )
    submission_id: int = session.execute(everything(stmt.returning(Submission.id), because=HELD)).scalar_one()
    return submission_id


def _name(session: Session, line: UnitLine) -> str:
    return orgs.names_of(session, [line.node.path])[line.node.path][-1]
