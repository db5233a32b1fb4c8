"""数据冻结: while a plan that freezes the roll is open, those it asks keep their class and their status.

An extra file beside `roll.py`, of services too: told by `students`, nobody calls these by name.
"""

from __future__ import annotations

from sqlalchemy import ARRAY, BigInteger, any_, exists, literal, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.enrolment.models import Enrolment
from app.enrolment.rules import StatusFrozen
from app.enrolment.services import stage_at
from app.plans.models import Plan
from app.plans.states import PlanState
from app.students.models import Student
from app.students.rules import StudentsLeft, StudentsMoved, StudentsPaused, StudentsResumed

Happened = StudentsLeft | StudentsMoved | StudentsPaused | StudentsResumed


def refuse_frozen(session: Session, _actor: Actor, event: Happened) -> None:
    """Refuse (`StatusFrozen`, naming the plan) what happens to students whom an open plan has frozen.

    Frozen is who has a counted row in it, and whose class stands below it in its audience: who is on leave as well.
    """
    ids = any_(literal(list(event.ids), ARRAY(BigInteger)))
    is_asked = exists().where(Enrolment.plan_id == Plan.id, Enrolment.student_id == ids, Enrolment.removed_at.is_(None))
    is_below = exists().where(
        Student.id == ids,
        Student.tree_path.startswith(Plan.tree_path),
        stage_at(Student.tree_path) == any_(Plan.audience),
    )
    stmt = select(Plan.name).where(Plan.state == PlanState.OPEN, Plan.freeze_status_changes, or_(is_asked, is_below))
    because = "a plan made above freezes the roll below it; only its name is told"
    name = session.scalars(everything(stmt.order_by(Plan.id).limit(1), because=because)).one_or_none()
    if name is not None:
        raise StatusFrozen(plan=name)
