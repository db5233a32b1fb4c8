"""待办 of plans: drafts to be opened, plans somebody wants to open again, and until when applications are taken."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.feature import Deadline, ToDo, Urgency
from app.lists.keyset import Counted
from app.plans import queries
from app.plans.queries import TO_AGREE, TO_OPEN, Underway


def agenda(session: Session, actor: Actor) -> list[ToDo | Deadline]:
    """What waits for the visitor about plans, and the windows of applications that have not ended."""
    found: list[ToDo | Deadline] = []
    if actor.holds(Permission.PLAN_OPEN):
        waiting = queries.waiting(session, actor)
        found += _todo(gettext("Plans that wait for your agreement to be opened again"), waiting, TO_AGREE)
        found += _todo(gettext("Plans in draft"), waiting, TO_OPEN)
    return found + [_window(one) for one in queries.underway(session, actor) if one.plan.apply_to > one.now]


def _window(one: Underway) -> Deadline:
    """Until when a plan takes applications."""
    plan, href = one.plan, url_for("PlanView.show_plan", plan_id=one.plan.id)
    return Deadline(gettext("Applications of students"), href, plan.apply_from, plan.apply_to, one.now, plan.name)


def _todo(label: str, waiting: dict[str, Counted], which: str) -> list[ToDo | Deadline]:
    """One line where something waits."""
    count = waiting[which]
    if not count.rows:
        return []
    urgency = Urgency.ASKED if which == TO_AGREE else Urgency.READY
    return [ToDo(label, url_for("PlanView.list", state=which), count.rows, urgency)]
