"""What a clerk types about a student nobody knows yet, and looking at what came of it past every query."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.people.certificates import check_digit
from app.people.identity import TypedIdentity
from app.people.models import Person
from app.students import records, services
from app.students.models import Placement, Student
from app.students.rules import Particulars
from tests.stage import TEST
from tests.world import KEYRING

_serials = itertools.count(1)


def number(born: date = date(2013, 9, 5), division: str = "360101") -> str:
    """A resident ID number nobody has."""
    serial = next(_serials)
    body = f"{division}{born.replace(day=1 + serial // 999 % 28):%Y%m%d}{serial % 999 + 1:03}"
    return body + check_digit(body)


def identity(name: str = "新同学", certificate: str | None = None, **more: Any) -> TypedIdentity:  # noqa: ANN401
    """A typed identity with a resident ID number."""
    kind = more.pop("certificate_type", "resident_id")
    return TypedIdentity(name, kind, number() if certificate is None else certificate, **more)


def particulars(**more: Any) -> Particulars:  # noqa: ANN401
    """Typed particulars with a student number that is free."""
    return Particulars(**{"student_number": f"T-{next(_serials):05}", **more})


def register(
    session: Session,
    actor: Actor,
    class_text: str,
    typed: TypedIdentity | None = None,
    **more: Any,  # noqa: ANN401
) -> int:
    """Register somebody new."""
    return services.register(
        session, actor, typed or identity(), particulars(**more), class_text=class_text, keyring=KEYRING
    )


def student(session: Session, student_id: int) -> Student:
    """The row, as it is now."""
    stmt = select(Student).where(Student.id == student_id).execution_options(populate_existing=True)
    return session.scalars(everything(stmt, because=TEST)).one()


def person(session: Session, student_id: int) -> Person:
    """The person behind a student, as it is now."""
    stmt = select(Person).join(Student, Student.person_id == Person.id).where(Student.id == student_id)
    return session.scalars(everything(stmt.execution_options(populate_existing=True), because=TEST)).one()


def placements(session: Session, student_id: int) -> list[tuple[int, bool]]:
    """The classes a student was in, in order: node, and whether the stay is over."""
    stmt = select(Placement.node_id, Placement.until).where(Placement.student_id == student_id)
    rows = session.execute(everything(stmt.order_by(Placement.since, Placement.id), because=TEST))
    return [(row.node_id, row.until is not None) for row in rows]


def shown(session: Session, actor: Actor, student_id: int, permission: Permission) -> records.Record:
    """The record as the actor sees it."""
    return records.record_of(session, actor, permission, student_id=student_id, keyring=KEYRING)
