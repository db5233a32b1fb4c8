"""The rows that a plan's opening and an admission make: who is asked, and whether in hardship."""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.access.actor import Actor, ids_in
from app.access.scope import everything
from app.core import locks
from app.enrolment.models import Enrolment
from app.orgs.models import Kind, OrgNode
from app.plans.models import Plan
from app.plans.rules import PlanOpened
from app.plans.states import PlanState
from app.students.models import HardshipRecognition, Student
from app.students.rules import StudentsPlaced, StudentsResumed
from app.students.workflow import StudentState

COLUMNS = [
    "plan_id",
    "product",
    "cover_year",
    "person_id",
    "student_id",
    "node_id",
    "tree_path",
    "school_id",
    "hardship",
]


def ask_everybody(session: Session, _actor: Actor, event: PlanOpened) -> None:
    """When a plan opens: one row, unregistered, for every student of the audience in school.

    Whoever stands in another plan of the same product and cover year keeps that row and gets none here.
    """
    _insert_rows(session, Plan.id == event.plan_id)


def ask_newcomers(session: Session, _actor: Actor, event: StudentsPlaced | StudentsResumed) -> None:
    """When students come to school, or come back: one row for each open plan that covers their class.

    The places above are shared first: a plan that is being opened there is waited for and then seen as open.
    """
    placed = Student.id == any_(literal(list(event.ids), ARRAY(BigInteger)))
    because = "an admission concerns every open plan above the class, wherever it was made"
    paths = session.scalars(everything(select(Student.tree_path).where(placed).distinct(), because=because))
    above = {node_id for path in paths for node_id in ids_in(path)}
    locks.share(session, locks.ASKED, above)
    covering = select(Plan.id).where(Plan.state == PlanState.OPEN, Plan.node_id.in_(above))
    locks.share(session, locks.PLAN, session.scalars(everything(covering, because=because)))
    _insert_rows(session, and_(Plan.state == PlanState.OPEN, placed))


def _insert_rows(session: Session, which: ColumnElement[bool]) -> None:
    stmt = insert(Enrolment).from_select(COLUMNS, _asked(which)).on_conflict_do_nothing()
    session.execute(
        everything(stmt, because="the rows follow from the plan and the roll, not from who acts"),
    )


def _asked(which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    class_node = aliased(OrgNode)
    below = and_(class_node.path >= Plan.tree_path, class_node.path < func.left(Plan.tree_path, -1).concat("0"))
    return (
        select(
            Plan.id,
            Plan.product,
            Plan.cover_year,
            Student.person_id,
            Student.id,
            Student.node_id,
            Student.tree_path,
            Student.school_id,
            in_hardship(Student.id, Plan.cover_year),
        )
        .select_from(Plan)
        .join(class_node, and_(class_node.kind == Kind.CLASS, below))
        .join(Student, Student.node_id == class_node.id)
        .where(which, Student.state == StudentState.IN_SCHOOL, stage_at(class_node.path) == any_(Plan.audience))
        .order_by(Student.person_id, Plan.opened_at, Plan.id)  # of two plans that ask one person, the older one does
    )


def in_hardship(
    student_id: InstrumentedAttribute[int],
    cover_year: InstrumentedAttribute[int],
) -> ColumnElement[bool]:
    """Whether a recognition of the student overlaps the cover year."""
    recognition = aliased(HardshipRecognition)
    return exists(
        select(recognition.id).where(
            recognition.student_id == student_id,
            recognition.revoked_at.is_(None),
            recognition.since_on < func.make_date(cover_year + 1, 1, 1),
            or_(recognition.until_on.is_(None), recognition.until_on > func.make_date(cover_year, 1, 1)),
        ),
    )


def stage_at(path: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[Any]:
    """The stage of education that holds at a node: its own, else that of the nearest node above that has one."""
    above = aliased(OrgNode)
    lineage = cast(func.string_to_array(func.btrim(path, "/"), "/"), ARRAY(BigInteger))
    return (
        select(above.stage)
        .where(above.id == any_(lineage), above.stage.is_not(None))
        .order_by(func.length(above.path).desc())
        .limit(1)
        .scalar_subquery()
    )
