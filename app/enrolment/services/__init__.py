"""Every write to enrolments: a package because one file would be too long to read in a sitting.

`asking` the rows of a plan, `bringing` decisions in bulk, `application` what a student does, `review` what the reviewer
does, `entry` what the staff enter and correct, `writing` what all acts share.
"""

from __future__ import annotations

from app.enrolment.services.application import note_evidence_opened, save, submit, withdraw
from app.enrolment.services.asking import ask_everybody, ask_newcomers, in_hardship, stage_at
from app.enrolment.services.bringing import bring
from app.enrolment.services.entry import correct, enter, resume, resume_many, stop, stop_many
from app.enrolment.services.exporting import note_export
from app.enrolment.services.review import review, review_matching, review_one

__all__ = [
    "ask_everybody",
    "ask_newcomers",
    "bring",
    "correct",
    "enter",
    "in_hardship",
    "note_evidence_opened",
    "note_export",
    "resume",
    "resume_many",
    "review",
    "review_matching",
    "review_one",
    "save",
    "stage_at",
    "stop",
    "stop_many",
    "submit",
    "withdraw",
]
