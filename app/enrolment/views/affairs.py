"""What a family sees on its first page: each application of the own persons, and what happens next."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core import clock
from app.core.feature import Affair
from app.enrolment import queries
from app.enrolment.labels import STATES
from app.enrolment.models import Enrolment
from app.enrolment.rules import POSTGRADUATE_STAGES
from app.enrolment.states import EnrolmentState
from app.enrolment.views.family import is_open, next_step
from app.plans.models import Plan
from app.profiles import queries as profiles

ASKED = (EnrolmentState.UNREGISTERED, EnrolmentState.DRAFT, EnrolmentState.REJECTED)
"""The states in which the family has to do something while applications are taken."""


def affairs(session: Session, actor: Actor) -> list[Affair]:
    """The counted applications of the own persons, open plans first; five statements whatever their number."""
    found = queries.own(session, actor)
    rows: list[Enrolment] = [row[0] for row in found]
    if not rows:
        return []
    now, shut = clock.now(session), queries.shut_rows(session, rows)
    asked = {row.id for row, plan, _ in found if row.state in ASKED and is_open(row, plan, now, shut)}
    lacking = _without_record(session, [row for row in rows if row.id in asked])
    return [
        _record_first(row, plan)
        if row.id in lacking
        else Affair(
            person_id=row.person_id,
            title=plan.name,
            next=next_step(row, plan, now, shut),
            href=url_for("FamilyApplicationView.show", enrolment_id=row.id),
            act=_button(row, is_asked=row.id in asked),
            state=row.state,
            state_label=STATES[row.state],
            is_asked=row.id in asked,
        )
        for row, plan, _ in found
    ]


def _without_record(session: Session, rows: list[Enrolment]) -> set[int]:
    """The applications of postgraduates whose basic record has to be completed first (UM-03)."""
    stages = queries.stages_of(session, {row.tree_path for row in rows}) if rows else {}
    graduates = [row for row in rows if stages[row.tree_path] in POSTGRADUATE_STAGES]
    complete = profiles.complete_among(session, [row.student_id for row in graduates]) if graduates else set()
    return {row.id for row in graduates if row.student_id not in complete}


def _record_first(row: Enrolment, plan: Plan) -> Affair:
    return Affair(
        person_id=row.person_id,
        title=plan.name,
        next=gettext("Please complete the basic record first; then the application can be submitted."),
        href=url_for("ProfileView.show", student_id=row.student_id),
        act=gettext("Complete the basic record"),
        state=row.state,
        state_label=STATES[row.state],
        is_asked=True,
    )


def _button(row: Enrolment, *, is_asked: bool) -> str:
    if not is_asked:
        return str(gettext("Look at it"))
    if row.state == EnrolmentState.UNREGISTERED:
        return str(gettext("Apply"))
    return str(gettext("Go on with the application"))
