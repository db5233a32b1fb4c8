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
CHOICES = {"insure": _l("Enrol"), "waive": _l("Do not enrol")}
REASONS = {
    "hometown_resident": _l("Insured as a resident at home"),
    "employee": _l("Insured as an employee"),
    "dependent_scheme": _l("Covered by a scheme for dependants or by public care"),
    "aid_registered": _l("Insured by civil affairs, rural revitalisation or the disabled persons' federation"),
    "military": _l("Joining the army"),
    "leaving": _l("On leave, abroad or about to graduate"),
    "foreign": _l("Insured as an international student"),
    "refuse": _l("Does not want to"),
    "other": _l("Other reason"),
}
WAITING = {
    queries.TO_REVIEW: _l("Waiting for my review"),
    queries.UNDECIDED: _l("Not decided yet"),
}
"""What a list may be asked for beside the states."""
DECLARATIONS = {
    1: _l(
        "I do not join this insurance plan, of my own free will. I know that medical costs in the time I am not insured"
        " are not paid by it, and that it is usually not possible to join later. The reason I have given is true."
    ),
}
"""不参保声明, by the number of its wording. A wording somebody has ticked is never changed: a new one gets a number."""
SOURCES = {
    "roll": _l("Nobody yet"),
    "student": _l("By the family"),
    "counsellor": _l("By staff, on behalf"),
    "import": _l("By import"),
    "renewal": _l("By renewal"),
}
"""Where a decision came from."""
PARTICIPATION = {
    "0": _l("Not insured"),
    "1": _l("Insured"),
    "2": _l("Insurance suspended"),
    "4": _l("Insurance ended"),
}
"""人员参保状态 by the national code (psn_insu_stas)."""


def student_lines(session: Session, actor: Actor, student_id: int) -> list[EnrolmentLine]:
    """A student's enrolments for the student's page, with the words for their states."""
    return [
        EnrolmentLine(row.plan, row.cover_year, row.state, STATES[row.state], row.at, row.removed_at)
        for row in queries.of_student(session, actor, student_id)
    ]
