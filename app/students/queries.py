"""Reading students: counted below paths, listed page by page, always within the scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, func, literal, or_, select, true
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.core.crypto import Keyring
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.people.certificates import mask_number
from app.people.models import Person
from app.people.services import NUMBER_AT
from app.students.models import Student, StudentState

COUNT_CAP = 10_001


@dataclass(frozen=True)
class Wanted:
    """What a list of students is asked for; empty fields match everything."""

    name: str = ""
    number: str = ""
    class_name: str = ""
    state: str = ""
    below: str | None = None


@dataclass(frozen=True)
class Line:
    """A student as a list shows one; the certificate number is masked."""

    id: int
    student_number: str
    name: str
    sex: str
    certificate: str
    class_name: str
    school_name: str
    state: str


def count_below(session: Session, actor: Actor, paths: Sequence[str]) -> Mapping[str, int]:
    """How many students in school stand below each path; one statement, one LATERAL range a path."""
    wanted = func.unnest(literal(list(paths), ARRAY(Text))).table_valued("path").render_derived(name="wanted")
    inside = and_(
        Student.tree_path >= wanted.c.path.collate("C"),
        Student.tree_path < func.left(wanted.c.path, -1).concat("0").collate("C"),
        Student.state == StudentState.IN_SCHOOL,
    )
    inner = visible(
        select(func.count().label("n")).select_from(Student).where(inside), Student, actor, Permission.ORG_READ
    )
    counted = inner.lateral("counted")
    stmt = select(wanted.c.path, counted.c.n).join(counted, true())
    because = "the counts inside are filtered by the actor's places"
    return {row.path: row.n for row in session.execute(everything(stmt, because=because))}


orgs.STUDENT_COUNTERS.append(count_below)


def count(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many students match, counted up to 10,001."""
    inner = _matching(select(Student.id), wanted).limit(COUNT_CAP)
    scoped = visible(inner, Student, actor, Permission.STUDENT_READ, along=(Person, OrgNode))
    stmt = select(func.count()).select_from(scoped.subquery())
    return session.scalar(everything(stmt, because="the subquery is filtered by the actor's places")) or 0


def page(
    session: Session,
    actor: Actor,
    wanted: Wanted,
    *,
    keyring: Keyring,
    limit: int,
    offset: int,
) -> list[Line]:
    """One page of the matching students, by class and student number."""
    columns = select(
        Student.id,
        Student.student_number,
        Student.state,
        Student.tree_path,
        Student.school_id,
        Person.name,
        Person.sex,
        Person.number_sealed,
        Person.sealed_as,
    )
    stmt = _matching(columns, wanted).order_by(Student.tree_path, Student.student_number, Student.id)
    stmt = visible(stmt, Student, actor, Permission.STUDENT_READ, along=(Person, OrgNode)).limit(limit).offset(offset)
    rows = session.execute(stmt).all()
    names = orgs.names_of(session, {row.tree_path for row in rows})
    return [_line(row, names[row.tree_path], keyring) for row in rows]


def _matching(stmt: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    stmt = stmt.join(Person, Person.id == Student.person_id)
    if wanted.below:
        stmt = stmt.where(under(Student.tree_path, (wanted.below,)))
    if wanted.name:
        stmt = stmt.where(named_like(wanted.name))
    if wanted.number:
        stmt = stmt.where(Student.student_number.startswith(wanted.number, autoescape=True))
    if wanted.state:
        stmt = stmt.where(Student.state == wanted.state)
    if wanted.class_name:
        node = select(OrgNode.id).where(
            OrgNode.kind == "class", OrgNode.name.contains(wanted.class_name, autoescape=True)
        )
        stmt = stmt.where(Student.node_id.in_(node))
    return stmt


def named_like(name: str) -> ColumnElement[bool]:
    """Part of the name (found by its one- and two-character pieces), or the beginning of its pinyin or initials."""
    contains = and_(
        func.name_grams(Person.name).contains(func.name_grams(name)),
        Person.name.contains(name, autoescape=True),
    )
    if not name.isascii():
        return contains
    plain = name.lower()
    return or_(
        contains,
        Person.initials.startswith(plain, autoescape=True),
        func.replace(Person.pinyin, " ", "").startswith(plain.replace(" ", ""), autoescape=True),
    )


def _line(row: Any, lineage: Sequence[str], keyring: Keyring) -> Line:
    number = keyring.open(row.number_sealed, NUMBER_AT, row.sealed_as) if row.number_sealed else ""
    return Line(
        id=row.id,
        student_number=row.student_number,
        name=row.name,
        sex=row.sex,
        certificate=mask_number(number),
        class_name=lineage[-1],
        school_name=lineage[ids_in(row.tree_path).index(row.school_id)],
        state=row.state,
    )
