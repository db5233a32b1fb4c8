"""Reading the tree. Names of the nodes above a row the actor already sees are no secret and are read with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Text, and_, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.core import clock
from app.core.db import WHILE_ONE_PAGE_IS_MADE, any_of
from app.core.errors import NotFound
from app.orgs.models import ClassGroup, Kind, OrgNode
from app.orgs.rules import Lineage, NodeName, academic_year, shown_names

Counter = Callable[[Session, Actor, Sequence[str]], Mapping[str, int]]

MOST_BELOW = 1_000
STUDENT_COUNTERS: list[Counter] = []
"""How many students stand below paths: told by `students`, which stands above this package."""


@dataclass(frozen=True)
class Place:
    """A node with the names a screen needs."""

    id: int
    code: str
    kind: str
    name: str
    path: str
    school_id: int | None
    full_name: str
    parent_id: int | None = None
    class_number: str | None = None
    has_children: bool = False
    is_closed: bool = False


def nodes() -> Select[OrgNode]:
    """The base of every select over whole nodes."""
    return select(OrgNode)


def find(session: Session, actor: Actor, permission: Permission, *, code: str) -> OrgNode:
    """The node of a code within the actor's scope, or `NotFound` (unknown and out of scope are the same)."""
    node = session.scalars(visible(nodes().where(OrgNode.code == code), OrgNode, actor, permission)).one_or_none()
    if node is None:
        raise NotFound(what="node")
    return node


def get(session: Session, actor: Actor, permission: Permission, *, node_id: int) -> OrgNode:
    """The node of an id within the actor's scope, or `NotFound`."""
    node = session.scalars(visible(nodes().where(OrgNode.id == node_id), OrgNode, actor, permission)).one_or_none()
    if node is None:
        raise NotFound(what="node")
    return node


def tops(session: Session, actor: Actor, permission: Permission) -> list[OrgNode]:
    """The nodes the actor's scope begins at, in the order of their paths."""
    places = [ids_in(place)[-1] for place in actor.places(permission) if ids_in(place)]
    stmt = nodes().where(OrgNode.id.in_(places)) if places else nodes().where(OrgNode.parent_id.is_(None))
    return list(session.scalars(visible(stmt.order_by(OrgNode.path), OrgNode, actor, permission)))


def children(session: Session, actor: Actor, permission: Permission, node: OrgNode) -> list[OrgNode]:
    """The open nodes right below one, in their order."""
    stmt = nodes().where(OrgNode.parent_id == node.id, OrgNode.closed_at.is_(None)).order_by(OrgNode.sort_path)
    return list(session.scalars(visible(stmt, OrgNode, actor, permission)))


def search(session: Session, actor: Actor, permission: Permission, text: str, *, limit: int = 20) -> list[OrgNode]:
    """Open nodes in scope whose name holds the text or whose code begins with it, the nearest to the root first."""
    stmt = nodes().where(
        OrgNode.closed_at.is_(None),
        or_(named_like(text), OrgNode.code.startswith(text, autoescape=True)),
    )
    stmt = stmt.order_by(func.length(OrgNode.path), OrgNode.path).limit(limit)
    return list(session.scalars(visible(stmt, OrgNode, actor, permission)))


def named_like(text: str) -> ColumnElement[bool]:
    """Whether a place's name holds a text; found by the index of one- and two-character pieces."""
    pieces = func.name_grams(OrgNode.name, type_=ARRAY(Text))
    return and_(OrgNode.name.contains(text, autoescape=True), pieces.contains(func.name_grams(text)))


def describe(session: Session, rows: Sequence[OrgNode]) -> list[Place]:
    """Names, full names and class numbers of nodes already in scope; three statements however many rows."""
    names = names_of(session, [row.path for row in rows])
    numbers = _class_numbers(session, [row.id for row in rows if row.kind == Kind.CLASS])
    parents = _parents_among(session, [row.id for row in rows])
    return [
        Place(
            id=row.id,
            code=row.code,
            kind=row.kind,
            name=names[row.path][-1],
            path=row.path,
            school_id=row.school_id,
            full_name=" / ".join(names[row.path]),
            parent_id=row.parent_id,
            class_number=numbers.get(row.id),
            has_children=row.id in parents,
            is_closed=row.closed_at is not None,
        )
        for row in rows
    ]


def _class_numbers(session: Session, ids: Sequence[int]) -> dict[int, str]:
    if not ids:
        return {}
    stmt = select(ClassGroup.node_id, ClassGroup.class_number).where(ClassGroup.node_id == any_of(ids))
    rows = session.execute(everything(stmt, because="class numbers of nodes already in scope"))
    return {row.node_id: row.class_number for row in rows}


def _parents_among(session: Session, ids: Sequence[int]) -> set[int | None]:
    if not ids:
        return set()
    stmt = select(OrgNode.parent_id).where(OrgNode.parent_id == any_of(ids), OrgNode.closed_at.is_(None)).distinct()
    return set(session.scalars(everything(stmt, because="whether nodes already in scope have children")))


def names_of(session: Session, paths: Iterable[str]) -> dict[str, list[str]]:
    """The names on screen along each path, root first, with this year's grade labels; one statement at most."""
    return {path: list(lineage.names) for path, lineage in lineages(session, paths).items()}


def lineages(session: Session, paths: Iterable[str]) -> dict[str, Lineage]:
    """The places along each path, root first, with their names on screen; one statement at most."""
    wanted = set(paths)
    known, year = _stored_names(session, {node_id for path in wanted for node_id in ids_in(path)})
    nodes = {path: tuple(known[i] for i in ids_in(path) if i in known) for path in wanted}
    return {path: Lineage(found, tuple(shown_names(found, year))) for path, found in nodes.items()}


def _stored_names(session: Session, ids: set[int]) -> tuple[Mapping[int, NodeName], int]:
    """What names these nodes, and the academic year; while one page is made nothing is asked for twice."""
    kept: dict[str, Any] = session.info.get(WHILE_ONE_PAGE_IS_MADE, {}).setdefault("places", {"names": {}, "year": 0})
    known: dict[int, NodeName] = kept["names"]
    missing = ids - known.keys()
    if missing:
        columns = (OrgNode.id, OrgNode.kind, OrgNode.name, OrgNode.stage, OrgNode.entry_year)
        stmt = select(*columns, clock.sql_now().label("now")).where(OrgNode.id == any_of(missing))
        for row in session.execute(everything(stmt, because="names of the nodes above rows already in scope")):
            known[row.id] = NodeName(row.id, row.kind, row.name, row.stage, row.entry_year)
            day = row.now.astimezone(clock.SHANGHAI)
            kept["year"] = academic_year(day.year, day.month)
    return known, kept["year"]


def below(session: Session, actor: Actor, permission: Permission, path: str) -> list[tuple[str, str]]:
    """Code and name of the open places below one that others may stand below, at most a thousand, in their order."""
    stmt = select(OrgNode.code, OrgNode.path).where(
        OrgNode.path.startswith(path, autoescape=True), OrgNode.closed_at.is_(None), OrgNode.kind != "class"
    )
    stmt = stmt.order_by(OrgNode.sort_path).limit(MOST_BELOW)
    rows = session.execute(visible(stmt, OrgNode, actor, permission)).all()
    names, depth = names_of(session, [row.path for row in rows]), len(ids_in(path))
    return [(row.code, " / ".join(names[row.path][depth:] or names[row.path][-1:])) for row in rows]


def student_counts(session: Session, actor: Actor, paths: Sequence[str]) -> dict[str, int]:
    """How many students in school stand below each of these paths, as far as the actor sees the places."""
    found: dict[str, int] = {}
    for count in STUDENT_COUNTERS:
        found.update(count(session, actor, paths))
    return found
