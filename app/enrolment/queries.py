"""Reading enrolments within the scope."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.enrolment.models import Enrolment
from app.plans.models import Plan


def of_student(session: Session, actor: Actor, student_id: int) -> Sequence[Row[*tuple[Any, ...]]]:
    """A student's enrolments, the latest cover year first: plan, cover_year, state, at, removed_at."""
    at = func.coalesce(Enrolment.decided_at, Enrolment.submitted_at, Enrolment.created_at).label("at")
    stmt = (
        select(Plan.name.label("plan"), Enrolment.cover_year, Enrolment.state, at, Enrolment.removed_at)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .where(Enrolment.student_id == student_id)
        .order_by(Enrolment.cover_year.desc(), Enrolment.id.desc())
    )
    return session.execute(visible(stmt, Enrolment, actor, Permission.ENROLMENT_READ, along=(Plan,))).all()
