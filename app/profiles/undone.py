"""When an imported admission is to be taken back: what families have asked for or filled in since forbids it.

An extra file beside `services`: asked by `students`, nobody calls it by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.core.db import any_of
from app.profiles.models import ChangeRequest, StudentProfile

IMPORTED = "students of an imported list that its actor wants to take back; they were found in scope"


def asked_since(session: Session, students: Sequence[int]) -> Mapping[int, str]:
    """The students of whom a change was asked for, whatever became of it, or whose basic record was filled in."""
    filled = select(StudentProfile.student_id).where(StudentProfile.student_id == any_of(students))
    asked = select(ChangeRequest.student_id).where(ChangeRequest.student_id == any_of(students)).distinct()
    found = dict.fromkeys(session.scalars(everything(filled, because=IMPORTED)), "undo_profile")
    return found | dict.fromkeys(session.scalars(everything(asked, because=IMPORTED)), "undo_requested")
