"""The rows that a plan's opening and an admission make: who is asked, and whether in hardship."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    FromClause,
    Row,
    Select,
    and_,
    any_,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from app.access.actor import Actor, ids_in
from app.access.scope import everything
from app.core import locks
from app.core.db import any_of
from app.enrolment.models import Enrolment
from app.orgs.models import Kind, OrgNode
from app.plans.models import Plan
from app.plans.rules import PlanOpened
from app.plans.states import PlanState
from app.students.models import HardshipRecognition, Student
from app.students.rules import StudentsPlaced, StudentsResumed
from app.students.workflow import StudentState

FROM_THE_ROLL = "the rows follow from the plan and the roll, not from who acts"
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
    _insert_rows(session, _covered(Plan.id == event.plan_id).subquery(), true())


def ask_newcomers(session: Session, _actor: Actor, event: StudentsPlaced | StudentsResumed) -> None:
    """When students come to school, or come back: one row for each open plan that covers their class.

    The places above are shared first: a plan that is being opened there is waited for and then seen as open. Which
    classes are covered is read before the rows are written: rows entered a moment ago are in no statistics, and a
    planner that knows nothing of them would go through every class of a province.
    """
    placed = Student.id == any_of(event.ids)
    because = "an admission concerns every open plan above the class, wherever it was made"
    stmt = select(Student.node_id, Student.tree_path).where(placed).distinct()
    classes = session.execute(everything(stmt, because=because)).all()
    above = {node_id for row in classes for node_id in ids_in(row.tree_path)}
    locks.share(session, locks.ASKED, above)
    covering = select(Plan.id).where(Plan.state == PlanState.OPEN, Plan.node_id.in_(above))
    plans = session.scalars(everything(covering, because=because)).all()
    locks.share(session, locks.PLAN, plans)
    which = and_(Plan.state == PlanState.OPEN, Plan.id.in_(plans))
    pairs = session.execute(everything(_covered(which, {row.node_id for row in classes}), because=because)).all()
    if pairs:
        _insert_rows(session, _listed(pairs), placed)


def asked_at(session: Session, plans: Collection[int], classes: Collection[int]) -> Sequence[Row[int, int]]:
    """Which of some plans, if open, ask at which of some classes: pairs of a plan and a class."""
    which = and_(Plan.state == PlanState.OPEN, Plan.id.in_(plans))
    return session.execute(everything(_covered(which, classes), because=FROM_THE_ROLL)).all()


def ask_classes(session: Session, pairs: Sequence[Row[int, int]]) -> int:
    """Ask whoever is in school in a class, in the plan paired with it, unless asked already; returns how many rows."""
    live = aliased(Enrolment)
    is_asked = exists().where(
        live.person_id == Student.person_id,
        live.product == Plan.product,
        live.cover_year == Plan.cover_year,
        live.removed_at.is_(None),
    )
    return _insert_rows(session, _listed(pairs), ~is_asked) if pairs else 0


def _insert_rows(session: Session, covered: FromClause, whom: ColumnElement[bool]) -> int:
    """Enter one row for each person and plan; who stands in another one of the product and year keeps that."""
    stmt = insert(Enrolment).from_select(COLUMNS, _asked(covered, whom))
    stmt = stmt.on_conflict_do_nothing(
        index_elements=[Enrolment.person_id, Enrolment.product, Enrolment.cover_year],
        index_where=Enrolment.removed_at.is_(None),
    )
    made: Any = session.execute(everything(stmt, because=FROM_THE_ROLL), execution_options={"preserve_rowcount": True})
    return int(made.rowcount)


def _covered(which: ColumnElement[bool], classes: Collection[int] | None = None) -> Select[int, int]:
    """The classes that plans ask, each with its plan: below the plan's place, of a stage that it is for."""
    class_node = aliased(OrgNode)
    below = and_(class_node.path >= Plan.tree_path, class_node.path < func.left(Plan.tree_path, -1).concat("0"))
    stmt = (
        select(Plan.id.label("plan_id"), class_node.id.label("node_id"))
        .join(class_node, and_(class_node.kind == Kind.CLASS, below))
        .where(which, stage_at(class_node.path) == any_(Plan.audience))
    )
    if classes is None:
        return stmt
    return stmt.where(class_node.id == any_of(classes))


def _listed(pairs: Sequence[Row[int, int]]) -> FromClause:
    """Plans and classes as a table of exactly so many rows."""
    columns = [literal([row[place] for row in pairs], ARRAY(BigInteger)) for place in (0, 1)]
    return func.unnest(*columns).table_valued("plan_id", "node_id").render_derived()


def _asked(covered: FromClause, whom: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
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
        .join(covered, covered.c.plan_id == Plan.id)
        .join(Student, Student.node_id == covered.c.node_id)
        .where(whom, Student.state == StudentState.IN_SCHOOL)
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
