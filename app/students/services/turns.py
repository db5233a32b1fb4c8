"""Whose turn it is where people of a school are written: acts on the roll share their school, a move has it alone.

Acts on the roll lock students and classes first and plans last, acts on applications the other way round; a branch that
moves meets both. So whoever writes on the roll of a school says so before anything is locked, and a branch waits for
them, then keeps the next ones waiting until it stands. Told by `orgs`: `await_roll`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.access.actor import Actor, ids_in
from app.access.scope import everything, under
from app.core import locks
from app.core.db import any_of
from app.orgs.models import Kind, OrgNode
from app.orgs.rules import PlacesMoving
from app.students.models import Student

ALL = 0
"""The key of all schools, which every act shares: a branch of more than `MOST_SCHOOLS` holds it instead of each."""
MOST_SCHOOLS = 500
LOCKS = "only which schools' turns are locked; nothing of it is shown"


def take_part(session: Session, students: Iterable[int]) -> None:
    """Before anything is locked: share the schools of these students; one statement."""
    found = select(_with_all(Student.school_id)).where(Student.id == any_of(students))
    locks.share_found(session, locks.ROLL, everything(found, because=LOCKS))


def take_part_at(session: Session, class_codes: Iterable[str]) -> None:
    """Before anything is locked: share the schools of these classes; one statement."""
    which = OrgNode.code.in_(sorted(set(class_codes))), OrgNode.school_id.is_not(None)
    found = select(_with_all(OrgNode.school_id)).where(*which)
    locks.share_found(session, locks.ROLL, everything(found, because=LOCKS))


def _with_all(school_id: InstrumentedAttribute[Any]) -> ColumnElement[int]:
    return func.unnest(array([literal(ALL, BigInteger), school_id])).label("k")


def take_part_in(session: Session, schools: Iterable[int]) -> None:
    """Before anything is locked: share these schools."""
    locks.share(session, locks.ROLL, {ALL, *schools})


def await_roll(session: Session, _actor: Actor, event: PlacesMoving) -> None:
    """Before a branch moves: wait for who writes on the roll of its schools, and of the one it goes to."""
    above = set(ids_in(event.path)) | set(ids_in(event.to))
    stmt = select(OrgNode.id).where(
        OrgNode.kind.in_([Kind.SCHOOL, Kind.UNIT]), under(OrgNode.path, (event.path,)) | (OrgNode.id == any_of(above))
    )
    schools = session.scalars(everything(stmt.limit(MOST_SCHOOLS + 1), because=LOCKS)).all()
    locks.hold(session, locks.ROLL, schools if len(schools) <= MOST_SCHOOLS else [ALL])
