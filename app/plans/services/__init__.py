"""Every write to plans: a package because one file would be too long to read in a sitting.

`drafting` makes and corrects, `opening` asks everybody, `closing` ends and opens again by two persons.
"""

from __future__ import annotations

from app.plans.services.closing import agree, ask_to_reopen, close, decline
from app.plans.services.drafting import correct, make, reschedule
from app.plans.services.opening import hand_over, open_plan

__all__ = [
    "agree",
    "ask_to_reopen",
    "close",
    "correct",
    "decline",
    "hand_over",
    "make",
    "open_plan",
    "reschedule",
]
