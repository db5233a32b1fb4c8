"""What the engine of codes plugs in: the sentences about codes that do not work."""

from __future__ import annotations

from app.codes.jobs import EACH_HOUR, TIDY
from app.core.feature import Feature
from app.web.language import lazy as _l

FEATURE = Feature(
    name="codes",
    jobs=(TIDY,),
    schedules=(EACH_HOUR,),
    sentences={
        "code_wrong": _l("There is no such code. Please compare it with the sheet, letter by letter."),
        "code_used": _l("This code has been used already. Each code works once; ask for a new one if it was not you."),
        "code_expired": _l("This code has expired. Please ask whoever gave it to you for a new one."),
        "code_replaced": _l("This code was replaced by a newer one. Please use the newest one."),
        "code_just_issued": _l("Somebody is issuing a code for the same account right now. Please look again."),
        "code_locked": _l("Too many failed tries. Please wait %(seconds)s seconds, then try again."),
    },
)
