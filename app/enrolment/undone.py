"""When an imported admission is taken back: rows nobody has touched go with it, any other forbids it.

An extra file beside `roll.py`, of services too: told by `students`, nobody calls these by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.core.db import any_of
from app.enrolment.models import Enrolment, EnrolmentState
from app.students.rules import AdmissionsUndone

UNDONE = "the rows follow from an admission that is taken back"
DECIDED = "undo_decided"


def decided_since(session: Session, students: Sequence[int]) -> Mapping[int, str]:
    """The students who have begun an application, or of whom something was decided, in any plan."""
    touched = or_(Enrolment.state != EnrolmentState.UNREGISTERED, Enrolment.choice.is_not(None))
    stmt = select(Enrolment.student_id).where(Enrolment.student_id == any_of(students), touched).distinct()
    return dict.fromkeys(session.scalars(everything(stmt, because=UNDONE)), DECIDED)


def forget_rows(session: Session, _actor: Actor, event: AdmissionsUndone) -> None:
    """Take the untouched rows of students away who never were; figures follow by themselves."""
    of_theirs = Enrolment.student_id == any_of(event.ids)
    locked = select(Enrolment.id).where(of_theirs).order_by(Enrolment.id).with_for_update()
    session.execute(everything(locked, because=UNDONE))
    stmt = delete(Enrolment).where(of_theirs)
    session.execute(everything(stmt, because=UNDONE), execution_options={"synchronize_session": False})
