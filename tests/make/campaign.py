"""The shared cast's plan: made at the root, open over everybody, with decisions of every kind in both schools."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.enrolment.rules import Decision
from app.enrolment.services import bring
from app.plans.rules import NewOption, NewPlan, NewStep
from app.plans.services import make, open_plan
from tests.make.places import ROOT

PLAN = "PLAN-2027"
COVER_YEAR = 2027
PAID = 40_000
"""What each of the insured pays, in fen."""
FROM, TO = datetime(2026, 9, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
STATES = (
    ("insured", "insure", None),
    ("waived", "waive", "refuse"),
    ("submitted", "insure", None),
    ("waived", "waive", "other"),
    ("unregistered", None, None),
    ("stopped", "insure", None),
    ("draft", None, None),
    ("rejected", "insure", None),
)
"""What the eight students of each school have decided: state, choice, reason."""


def open_over_all(session: Session) -> int:
    """Make and open the plan at the root; returns its id."""
    steps = (
        NewStep("school", "school_admin", "county_admin", "all_decided", FROM, TO),
        NewStep("county", "county_admin", "province_admin", "children_approved", FROM, TO),
    )
    option = NewOption("2027年1月至2027年12月", date(COVER_YEAR, 1, 1), date(COVER_YEAR + 1, 1, 1), PAID, 70_000)
    new = NewPlan(
        code=PLAN,
        name="2027年度居民医保",
        place_code=ROOT,
        product="resident_medical",
        cover_year=COVER_YEAR,
        audience=("junior",),
        apply_from=FROM,
        apply_to=TO,
        steps=steps,
        options=(option,),
    )
    plan_id = make(session, SYSTEM, new)
    open_plan(session, SYSTEM, plan_id=plan_id)
    return plan_id


def decide(session: Session, plan_id: int, students: Sequence[int]) -> None:
    """Bring one decision of each kind for the eight students of a school."""
    decisions = [
        Decision(student_id, state, choice, reason)
        for student_id, (state, choice, reason) in zip(students, STATES, strict=True)
        if state != "unregistered"
    ]
    bring(session, SYSTEM, plan_id=plan_id, decisions=decisions)
