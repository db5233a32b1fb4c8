"""The words for the states of an enrolment, in both languages. An extra file: lists, pages and exports need them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.enrolment import queries
from app.students.records import EnrolmentLine
from app.web.language import lazy as _l

STATES = {
    "unregistered": _l("Not registered"),
    "draft": _l("Draft"),
    "submitted": _l("Awaiting review"),
    "rejected": _l("Rejected"),
    "insured": _l("Insured"),
    "waived": _l("Waived"),
    "stopped": _l("Stopped"),
}


def student_lines(session: Session, actor: Actor, student_id: int) -> list[EnrolmentLine]:
    """A student's enrolments for the student's page, with the words for their states."""
    return [
        EnrolmentLine(row.plan, row.cover_year, row.state, STATES[row.state], row.at, row.removed_at)
        for row in queries.of_student(session, actor, student_id)
    ]
