"""What enrolment plugs in: it hears when plans open and when the roll changes, and tells a student's enrolments."""

from __future__ import annotations

from app.core.events import Listener
from app.core.feature import Feature
from app.enrolment.labels import student_lines
from app.enrolment.roll import count_no_more, follow_class, recount_hardship
from app.enrolment.services import ask_everybody, ask_newcomers
from app.plans.rules import PlanOpened
from app.students.records import ENROLMENTS
from app.students.rules import HardshipChanged, StudentsLeft, StudentsMoved, StudentsPlaced

ENROLMENTS.append(student_lines)

FEATURE = Feature(
    name="enrolment",
    listeners=(
        Listener(PlanOpened, ask_everybody),
        Listener(StudentsPlaced, ask_newcomers),
        Listener(StudentsMoved, follow_class),
        Listener(StudentsLeft, count_no_more),
        Listener(HardshipChanged, recount_hardship),
    ),
)
