"""The life of a change request, as a table: guards and buttons come from it."""

from __future__ import annotations

from enum import StrEnum

from app.access.permissions import Permission
from app.core.workflow import Move, Workflow


class RequestState(StrEnum):
    """Where a change request is."""

    ASKED = "asked"
    APPROVED = "approved"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class RequestEvent(StrEnum):
    """What happens to a change request once it is asked."""

    APPROVE = "approve"
    DECLINE = "decline"
    WITHDRAW = "withdraw"


S, E = RequestState, RequestEvent
ASKER = "asker"
"""Neither who asked nor whom it is about."""

REQUEST: Workflow[RequestState, RequestEvent] = Workflow(
    RequestState,
    S.ASKED,
    (
        Move(E.APPROVE, S.ASKED, S.APPROVED, needs=Permission.CHANGE_REQUEST_REVIEW, not_by=ASKER),
        Move(E.DECLINE, S.ASKED, S.DECLINED, needs=Permission.CHANGE_REQUEST_REVIEW, asks="opinion", not_by=ASKER),
        Move(E.WITHDRAW, S.ASKED, S.WITHDRAWN, needs=Permission.CHANGE_REQUEST_CREATE),
    ),
)
