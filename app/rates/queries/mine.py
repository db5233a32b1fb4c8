"""Which reporting units wait for an actor: to be reviewed, to be submitted, to be completed, sent back.

Grants of the role that a step of the chain names count here. Superusers, who may stand in for anybody, are told what
has been handed on (to be reviewed, sent back); what may still be submitted would be every unit there is. A list and the
number that opens it share these conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, literal_column, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import under, visible
from app.enrolment.models import Enrolment, Tally
from app.enrolment.rules import as_step
from app.lists.keyset import Counted, counted_each
from app.orgs.models import OrgNode
from app.plans.models import Plan, PlanStep, ReportingUnit
from app.rates.models import Submission
from app.rates.queries.recount import eligible
from app.rates.workflow import UnitState

ALONG = (ReportingUnit, Submission, Enrolment, Plan)
"""Gated tables these conditions look into, by keys or below the place of a unit in scope."""


NO_JOIN: ColumnElement[int] = literal_column("0")
"""As an OFFSET it keeps an EXISTS a look-up for each unit; joined by ranges it took longer than a page may."""


class Mine(StrEnum):
    """What a list of units may be asked for beside the states."""

    TO_REVIEW = "to_review"
    RETURNED = "mine_returned"
    READY = "mine_ready"
    LACKING = "mine_lacking"


@dataclass(frozen=True)
class Wanted:
    """Units of a step that wait for the actor in one way."""

    step: PlanStep
    which: Mine


def named(actor: Actor, role: str) -> Actor:
    """The actor with the grants of one role only."""
    return replace(actor, grants=tuple(grant for grant in actor.grants if grant.role == role))


def waiting(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """Whether a unit (of the step, joined with its node) waits for the actor in this way."""
    if wanted.which == Mine.TO_REVIEW:
        return _to_review(actor, wanted.step)
    mine = under(OrgNode.path, as_step(actor, wanted.step.submit_role).places(Permission.SUBMISSION_SUBMIT))
    if wanted.which == Mine.RETURNED:
        return and_(mine, ReportingUnit.state == UnitState.RETURNED)
    return and_(mine, ReportingUnit.id.in_(_open_units(actor, wanted)))


def concerns(actor: Actor, step: PlanStep) -> tuple[Mine, ...]:
    """In which ways units of a step can wait for the actor."""
    found: tuple[Mine, ...] = ()
    if as_step(actor, step.review_role).holds(Permission.SUBMISSION_REVIEW):
        found += (Mine.TO_REVIEW,)
    if as_step(actor, step.submit_role).holds(Permission.SUBMISSION_SUBMIT):
        found += (Mine.RETURNED,)
    if named(actor, step.submit_role).holds(Permission.SUBMISSION_SUBMIT):
        found += (Mine.READY, Mine.LACKING)
    return found


def count_each(session: Session, actor: Actor, lists: Sequence[Wanted]) -> list[Counted]:
    """How many units wait in each of these ways, counted up to 10,001; one statement for all of them."""
    return counted_each(session, [_units(actor, wanted) for wanted in lists])


def _units(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    stmt = select(ReportingUnit.id).join(OrgNode, OrgNode.id == ReportingUnit.node_id)
    stmt = stmt.where(ReportingUnit.step_id == wanted.step.id, ReportingUnit.ended_at.is_(None), waiting(actor, wanted))
    return visible(stmt, OrgNode, actor, Permission.FIGURE_READ, along=ALONG)


def _to_review(actor: Actor, step: PlanStep) -> ColumnElement[bool]:
    """Submitted by somebody else, at a place where the actor reviews."""
    last = aliased(Submission)  # a list may show the submission itself beside it
    own = exists().where(
        last.unit_id == ReportingUnit.id, last.state == UnitState.SUBMITTED, last.submitted_by == actor.user_id
    )
    places = as_step(actor, step.review_role).places(Permission.SUBMISSION_REVIEW)
    return and_(under(OrgNode.path, places), ReportingUnit.state == UnitState.SUBMITTED, ~own)


def _open_units(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    """The ids of the actor's open units that count somebody and lack something, or nothing: first the few."""
    unit, place = aliased(ReportingUnit), aliased(OrgNode)
    step = wanted.step
    places = named(actor, step.submit_role).places(Permission.SUBMISSION_SUBMIT)
    few = select(unit.id, place.path).join(place, place.id == unit.node_id)
    few = few.where(unit.step_id == step.id, unit.state == UnitState.OPEN, under(place.path, places))
    few = few.where(unit.ended_at.is_(None)).offset(NO_JOIN)
    own = few.subquery("own")
    lacking = _lacking(step, own.c.path)
    return select(own.c.id).where(
        _counts_somebody(step.plan_id, own.c.path), lacking if wanted.which == Mine.LACKING else ~lacking
    )


def _lacking(step: PlanStep, path: ColumnElement[str]) -> ColumnElement[bool]:
    """What keeps a unit from being submitted: undecided rows in it, or a unit below that is not approved."""
    if step.position == 1:
        return _counts_somebody(step.plan_id, path, Tally.UNREGISTERED, Tally.PENDING)
    below, lower, node = aliased(ReportingUnit), aliased(PlanStep), aliased(OrgNode)
    inside = select(node.id, node.path).where(node.path >= path, node.path < func.left(path, -1).concat("0"))
    place = inside.offset(NO_JOIN).correlate(path.table).subquery("place")
    step_below = select(lower.id).where(lower.plan_id == step.plan_id, lower.position == step.position - 1)
    found = select(below.id).join(place, place.c.id == below.node_id)
    found = found.where(
        below.step_id == step_below.scalar_subquery(),
        below.state != UnitState.APPROVED,
        below.ended_at.is_(None),
        _counts_somebody(step.plan_id, place.c.path),
    )
    return found.offset(NO_JOIN).exists()


def _counts_somebody(plan_id: int, path: ColumnElement[str], *tallies: Tally) -> ColumnElement[bool]:
    """Whether somebody at or below a path is counted under one of these words, or is to be insured at all."""
    counted = Enrolment.tally.in_(tallies) if tallies else eligible(plan_id)
    inside = (Enrolment.tree_path >= path, Enrolment.tree_path < func.left(path, -1).concat("0"))
    found = select(Enrolment.id).where(Enrolment.plan_id == plan_id, counted, *inside)
    return found.offset(NO_JOIN).exists()
