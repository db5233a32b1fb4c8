"""待办 of applications: to be reviewed by the visitor, not decided yet, sent back to the student."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.feature import ToDo, Urgency
from app.enrolment import queries
from app.enrolment.queries import TO_REVIEW, UNDECIDED, Wanted
from app.enrolment.rules import SCHOOL_LEVEL, as_step
from app.enrolment.states import EnrolmentState
from app.plans import queries as plans
from app.plans.models import Plan

READ, REVIEW = Permission.ENROLMENT_READ, Permission.ENROLMENT_REVIEW


def agenda(session: Session, actor: Actor) -> list[ToDo]:
    """What waits in the open plans whose applications are taken or reviewed now."""
    if not (actor.holds(READ) and actor.holds(REVIEW)):
        return []
    asked = [
        (each.plan, wanted) for each in plans.underway(session, actor) for wanted in _lists(actor, each) if _is_on(each)
    ]
    counts = queries.count_each(session, actor, [wanted for _, wanted in asked])
    return [_todo(plan, wanted.state, count) for (plan, wanted), count in zip(asked, counts, strict=True) if count]


def _is_on(each: plans.Underway) -> bool:
    """Whether applications of a plan are being decided: from the first of its window to the end of the first step."""
    until = max([each.plan.apply_to, *(step.window_to for step in each.steps[:1])])
    return each.plan.apply_from <= each.now < until


def _lists(actor: Actor, each: plans.Underway) -> list[Wanted]:
    """Which lists of a plan concern the visitor: the chain names reviewers, schools look after their students."""
    role = each.steps[0].submit_role if each.steps else ""
    lists = []
    if as_step(actor, role).holds(REVIEW) and each.now < each.steps[0].window_to:
        lists.append(Wanted(each.plan.id, state=TO_REVIEW, role=role))
    if all(grant.level >= SCHOOL_LEVEL for grant in actor.grants if READ in grant.permissions):
        lists += [Wanted(each.plan.id, state=UNDECIDED), Wanted(each.plan.id, state=EnrolmentState.REJECTED)]
    return lists


def _todo(plan: Plan, state: str, count: int) -> ToDo:
    label, urgency = {
        TO_REVIEW: (gettext("Applications waiting for your review"), Urgency.ASKED),
        UNDECIDED: (gettext("Students who have not decided yet"), Urgency.OPEN),
        EnrolmentState.REJECTED: (gettext("Rejected applications the student has to correct"), Urgency.OPEN),
    }[state]
    return ToDo(label, url_for("ApplicationView.list", plan=plan.code, state=state), count, urgency, plan.name)
