"""Enrolments follow the roll: what happens to the rows of open plans when students move, leave, or fall on hard times.

An extra file beside `services.py`, of services too: these are told by `students`, nobody calls them by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, Update, and_, any_, cast, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor, ids_in
from app.access.scope import everything
from app.core import locks
from app.core.clock import sql_now
from app.core.db import any_of
from app.enrolment.models import Enrolment
from app.enrolment.services import ask_everybody, ask_newcomers, in_hardship, stage_at
from app.enrolment.workflow import UNDECIDED
from app.orgs.models import OrgNode
from app.plans.models import Plan
from app.plans.rules import PlanOpened, PlanReopened
from app.plans.states import PlanState
from app.plans.units import share_units
from app.students.models import Placement, Student
from app.students.rules import HardshipChanged, StudentsLeft, StudentsMoved, StudentsPaused, StudentsPlaced
from app.students.workflow import StudentState

ROLL = "the rows follow from the roll, not from who acts"
REACHED = and_(Student.tree_path.startswith(Plan.tree_path), stage_at(Student.tree_path) == any_(Plan.audience))
"""Whether a plan asks at the class where a student stands: below the plan's place, of a stage it is for."""


def follow_class(session: Session, actor: Actor, event: StudentsMoved) -> None:
    """When students change class: their rows of open plans go with them, facts of the roll even in submitted units.

    Where a plan does not ask in the new class, an undecided row is taken out of the count and a decided one stays where
    it was decided; a plan that asks only in the new class asks anew.
    """
    rows = _live_rows(session, event.ids)
    going = [row.id for row in rows if row.is_reached]
    _follow(session, going)
    _take_out(session, [row.id for row in rows if row.id not in set(going) and row.state in UNDECIDED])
    ask_newcomers(session, actor, StudentsPlaced(event.ids))


def follow_person(session: Session, actor: Actor, event: StudentsPlaced) -> None:
    """When somebody comes to a school after leaving one: what was decided goes along in a plan over both.

    Rows of plans that do not reach the new class, or do not ask there, stay counted where they were decided. Everybody
    is then asked in the plans in which no row of theirs lives.
    """
    left = aliased(Student)
    stmt = (
        select(Enrolment.id, Enrolment.plan_id, Enrolment.tree_path, Student.tree_path.label("new_path"))
        .join(Plan, Plan.id == Enrolment.plan_id)
        .join(left, left.id == Enrolment.student_id)
        .join(Student, Student.person_id == Enrolment.person_id)
        .where(
            Student.id == any_of(event.ids),
            left.closed_on.is_not(None),
            Enrolment.removed_at.is_(None),
            Plan.state == PlanState.OPEN,
            REACHED,
        )
        .order_by(Enrolment.id)
    )
    found = session.execute(everything(stmt, because=ROLL)).all()
    if found:
        nodes = {node_id for row in found for path in (row.tree_path, row.new_path) for node_id in ids_in(path)}
        share_units(session, {row.plan_id for row in found}, nodes)
        locked = session.execute(everything(stmt.with_for_update(of=Enrolment), because=ROLL)).all()
        _carry(session, [row.id for row in locked], event.ids)
    ask_newcomers(session, actor, event)


def _carry(session: Session, ids: Sequence[int], students: Sequence[int]) -> None:
    """Let rows stand where the person's present record stands."""
    values = {
        "student_id": Student.id,
        "node_id": Student.node_id,
        "tree_path": Student.tree_path,
        "school_id": Student.school_id,
    }
    moved = update(Enrolment).where(
        Enrolment.id == any_of(ids), Student.person_id == Enrolment.person_id, Student.id == any_of(students)
    )
    _execute(session, moved.values(**values, version=Enrolment.version + 1), ids)


def count_no_more(session: Session, _actor: Actor, event: StudentsLeft | StudentsPaused) -> None:
    """When students are in school no longer: undecided rows of open plans count no more; decided ones stay."""
    rows = _live_rows(session, event.ids)
    _take_out(session, [row.id for row in rows if row.state in UNDECIDED])


def recount_hardship(session: Session, _actor: Actor, event: HardshipChanged) -> None:
    """When recognitions change: the rows of open plans say again whether one overlaps the plan's cover year."""
    ids = [row.id for row in _live_rows(session, event.ids)]
    is_poor = in_hardship(Enrolment.student_id, Enrolment.cover_year)
    stmt = update(Enrolment).where(Enrolment.id == any_of(ids), Enrolment.hardship != is_poor)
    _execute(session, stmt.values(hardship=is_poor, version=Enrolment.version + 1), ids)


def catch_up(session: Session, actor: Actor, event: PlanReopened) -> None:
    """When a closed plan opens again: what happened on the roll and in the tree meanwhile is made up for.

    Undecided rows of who left, or moved out of the plan's reach, are counted no more, and who stands below another open
    plan is asked there; those of who changed class go along; who came is asked. Decided rows stay where they were
    decided.
    """
    undecided = (Enrolment.plan_id == event.plan_id, Enrolment.removed_at.is_(None), Enrolment.state.in_(UNDECIDED))
    stmt = (
        select(Enrolment.id, Enrolment.student_id, Student.state, REACHED.label("is_reached"))
        .join(Student, Student.id == Enrolment.student_id)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .where(*undecided, or_(Student.state != StudentState.IN_SCHOOL, Student.node_id != Enrolment.node_id, ~REACHED))
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    )
    rows = session.execute(everything(stmt, because=ROLL)).all()
    here = [row for row in rows if row.state == StudentState.IN_SCHOOL]
    _follow(session, [row.id for row in here if row.is_reached])
    beyond = [row.student_id for row in here if not row.is_reached]
    _take_out(session, [row.id for row in rows if row.state != StudentState.IN_SCHOOL or not row.is_reached])
    ask_everybody(session, actor, PlanOpened(event.plan_id))
    if beyond:
        ask_newcomers(session, actor, StudentsPlaced(tuple(beyond)))


def _follow(session: Session, ids: Sequence[int]) -> None:
    values = {"node_id": Student.node_id, "tree_path": Student.tree_path, "school_id": Student.school_id}
    moved = update(Enrolment).where(Enrolment.id == any_of(ids), Student.id == Enrolment.student_id)
    _execute(session, moved.values(**values, version=Enrolment.version + 1), ids)


def _live_rows(session: Session, students: Sequence[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """The counted rows of students in open plans, locked in the order of their ids; their plans and units shared."""
    _share(session, students)
    stmt = (
        select(
            Enrolment.id,
            Enrolment.state,
            REACHED.label("is_reached"),
        )
        .join(Plan, Plan.id == Enrolment.plan_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(
            Enrolment.student_id == any_of(students),
            Enrolment.removed_at.is_(None),
            Plan.state == PlanState.OPEN,
        )
        .order_by(Enrolment.id)
        .with_for_update(of=Enrolment)
    )
    return session.execute(everything(stmt, because=ROLL)).all()


def _share(session: Session, students: Sequence[int]) -> None:
    """Share the plans the students' rows stand in, then the units of their old and new places.

    So nobody closes such a plan, or submits such a unit, while its members change. A plan that is being opened over a
    class they stand or stood in is waited for first, then seen as open: it may ask them as they were.
    """
    lineage = cast(func.string_to_array(func.btrim(OrgNode.path, "/"), "/"), ARRAY(BigInteger))
    stood = select(func.unnest(lineage).label("k")).join(Placement, Placement.node_id == OrgNode.id)
    asked = stood.where(Placement.student_id == any_of(students))
    locks.share_found(session, locks.ASKED, everything(asked, because=ROLL))
    stmt = (
        select(Plan.id, Enrolment.tree_path, Student.tree_path)
        .join(Enrolment, Enrolment.plan_id == Plan.id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Enrolment.student_id == any_of(students), Enrolment.removed_at.is_(None), Plan.state == PlanState.OPEN)
    )
    rows = session.execute(everything(stmt, because=ROLL)).all()
    nodes = {node_id for _, *paths in rows for path in paths for node_id in ids_in(path)}
    share_units(session, {row[0] for row in rows}, nodes)


def _take_out(session: Session, ids: Sequence[int]) -> None:
    stmt = update(Enrolment).where(Enrolment.id == any_of(ids))
    _execute(session, stmt.values(removed_at=sql_now(), version=Enrolment.version + 1), ids)


def _execute(session: Session, stmt: Update, ids: Sequence[int]) -> None:
    if ids:
        session.execute(everything(stmt, because=ROLL), execution_options={"synchronize_session": False})
