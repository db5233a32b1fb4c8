"""Plans beyond the shared cast's one, made and opened by the real services."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TypedDict, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.plans.models import Plan
from app.plans.rules import NewOption, NewPlan, NewStep
from app.plans.services import make, open_plan
from tests.make.places import A
from tests.stage import TEST

FROM, TO = datetime(2026, 9, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
STEP = NewStep("class", "class_teacher", "school_admin", "all_decided", FROM, TO)
GRADES = NewStep("grade", "school_admin", "county_admin", "children_approved", FROM, TO)
OPTION = NewOption("2027年", date(2027, 1, 1), date(2028, 1, 1), 40_000, 70_000)


class Terms(TypedDict, total=False):
    """What a test may decide about a plan; the rest is ordinary."""

    place_code: str
    product: str
    cover_year: int
    audience: tuple[str, ...]
    steps: tuple[NewStep, ...]
    options: tuple[NewOption, ...]
    counts_stopped: bool
    freeze_status_changes: bool


def draft(code: str, **terms: Unpack[Terms]) -> NewPlan:
    """A plan to be made: student accident insurance of 2027 for the juniors of school A, unless told otherwise."""
    return NewPlan(
        code=code,
        name=f"计划{code}",
        place_code=terms.get("place_code", A),
        product=terms.get("product", "student_accident"),
        cover_year=terms.get("cover_year", 2027),
        audience=terms.get("audience", ("junior",)),
        apply_from=FROM,
        apply_to=TO,
        steps=terms.get("steps", (STEP,)),
        options=terms.get("options", (OPTION,)),
        counts_stopped=terms.get("counts_stopped", False),
        freeze_status_changes=terms.get("freeze_status_changes", False),
    )


def opened(session: Session, code: str, **terms: Unpack[Terms]) -> Plan:
    """Make and open a plan as the system."""
    plan_id = make(session, SYSTEM, draft(code, **terms))
    open_plan(session, SYSTEM, plan_id=plan_id)
    return plan_of(session, plan_id)


def plan_of(session: Session, plan_id: int) -> Plan:
    """The plan as it stands in the database."""
    stmt = select(Plan).where(Plan.id == plan_id).execution_options(populate_existing=True)
    return session.scalars(everything(stmt, because=TEST)).one()
