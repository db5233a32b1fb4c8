"""The words of change requests, in both languages. An extra file: lists and pages need them."""

from __future__ import annotations

from app.web.language import lazy as _l

STATES = {
    "asked": _l("Waiting"),
    "approved": _l("Approved"),
    "declined": _l("Declined"),
    "withdrawn": _l("Request withdrawn"),
}
TONES = {"asked": "pending", "approved": "approved", "declined": "rejected", "withdrawn": "closed"}
"""The colour of a state's tag, by the code of a state that has it."""
WAITING = {"to_decide": _l("Waiting for my decision")}
"""What a list may be asked for beside the states."""
