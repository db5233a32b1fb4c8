"""Admitting persons into classes, set-wise."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import insert, select, tuple_
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.audit.rules import common_path
from app.audit.services import record
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Invalid, NotFound
from app.core.events import tell
from app.orgs.models import OrgNode
from app.people.rules import is_student_number
from app.students.models import ADDRESS_AT, PHONE_AT, HardshipRecognition, Placement, Student
from app.students.rules import (
    AlreadyInSchool,
    NewStudent,
    StudentNumberTaken,
    StudentsPlaced,
    judge_hardship,
    meets,
)
from app.students.services.turns import take_part_at


def admit(session: Session, actor: Actor, new: Sequence[NewStudent], *, keyring: Keyring) -> list[int]:
    """Admit persons into classes and return the students' ids in the same order; all or nothing.

    Every class must be open and in the actor's scope (`NotFound`), nobody may be a student already
    (`AlreadyInSchool`), student numbers are unique in a school (`StudentNumberTaken`) and have 4 to 20 letters, digits
    or hyphens (`Invalid`, also for a recognition of hardship that is none). Tells `StudentsPlaced`.
    """
    if not new:
        return []
    if not all(is_student_number(student.student_number) for student in new):
        raise Invalid({"student_number": "student_number_shape"})
    _refuse_wrong_hardships(new)
    take_part_at(session, [student.class_code for student in new])
    classes = _classes(session, actor, {student.class_code for student in new})
    rows = [_row(student, classes[student.class_code], keyring) for student in new]
    _refuse_doubles(session, rows)
    made = insert(Student).returning(Student.id, sort_by_parameter_order=True)
    with refused(
        uq_student_open=lambda: AlreadyInSchool(count=1),
        uq_student_school_id_student_number=lambda: StudentNumberTaken(count=1),
    ):
        ids = list(session.scalars(entering(made, Student, actor, Permission.STUDENT_CREATE), rows))
    placements = [{"student_id": i, "node_id": row["node_id"]} for i, row in zip(ids, rows, strict=True)]
    session.execute(entering(insert(Placement), Placement, actor, Permission.STUDENT_CREATE), placements)
    _recognise(session, actor, ids, new)
    path = common_path(row["tree_path"] for row in rows)
    record(session, actor, "student:create", subject="student", ids=ids[:100], path=path, after={"count": len(ids)})
    tell(session, actor, StudentsPlaced(tuple(ids)))
    return ids


def _refuse_wrong_hardships(new: Sequence[NewStudent]) -> None:
    for student in new:
        for place, hardship in enumerate(student.hardships):
            wrong = judge_hardship(hardship)
            if wrong or meets(hardship, student.hardships[:place]):
                raise Invalid(wrong or {"since_on": "hardship_overlaps"})


def _classes(session: Session, actor: Actor, codes: set[str]) -> dict[str, OrgNode]:
    stmt = select(OrgNode).where(OrgNode.code.in_(codes), OrgNode.kind == "class", OrgNode.closed_at.is_(None))
    # FOR SHARE: a class that is being closed is closed before or after, never meanwhile
    stmt = stmt.order_by(OrgNode.id).with_for_update(read=True)
    found = {node.code: node for node in session.scalars(visible(stmt, OrgNode, actor, Permission.STUDENT_CREATE))}
    if codes - set(found):
        raise NotFound(what="class")
    return found


def _row(student: NewStudent, node: OrgNode, keyring: Keyring) -> dict[str, Any]:
    sealed_as = uuid.uuid4()
    return {
        "person_id": student.person_id,
        "node_id": node.id,
        "tree_path": node.path,
        "school_id": node.school_id,
        "student_number": student.student_number,
        "opened_on": student.opened_on,
        "entry_date": student.entry_date,
        "expected_graduation_date": student.expected_graduation_date,
        "sealed_as": sealed_as,
        "phone_sealed": keyring.seal(student.phone, PHONE_AT, sealed_as) if student.phone else None,
        "phone_digest": keyring.digest(f"phone:{student.phone}") if student.phone else None,
        "address_sealed": keyring.seal(student.address, ADDRESS_AT, sealed_as) if student.address else None,
        "boarding": student.boarding,
        "class_roll_number": student.class_roll_number,
        "secondary_status_number": student.secondary_status_number,
        "entry_mode": student.entry_mode,
        "left_behind": student.left_behind,
    }


def _refuse_doubles(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    people = [row["person_id"] for row in rows]
    open_rows = session.scalars(
        everything(
            select(Student.person_id).where(Student.person_id.in_(people), Student.closed_on.is_(None)),
            because="a person is in one school at a time in the whole system; only the count leaves this function",
        ),
    ).all()
    if count := len(open_rows) + len(people) - len(set(people)):
        raise AlreadyInSchool(count=count)
    numbers = [(row["school_id"], row["student_number"]) for row in rows]
    taken = session.scalars(
        everything(
            select(Student.id).where(tuple_(Student.school_id, Student.student_number).in_(numbers)),
            because="student numbers are unique in a school the actor admits into",
        ),
    ).all()
    if count := len(taken) + len(numbers) - len(set(numbers)):
        raise StudentNumberTaken(count=count)


def _recognise(session: Session, actor: Actor, ids: Sequence[int], new: Sequence[NewStudent]) -> None:
    rows = [
        {"student_id": student_id, **vars(hardship)}
        for student_id, student in zip(ids, new, strict=True)
        for hardship in student.hardships
    ]
    if rows:
        made = insert(HardshipRecognition)
        session.execute(entering(made, HardshipRecognition, actor, Permission.STUDENT_CREATE), rows)
