"""Reading students: counted below paths, listed page by page, always within the scope."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Select, Text, and_, func, literal, or_, select, true
from sqlalchemy.dialects.postgresql import ARRAY as PG_ARRAY
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import reaching, under, visible
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.lists.keyset import Cut, Order, Spot, counted, cut
from app.orgs import queries as orgs
from app.orgs.models import ClassGroup, Kind, OrgNode
from app.orgs.rules import STAGE_GRADES, Lineage
from app.people.certificates import CertificateType, identity_key, mask_number, normalise
from app.people.models import Person
from app.people.rules import mask_phone
from app.people.services import NUMBER_AT
from app.sheets.rules import Place
from app.students.models import PHONE_AT, Student
from app.students.workflow import OPEN_STATES, StudentState

ORDER = Order(OrgNode.sort_path, Student.student_number, Student.id)
MOST_CLASSES = 200
MOST_LOOKED_AT = 2_000
"""More classes than a school has: names are stored without the grade's label and compared with it."""


@dataclass(frozen=True)
class Wanted:
    """What a list of students is asked for; empty fields match everything. `person_id` is what a number led to."""

    name: str = ""
    number: str = ""
    class_name: str = ""
    state: str = ""
    below: str | None = None
    person_id: int | None = None


@dataclass(frozen=True)
class Line:
    """A student as a list shows one; certificate and phone numbers are masked."""

    id: int
    student_number: str
    name: str
    sex: str
    certificate_type: str
    certificate: str
    birth_date: date | None
    ethnicity: str | None
    class_name: str
    class_roll_number: int | None
    school_name: str
    entry_date: date | None
    phone: str
    state: str
    tree_path: str
    is_open: bool


@dataclass(frozen=True)
class ClassChoice:
    """A class somebody may mean: its code (unique everywhere), its number (unique in its school), its names."""

    id: int
    code: str
    number: str
    name: str
    full_name: str
    path: str
    school_id: int


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
    return {row.path: row.n for row in session.execute(stmt)}


orgs.STUDENT_COUNTERS.append(count_below)


def count(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many students match, counted up to 10,001."""
    matching = _matching(session, actor, select(Student.id), wanted)
    return counted(session, visible(matching, Student, actor, Permission.STUDENT_READ, along=(Person, OrgNode)))


def page(session: Session, actor: Actor, wanted: Wanted, *, keyring: Keyring, spot: Spot) -> Cut[Line]:
    """One page of the matching students, by class and student number.

    First the ids of the page, so that a page far on costs no more than walking over ids, then what it shows of them.
    """
    ids = _matching(session, actor, select(Student.id), wanted).join(OrgNode, OrgNode.id == Student.node_id)
    scoped = visible(ids, Student, actor, Permission.STUDENT_READ, along=(Person, OrgNode))
    found = cut(session, scoped, ORDER, spot)
    stmt = _columns().where(Student.id.in_([row.id for row in found.rows]))
    rows = session.execute(visible(stmt, Student, actor, Permission.STUDENT_READ, along=(Person,))).all()
    places = orgs.lineages(session, {row.tree_path for row in rows})
    return found.filled({row.id: _line(row, places[row.tree_path], keyring) for row in rows})


def persons_of(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, int]:
    """Whose time at school each of these students is, as far as the actor sees them: id → person."""
    stmt = select(Student.id, Student.person_id).where(Student.id.in_(ids))
    rows = session.execute(visible(stmt, Student, actor, Permission.STUDENT_READ))
    return {row.id: row.person_id for row in rows}


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        Student.id,
        Student.student_number,
        Student.state,
        Student.tree_path,
        Student.school_id,
        Student.class_roll_number,
        Student.entry_date,
        Student.phone_sealed,
        Student.sealed_as.label("student_sealed_as"),
        Person.name,
        Person.sex,
        Person.birth_date,
        Person.ethnicity,
        Person.certificate_type,
        Person.number_sealed,
        Person.sealed_as,
    ).join(Person, Person.id == Student.person_id)


def _matching(
    session: Session,
    actor: Actor,
    stmt: Select[*tuple[Any, ...]],
    wanted: Wanted,
) -> Select[*tuple[Any, ...]]:
    if wanted.below:
        stmt = stmt.where(under(Student.tree_path, (wanted.below,)))
    if wanted.name:
        stmt = stmt.join(Person, Person.id == Student.person_id).where(named_like(wanted.name))
    if wanted.number:
        stmt = stmt.where(Student.student_number.startswith(wanted.number, autoescape=True))
    if wanted.state:
        stmt = stmt.where(Student.state == wanted.state)
    if wanted.person_id is not None:
        stmt = stmt.where(Student.person_id == wanted.person_id)
    if wanted.class_name:
        meant = class_choices(session, actor, Permission.STUDENT_READ, wanted.class_name, limit=MOST_CLASSES)
        stmt = stmt.where(_in_classes(meant, wanted.class_name))
    return stmt


def _in_classes(meant: Sequence[ClassChoice], text: str) -> ColumnElement[bool]:
    """In one of these classes; where more match than were looked at, by the stored name alone."""
    if len(meant) < MOST_CLASSES:
        return Student.node_id.in_([choice.id for choice in meant])
    node = select(OrgNode.id).where(OrgNode.kind == Kind.CLASS, OrgNode.name.contains(text, autoescape=True))
    return Student.node_id.in_(node)


def named_like(name: str) -> ColumnElement[bool]:
    """Part of the name (found by its one- and two-character pieces), or the beginning of its pinyin or initials."""
    contains = and_(
        Person.name.contains(name, autoescape=True),
        func.name_grams(Person.name, type_=PG_ARRAY(Text)).contains(func.name_grams(name, type_=PG_ARRAY(Text))),
    )
    if not name.isascii():
        return contains
    plain = name.lower()
    return or_(
        contains,
        Person.initials.startswith(plain, autoescape=True),
        func.replace(Person.pinyin, " ", "").startswith(plain.replace(" ", ""), autoescape=True),
    )


def class_choices(
    session: Session,
    actor: Actor,
    permission: Permission,
    text: str,
    *,
    limit: int = 20,
) -> list[ClassChoice]:
    """The open classes of the own places whose number begins with a text or whose shown name holds it (七年级(1)班).

    Two statements. Names are stored without the grade's label, so more is fetched by them than is kept.
    """
    rows = session.execute(visible(_named_or_numbered(text), OrgNode, actor, permission, along=(ClassGroup,))).all()
    names = orgs.names_of(session, {row.path for row in rows})
    found = [_class_choice(row, names[row.path]) for row in rows]
    meant = [c for c in found if text in c.name or c.number.startswith(text) or c.code == text]
    return meant[:limit]


def _named_or_numbered(text: str) -> Select[*tuple[Any, ...]]:
    return (
        select(OrgNode.id, OrgNode.code, OrgNode.path, OrgNode.school_id, ClassGroup.class_number)
        .join(ClassGroup, ClassGroup.node_id == OrgNode.id)
        .where(
            OrgNode.closed_at.is_(None),
            or_(
                ClassGroup.class_number.startswith(text, autoescape=True),
                OrgNode.code == text,
                OrgNode.name.contains(text, autoescape=True),
                OrgNode.name.startswith(_without_label(text), autoescape=True),
            ),
        )
        .order_by(OrgNode.sort_path)
        .limit(MOST_LOOKED_AT)
    )


def _class_choice(row: Any, lineage: Sequence[str]) -> ClassChoice:
    inside = lineage[ids_in(row.path).index(row.school_id) :]
    return ClassChoice(row.id, row.code, row.class_number, lineage[-1], " / ".join(inside), row.path, row.school_id)


def _without_label(text: str) -> str:
    """What a shown class name has beyond its grade's label: (1)班 of 七年级(1)班; nothing to cut: the text."""
    labels = (label for _, labels in STAGE_GRADES.values() for label in labels)
    return next((text[len(label) :] for label in labels if text.startswith(label)), text)


def class_meant(session: Session, actor: Actor, permission: Permission, text: str) -> ClassChoice | str:
    """The one open class of the own places that a text names exactly (number, code or shown name), or a problem."""
    text = text.strip()
    if not text:
        return "class_missing"
    found = class_choices(session, actor, permission, text, limit=MOST_CLASSES)
    exact = [choice for choice in found if text in {choice.number, choice.code, choice.name}]
    if not exact:
        return "class_unknown"
    return exact[0] if len(exact) == 1 else "class_named_twice"


def names_of_ticked(
    session: Session,
    actor: Actor,
    permission: Permission,
    ids: Sequence[int],
) -> list[tuple[str, str, str]]:
    """Number, name and class of ticked students; `NotFound` when a single one is out of scope. Two statements."""
    stmt = (
        select(Student.id, Student.student_number, Person.name, Student.tree_path)
        .join(Person, Person.id == Student.person_id)
        .where(Student.id.in_(ids))
        .order_by(Student.tree_path, Student.student_number)
    )
    rows = session.execute(visible(stmt, Student, actor, permission, along=(Person,))).all()
    if len(rows) != len(set(ids)):
        raise NotFound(what="student")
    places = orgs.lineages(session, {row.tree_path for row in rows})
    return [(row.student_number, row.name, places[row.tree_path].class_label) for row in rows]


def person_of_number(session: Session, actor: Actor, text: str, *, keyring: Keyring) -> int | None:
    """The person of a certificate number of any kind whose student record is within the scope, or None."""
    keys = {identity_key(kind, normalise(kind, text)) for kind in CertificateType}
    digests = [keyring.digest(key) for key in keys if key]
    stmt = (
        select(Student.person_id)
        .join(Person, Person.id == Student.person_id)
        .where(Person.number_digest.in_(digests))
        .limit(1)
    )
    return session.scalar(visible(stmt, Student, actor, Permission.STUDENT_READ, along=(Person,)))


def _line(row: Any, lineage: Lineage, keyring: Keyring) -> Line:
    number = keyring.open(row.number_sealed, NUMBER_AT, row.sealed_as) if row.number_sealed else ""
    phone = keyring.open(row.phone_sealed, PHONE_AT, row.student_sealed_as) if row.phone_sealed else ""
    return Line(
        id=row.id,
        student_number=row.student_number,
        name=row.name,
        sex=row.sex,
        certificate_type=row.certificate_type,
        certificate=mask_number(number),
        birth_date=row.birth_date,
        ethnicity=row.ethnicity,
        class_name=lineage.class_label,
        class_roll_number=row.class_roll_number,
        school_name=lineage.names[ids_in(row.tree_path).index(row.school_id)],
        entry_date=row.entry_date,
        phone=mask_phone(phone),
        state=row.state,
        tree_path=row.tree_path,
        is_open=row.state in OPEN_STATES,
    )


def schools_to_import(session: Session, actor: Actor) -> list[Place]:
    """The schools the actor may import students into, wholly or for some classes; at most 200, in tree order."""
    stmt = _schools().order_by(OrgNode.path).limit(MOST_CLASSES)
    return _places(session, actor, stmt)


def school_to_import(session: Session, actor: Actor, code: str) -> Place:
    """The school of a code, if the actor may import students there, else `NotFound`."""
    found = _places(session, actor, _schools().where(OrgNode.code == code.strip()))
    if not found:
        raise NotFound(what="school")
    return found[0]


def _schools() -> Select[*tuple[Any, ...]]:
    stmt = select(OrgNode.id, OrgNode.code, OrgNode.name, OrgNode.path)
    return stmt.where(OrgNode.kind == Kind.SCHOOL, OrgNode.closed_at.is_(None))


def _places(session: Session, actor: Actor, stmt: Select[*tuple[Any, ...]]) -> list[Place]:
    # `reaching`: who keeps only classes of a school imports into it as well; each row is judged by its class
    rows = session.execute(reaching(stmt, OrgNode, actor, Permission.STUDENT_IMPORT))
    return [Place(row.id, row.code, row.name, row.path) for row in rows]
