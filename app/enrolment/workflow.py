"""The life of an application, as a table: guards, buttons and constraints come from it (UM-05, UM-06, UM-19)."""

from __future__ import annotations

from enum import StrEnum

from app.access.permissions import Permission
from app.core.workflow import Move, Workflow
from app.enrolment.states import Choice
from app.enrolment.states import EnrolmentState as S


class Event(StrEnum):
    """What happens to an application."""

    SAVE = "save"
    SUBMIT = "submit"
    RESUBMIT = "resubmit"
    WITHDRAW = "withdraw"
    APPROVE = "approve"
    REJECT = "reject"
    ENTER = "enter"
    CORRECT = "correct"
    STOP = "stop"
    RESUME = "resume"


E = Event
APPLICANT = "applicant"
"""Neither the person it is about, nor who filed it for them (own child, own self)."""
PERSON = "person"
"""Not the person it is about."""
_APPLY, _REVIEW, _ENTER = Permission.ENROLMENT_APPLY, Permission.ENROLMENT_REVIEW, Permission.ENROLMENT_ENTER
_STOP, _RENEW = Permission.ENROLMENT_STOP, Permission.ENROLMENT_RENEW
_ENDS = ((Choice.INSURE, S.INSURED), (Choice.WAIVE, S.WAIVED))

APPLICATION: Workflow[S, Event] = Workflow(
    S,
    S.UNREGISTERED,
    (
        Move(E.SAVE, S.UNREGISTERED, S.DRAFT, needs=_APPLY),
        Move(E.SAVE, S.DRAFT, S.DRAFT, needs=_APPLY),
        Move(E.SAVE, S.REJECTED, S.DRAFT, needs=_APPLY),
        Move(E.SUBMIT, S.UNREGISTERED, S.SUBMITTED, needs=_APPLY, asks="choice"),
        Move(E.SUBMIT, S.DRAFT, S.SUBMITTED, needs=_APPLY, asks="choice"),
        Move(E.RESUBMIT, S.REJECTED, S.SUBMITTED, needs=_APPLY, asks="choice"),
        Move(E.WITHDRAW, S.SUBMITTED, S.DRAFT, needs=_APPLY),
        *(Move(E.APPROVE, S.SUBMITTED, end, needs=_REVIEW, not_by=APPLICANT, given=choice) for choice, end in _ENDS),
        Move(E.REJECT, S.SUBMITTED, S.REJECTED, needs=_REVIEW, asks="opinion", not_by=APPLICANT),
        *(
            Move(E.ENTER, source, end, needs=_ENTER, asks="choice", not_by=PERSON, given=choice)
            for source in (S.UNREGISTERED, S.DRAFT, S.REJECTED)
            for choice, end in _ENDS
        ),
        *(
            Move(E.CORRECT, source, end, needs=_ENTER, asks="reason", not_by=PERSON, given=choice)
            for source in (S.INSURED, S.WAIVED)
            for choice, end in _ENDS
        ),
        Move(E.STOP, S.INSURED, S.STOPPED, needs=_STOP, asks="reason", not_by=PERSON),
        Move(E.RESUME, S.STOPPED, S.INSURED, needs=_RENEW, asks="reason", not_by=PERSON),
    ),
)
UNDECIDED = (S.UNREGISTERED, S.DRAFT, S.SUBMITTED, S.REJECTED)
"""The states of a row that is counted no more when its student leaves."""
