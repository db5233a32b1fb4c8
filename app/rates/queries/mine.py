"""Which reporting units wait for an actor: to be reviewed, to be submitted, to be completed, sent back.

Only grants of the role that a step of the chain names count here: superusers may do all of it, but nobody waits for
them. A list and the number that opens it share these conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import under, visible
from app.enrolment.models import Enrolment, Tally
from app.lists.keyset import Counted, counted_each
from app.orgs.models import OrgNode
from app.plans.models import PlanStep, ReportingUnit
from app.rates.models import Submission
from app.rates.workflow import UnitState

ALONG = (ReportingUnit, Submission, Enrolment)
"""Gated tables these conditions look into, by keys or below the place of a unit in scope."""


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
    mine = under(OrgNode.path, named(actor, wanted.step.submit_role).places(Permission.SUBMISSION_SUBMIT))
    if wanted.which == Mine.RETURNED:
        return and_(mine, ReportingUnit.state == UnitState.RETURNED)
    lacking = _lacking(wanted.step)
    return and_(
        mine,
        ReportingUnit.state == UnitState.OPEN,
        _counts_somebody(wanted.step.plan_id, OrgNode),
        lacking if wanted.which == Mine.LACKING else ~lacking,
    )


def concerns(actor: Actor, step: PlanStep) -> tuple[Mine, ...]:
    """In which ways units of a step can wait for the actor."""
    found: tuple[Mine, ...] = ()
    if named(actor, step.review_role).holds(Permission.SUBMISSION_REVIEW):
        found += (Mine.TO_REVIEW,)
    if named(actor, step.submit_role).holds(Permission.SUBMISSION_SUBMIT):
        found += (Mine.RETURNED, Mine.READY, Mine.LACKING)
    return found


def count_each(session: Session, actor: Actor, lists: Sequence[Wanted]) -> list[Counted]:
    """How many units wait in each of these ways, counted up to 10,001; one statement for all of them."""
    return counted_each(session, [_units(actor, wanted) for wanted in lists])


def _units(actor: Actor, wanted: Wanted) -> Select[*tuple[Any, ...]]:
    stmt = select(ReportingUnit.id).join(OrgNode, OrgNode.id == ReportingUnit.node_id)
    stmt = stmt.where(ReportingUnit.step_id == wanted.step.id, waiting(actor, wanted))
    return visible(stmt, OrgNode, actor, Permission.FIGURE_READ, along=ALONG)


def _to_review(actor: Actor, step: PlanStep) -> ColumnElement[bool]:
    """Submitted by somebody else, at a place where the actor reviews."""
    last = aliased(Submission)  # a list may show the submission itself beside it
    own = exists().where(
        last.unit_id == ReportingUnit.id, last.state == UnitState.SUBMITTED, last.submitted_by == actor.user_id
    )
    places = named(actor, step.review_role).places(Permission.SUBMISSION_REVIEW)
    return and_(under(OrgNode.path, places), ReportingUnit.state == UnitState.SUBMITTED, ~own)


def _lacking(step: PlanStep) -> ColumnElement[bool]:
    """What keeps a unit from being submitted: undecided rows in it, or a unit below that is not approved."""
    if step.position == 1:
        return _counts_somebody(step.plan_id, OrgNode, Tally.UNREGISTERED, Tally.PENDING)
    below, lower, place = aliased(ReportingUnit), aliased(PlanStep), aliased(OrgNode)
    return (
        select(below.id)
        .join(lower, lower.id == below.step_id)
        .join(place, place.id == below.node_id)
        .where(
            lower.plan_id == step.plan_id,
            lower.position == step.position - 1,
            below.state != UnitState.APPROVED,
            place.path >= OrgNode.path,
            place.path < func.left(OrgNode.path, -1).concat("0"),
            _counts_somebody(step.plan_id, place),
        )
        .correlate(OrgNode)
        .exists()
    )


def _counts_somebody(plan_id: int, place: Any, *tallies: Tally) -> ColumnElement[bool]:
    """Whether the plan counts a row at or below a place, under one of these words or under any."""
    counted = Enrolment.tally.in_(tallies) if tallies else Enrolment.tally.is_not(None)
    inside = (Enrolment.tree_path >= place.path, Enrolment.tree_path < func.left(place.path, -1).concat("0"))
    return exists().where(Enrolment.plan_id == plan_id, counted, *inside)
