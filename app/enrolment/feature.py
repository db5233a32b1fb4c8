"""What enrolment plugs in: it hears when plans open and when students are placed."""

from __future__ import annotations

from app.core.events import Listener
from app.core.feature import Feature
from app.enrolment.services import ask_everybody, ask_newcomers
from app.plans.rules import PlanOpened
from app.students.rules import StudentsPlaced

FEATURE = Feature(
    name="enrolment",
    listeners=(Listener(PlanOpened, ask_everybody), Listener(StudentsPlaced, ask_newcomers)),
)
