"""What belongs to a student (guardians, recognitions): locking whose it is, and writing down what happened to it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.core.db import any_of
from app.core.errors import NotFound
from app.people.models import Person
from app.students.models import Student
from app.students.rules import HasLeft
from app.students.services.turns import take_part

Owner = Row[*tuple[Any, ...]]


def owner(session: Session, actor: Actor, student_id: int) -> Owner:
    """The student, locked, within the scope of who may correct students; `NotFound`, `HasLeft`."""
    found = owners(session, actor, [student_id]).get(student_id)
    if found is None:
        raise NotFound(what="student")
    if found.closed_on is not None:
        raise HasLeft
    return found


def owners(
    session: Session,
    actor: Actor,
    ids: Iterable[int],
    permission: Permission = Permission.STUDENT_UPDATE,
    *,
    is_held: bool = True,
) -> dict[int, Owner]:
    """The students of these ids within the scope of a permission, by id; locked in their order, or only read."""
    ids = list(ids)
    if is_held:
        take_part(session, ids)
    stmt = (
        select(Student.id, Student.person_id, Student.node_id, Student.tree_path, Student.closed_on, Person.name)
        .join(Person, Person.id == Student.person_id)
        .where(Student.id == any_of(ids))
        .order_by(Student.id)
    )
    if is_held:
        stmt = stmt.with_for_update(of=Student)
    rows = session.execute(visible(stmt, Student, actor, permission, along=(Person,)))
    return {row.id: row for row in rows}


def write_down(  # noqa: PLR0913  what an audit line and a change record need
    session: Session,
    actor: Actor,
    student: Owner,
    act: str,
    before: dict[str, Any],
    after: dict[str, Any],
    *,
    kind: ChangeKind = ChangeKind.STUDENT_CORRECTED,
    reason: str | None = None,
) -> None:
    """An audit line and a change record of the student, masked values only."""
    change = Change(
        kind,
        student.node_id,
        student.tree_path,
        "student",
        student.id,
        student.name,
        person_id=student.person_id,
        before=before,
        after=after,
        reason=reason,
    )
    in_both_books(session, actor, act, change)
