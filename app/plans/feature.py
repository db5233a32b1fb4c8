"""What plans plug in."""

from __future__ import annotations

from app.core.feature import Feature
from app.web.language import lazy as _l

FEATURE = Feature(
    name="plans",
    sentences={
        "plan_not_draft": _l("This plan has been opened already."),
        "unit_submitted": _l(
            "%(unit)s has submitted its enrolment rate, so nothing in it can be changed now. Ask the level above to"
            " return it if something is still missing."
        ),
        "plan_code_taken": _l("A plan with this code exists already, here or elsewhere."),
    },
)
