"""Applications in tests: those of the cast, read and acted upon through the services."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.enrolment.models import Enrolment
from app.enrolment.rules import DECLARATION, Proof, Wish
from app.plans.models import CoverageOption
from tests.stage import TEST

WAIVE = Wish("waive", None, "employee")
TICKED = Proof(DECLARATION)
"""The declaration that goes with a waiver of the family's own."""


def row_of(session: Session, plan_id: int, student_id: int) -> Enrolment:
    """The row of a student in a plan, as it stands in the database."""
    stmt = select(Enrolment).where(Enrolment.plan_id == plan_id, Enrolment.student_id == student_id)
    return session.scalars(everything(stmt.execution_options(populate_existing=True), because=TEST)).one()


def rows_of(session: Session, plan_id: int, students: Sequence[int]) -> list[Enrolment]:
    """The rows of students in a plan, in the order of the students."""
    return [row_of(session, plan_id, student_id) for student_id in students]


def insure(session: Session, plan_id: int) -> Wish:
    """The wish for the first coverage option of a plan."""
    stmt = select(CoverageOption.id).where(CoverageOption.plan_id == plan_id).order_by(CoverageOption.position).limit(1)
    return Wish("insure", session.scalars(stmt).one())
