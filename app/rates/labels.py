"""The words for figures and enrolment states, in both languages. An extra file: screens, lists, exports need them."""

from __future__ import annotations

from app.rates.rules import Status
from app.web.language import lazy as _l

FIGURES = {
    Status.TOTAL_ELIGIBLE: _l("To be insured"),
    Status.INSURED: _l("Insured"),
    Status.WAIVED: _l("Waived"),
    Status.PENDING: _l("Awaiting review"),
    Status.UNREGISTERED: _l("Not registered"),
    Status.STOPPED: _l("Stopped"),
    Status.WAIVED_HARDSHIP: _l("Waived, in hardship"),
    Status.NOT_INSURED: _l("Not insured"),
}
HINTS = {
    Status.UNREGISTERED: _l("no decision, a draft or rejected"),
    Status.PENDING: _l("sent, waiting for review"),
    Status.WAIVED_HARDSHIP: _l("of those who waived"),
}
UNIT_STATES = {
    "open": _l("Not submitted"),
    "submitted": _l("Submitted"),
    "approved": _l("Approved"),
    "returned": _l("Returned"),
}
WAITING = {
    "to_review": _l("Waiting for my review"),
    "mine_returned": _l("Returned to me"),
    "mine_ready": _l("Ready for me to submit"),
    "mine_lacking": _l("Mine, not complete yet"),
}
"""What a list of units may be asked for beside the states."""
CHANGES = {
    "came": _l("Came"),
    "left": _l("Left"),
    "changed": _l("Changed"),
}
"""What happened to a member after its unit had submitted."""
