"""Reading the classes of the own places and how many students each has (U15). An extra file: a list of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import visible
from app.lists.keyset import Cut, Order, Spot, counted, cut
from app.orgs import queries as orgs
from app.orgs.models import ClassGroup, OrgNode
from app.students.queries import class_choices

ORDER = Order(OrgNode.sort_path, OrgNode.id)
MOST_MEANT = 1_000
"""Classes a name may mean; shown names are not stored, so they are compared one by one."""


@dataclass(frozen=True)
class ClassLine:
    """A class as a list shows it: its number, its name of this year, where it stands, its students in school."""

    id: int
    code: str
    number: str
    name: str
    school: str
    above: str
    path: str
    students: int


def count(session: Session, actor: Actor, *, name: str, number: str) -> int:
    """How many open classes match, counted up to 10,001."""
    return counted(session, _matching(session, actor, select(OrgNode.id), name, number))


def page(session: Session, actor: Actor, *, name: str, number: str, spot: Spot) -> Cut[ClassLine]:
    """One page of classes in the order of the tree."""
    columns = select(
        OrgNode.id, OrgNode.code, OrgNode.path, OrgNode.school_id, OrgNode.sort_path, ClassGroup.class_number
    )
    found = cut(session, _matching(session, actor, columns, name, number), ORDER, spot)
    paths = [row.path for row in found.rows]
    names = orgs.names_of(session, set(paths))
    counts = orgs.student_counts(session, actor, paths) if paths else {}
    return found.each(lambda row: _line(row, names[row.path], counts.get(row.path, 0)))


def _matching(
    session: Session, actor: Actor, stmt: Select[*tuple[Any, ...]], name: str, number: str
) -> Select[*tuple[Any, ...]]:
    stmt = stmt.join(ClassGroup, ClassGroup.node_id == OrgNode.id).where(OrgNode.closed_at.is_(None))
    if number:
        stmt = stmt.where(ClassGroup.class_number.startswith(number, autoescape=True))
    if name:
        meant = class_choices(session, actor, Permission.ORG_READ, name, limit=MOST_MEANT)
        stmt = stmt.where(OrgNode.id.in_([choice.id for choice in meant]))
    return visible(stmt, OrgNode, actor, Permission.ORG_READ, along=(ClassGroup,))


def _line(row: Row[*tuple[Any, ...]], lineage: list[str], students: int) -> ClassLine:
    at = ids_in(row.path).index(row.school_id)
    above = " / ".join(lineage[at + 1 : -1])
    return ClassLine(row.id, row.code, row.class_number, lineage[-1], lineage[at], above, row.path, students)
