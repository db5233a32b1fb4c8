"""转班: students change class inside their school."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Row,
    Select,
    func,
    insert,
    select,
    text,
    true,
    update,
)
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import CollectionAggregate

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.rules import common_path
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.clock import sql_now
from app.core.db import any_of
from app.core.errors import Invalid, NotFound
from app.core.events import tell
from app.orgs.models import ClassGroup, OrgNode
from app.orgs.rules import ClassesMerged
from app.people.models import Person
from app.students.models import Placement, Student
from app.students.rules import (
    HasLeft,
    NothingTicked,
    SameClass,
    SeveralSchools,
    StudentsMoved,
)
from app.students.services.turns import take_part

MERGED = "the classes are merged by who may move them, and their students follow"
LOCKED = "the rows were read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}
A_MOMENT = text("interval '1 microsecond'")
Locked = Row[*tuple[Any, ...]]


def move(session: Session, actor: Actor, *, ids: Sequence[int], class_number: str) -> int:
    """Move students to another class of their school, named by its number (目标班编号, CC-08); returns how many.

    All or nothing: an id out of scope is `NotFound`, one who has left `HasLeft`, students of two schools
    `SeveralSchools`, one who is in the class already `SameClass`; an unknown or closed class is `Invalid`. The target
    may lie outside the actor's own classes, but not outside the school. Tells `StudentsMoved`.
    """
    rows = _locked(session, actor, Permission.STUDENT_MOVE, ids)
    if len({row.school_id for row in rows}) > 1:
        raise SeveralSchools
    target = _target(session, rows[0].school_id, class_number.strip())
    if there := sum(row.node_id == target.id for row in rows):
        raise SameClass(count=there)
    _relocate(session, actor, rows, target)
    return len(rows)


def follow_merge(session: Session, actor: Actor, event: ClassesMerged) -> None:
    """When a class is merged into another: its students stand in the other from now on, with all that follows."""
    rows = session.execute(everything(_students(Student.node_id == event.source_id), because=MERGED)).all()
    if rows:
        target = session.execute(everything(_class(OrgNode.id == event.target_id), because=MERGED)).one()
        _relocate(session, actor, rows, target)


def _relocate(session: Session, actor: Actor, rows: Sequence[Locked], target: Locked) -> None:
    moved = any_of([row.id for row in rows])
    values = {"node_id": target.id, "tree_path": target.path, "school_id": target.school_id, "class_roll_number": None}
    session.execute(
        everything(
            update(Student).where(Student.id == moved).values(**values, version=Student.version + 1), because=LOCKED
        ),
        execution_options=NO_SYNC,
    )
    _end_placements(session, moved)
    began = [{"student_id": row.id, "node_id": target.id} for row in rows]
    session.execute(everything(insert(Placement), because=LOCKED), began)
    _tell_moved(session, actor, rows, target)
    tell(session, actor, StudentsMoved(tuple(row.id for row in rows)))


def _locked(session: Session, actor: Actor, permission: Permission, ids: Sequence[int]) -> Sequence[Locked]:
    wanted = sorted(set(ids))
    if not wanted:
        raise NothingTicked
    take_part(session, wanted)
    stmt = _students(Student.id == any_of(wanted), among_open=False)
    rows = session.execute(visible(stmt, Student, actor, permission, along=(Person,))).all()
    if len(rows) != len(wanted):
        raise NotFound(what="student")
    if any(row.closed_on is not None for row in rows):
        raise HasLeft
    return rows


def _students(which: ColumnElement[bool], *, among_open: bool = True) -> Select[*tuple[Any, ...]]:
    stmt = (
        select(
            Student.id,
            Student.person_id,
            Student.node_id,
            Student.tree_path,
            Student.school_id,
            Student.state,
            Student.opened_on,
            Student.closed_on,
            Student.version,
            Person.name,
        )
        .join(Person, Person.id == Student.person_id)
        .where(which, Student.closed_on.is_(None) if among_open else true())
    )
    return stmt.order_by(Student.id).with_for_update(of=Student)


def _class(*which: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    stmt = (
        select(OrgNode.id, OrgNode.path, OrgNode.school_id, ClassGroup.class_number)
        .join(ClassGroup, ClassGroup.node_id == OrgNode.id)
        .where(*which, OrgNode.closed_at.is_(None))
    )
    return stmt.with_for_update(read=True, of=OrgNode)


def _target(session: Session, school_id: int, class_number: str) -> Locked:
    if not class_number:
        raise Invalid({"class_number": "class_missing"})
    stmt = _class(ClassGroup.school_id == school_id, ClassGroup.class_number == class_number)
    because = "a class of the students' own school may be named by its number, also by who keeps another class"
    found = session.execute(everything(stmt, because=because)).one_or_none()
    if found is None:
        raise Invalid({"class_number": "class_number_unknown"})
    return found


def _end_placements(session: Session, students: CollectionAggregate[Any]) -> None:
    # never before it began: two acts may come at one instant of a standing clock
    until = func.greatest(sql_now(), Placement.since + A_MOMENT)
    stmt = update(Placement).where(Placement.student_id == students, Placement.until.is_(None)).values(until=until)
    session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)


def _tell_moved(session: Session, actor: Actor, rows: Sequence[Locked], target: Locked) -> None:
    numbers = _class_numbers(session, {row.node_id for row in rows})
    after = {"class_number": target.class_number}
    record(
        session,
        actor,
        "student:move",
        subject="student",
        ids=[row.id for row in rows[:100]],
        path=common_path([target.path, *(row.tree_path for row in rows)]),
        before={"count": len(rows)},
        after=after,
    )
    moved = [
        _change(ChangeKind.CLASS_TRANSFER, row, {"class_number": numbers[row.node_id]}, after, at=target)
        for row in rows
    ]
    note(session, actor, moved)


def _class_numbers(session: Session, nodes: set[int]) -> dict[int, str]:
    stmt = select(ClassGroup.node_id, ClassGroup.class_number).where(ClassGroup.node_id.in_(nodes))
    rows = session.execute(everything(stmt, because="the class numbers of students locked in scope"))
    return {row.node_id: row.class_number for row in rows}


def _change(
    kind: ChangeKind,
    row: Locked,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    at: Locked | None = None,
    reason: str | None = None,
) -> Change:
    return Change(
        kind,
        at.id if at else row.node_id,
        at.path if at else row.tree_path,
        "student",
        row.id,
        row.name,
        person_id=row.person_id,
        before=before,
        after=after,
        reason=reason,
    )
