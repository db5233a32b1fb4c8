"""待办 of rates: to be reviewed, sent back, ready to be submitted, not complete yet; and until when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.feature import Deadline, ToDo, Urgency
from app.lists.keyset import Counted
from app.plans import queries as plans
from app.plans.models import Plan, PlanStep
from app.rates import queries
from app.rates.queries import mine, units
from app.rates.queries.mine import Mine, Wanted

URGENCIES = {
    Mine.RETURNED: Urgency.BLOCKED,
    Mine.TO_REVIEW: Urgency.ASKED,
    Mine.READY: Urgency.READY,
    Mine.LACKING: Urgency.OPEN,
}


@dataclass(frozen=True)
class Role:
    """A step of an open plan in which the visitor acts, and in which ways its units can wait for the visitor."""

    each: plans.Underway
    step: PlanStep
    ways: tuple[Mine, ...]

    @property
    def has_begun(self) -> bool:
        """Whether the window of the step has begun."""
        return self.step.window_from <= self.each.now

    @property
    def is_over(self) -> bool:
        """Whether the window of the step has ended."""
        return self.step.window_to <= self.each.now


def agenda(session: Session, actor: Actor) -> list[ToDo | Deadline]:
    """What waits for the visitor in the chains of the open plans, and the windows of the steps the visitor acts in."""
    if not actor.holds(Permission.FIGURE_READ):
        return []
    roles = [Role(e, step, mine.concerns(actor, step)) for e in plans.underway(session, actor) for step in e.steps]
    roles = [role for role in roles if role.ways]
    lists = [Wanted(role.step, way) for role in roles if role.has_begun for way in role.ways]
    counts = dict(zip(lists, mine.count_each(session, actor, lists), strict=True))
    found: list[ToDo | Deadline] = []
    for role in roles:
        found += _deadline(role, counts)
        found += _todos(session, actor, role, counts)
    return found


def _deadline(role: Role, counts: Mapping[Wanted, Counted]) -> list[Deadline]:
    """Until when the visitor acts in a step: to come, running, or over with something left undone."""
    is_left = any(counts[Wanted(role.step, way)].rows for way in role.ways if role.has_begun)
    if role.is_over and not is_left:
        return []
    plan, step = role.each.plan, role.step
    label = gettext("Enrolment rates: review") if role.ways == (Mine.TO_REVIEW,) else gettext("Enrolment rates: submit")
    href = url_for("RateView.list", plan=plan.code, step=step.position)
    return [Deadline(label, href, step.window_from, step.window_to, role.each.now, plan.name, is_late=role.is_over)]


def _todos(session: Session, actor: Actor, role: Role, counts: Mapping[Wanted, Counted]) -> list[ToDo]:
    plan, step, found = role.each.plan, role.step, []
    labels = {
        Mine.RETURNED: gettext("Enrolment rates returned to you"),
        Mine.TO_REVIEW: gettext("Enrolment rates waiting for your review"),
        Mine.READY: gettext("Enrolment rates ready to be submitted"),
        Mine.LACKING: gettext("Enrolment rates not complete yet"),
    }
    # submitting ends with the window of the step, reviewing with the plan
    for way in (way for way in role.ways if way == Mine.TO_REVIEW or not role.is_over):
        count = counts.get(Wanted(step, way), Counted())
        if count.rows:
            href = url_for("RateView.list", plan=plan.code, step=step.position, state=way)
            hint = _hint(session, actor, plan, step, count) if way == Mine.LACKING else plan.name
            found.append(ToDo(labels[way], href, count.rows, URGENCIES[way], hint))
    return found


def _hint(session: Session, actor: Actor, plan: Plan, step: PlanStep, count: Counted) -> str:
    """Of which plan, and what keeps the only unit from being submitted."""
    if count.rows > 1 or count.first_id is None:
        return plan.name
    if step.position > 1:
        lack = gettext("not every unit below is approved yet")
        return f"{plan.name} · {lack}"
    line = units.unit(session, actor, count.first_id)
    figures = queries.at(session, actor, plan, line.node)
    missing = {"unregistered": figures.unregistered, "pending": figures.pending}
    lack = gettext("%(unregistered)s not registered, %(pending)s awaiting review", **missing)
    return f"{plan.name} · {lack}"
