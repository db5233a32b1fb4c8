"""Every write to enrolments: a package because one file would be too long to read in a sitting.

`asking` the rows of a plan, `bringing` decisions in bulk.
"""

from __future__ import annotations

from app.enrolment.services.asking import ask_everybody, ask_newcomers, in_hardship, stage_at
from app.enrolment.services.bringing import bring

__all__ = ["ask_everybody", "ask_newcomers", "bring", "in_hardship", "stage_at"]
