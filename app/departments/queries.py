"""Reading departments of the own places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.core.errors import NotFound
from app.departments.models import Department
from app.lists.keyset import Cut, Order, Spot, counted, cut
from app.orgs import queries

ORDER = Order(Department.tree_path, Department.name, Department.id)


@dataclass(frozen=True)
class Line:
    """A department as a list shows it."""

    id: int
    name: str
    place: str
    version: int
    is_binding: bool


def count(session: Session, actor: Actor, *, name: str) -> int:
    """How many departments match, counted up to 10,001."""
    ids = visible(_matching(select(Department.id), name), Department, actor, Permission.DEPARTMENT_READ)
    return counted(session, ids)


def page(session: Session, actor: Actor, *, name: str, spot: Spot) -> Cut[Line]:
    """One page of departments, by place and name."""
    columns = select(Department.id, Department.name, Department.tree_path, Department.version, Department.is_binding)
    stmt = visible(_matching(columns, name), Department, actor, Permission.DEPARTMENT_READ)
    found = cut(session, stmt, ORDER, spot)
    names = queries.names_of(session, {row.tree_path for row in found.rows})
    return found.each(lambda r: Line(r.id, r.name, " / ".join(names[r.tree_path]), r.version, r.is_binding))


def _matching(stmt: Select[*tuple[Any, ...]], name: str) -> Select[*tuple[Any, ...]]:
    stmt = stmt.where(Department.closed_at.is_(None))
    return stmt.where(Department.name.contains(name, autoescape=True)) if name else stmt


def get(session: Session, actor: Actor, permission: Permission, *, department_id: int) -> Department:
    """The open department of an id within the scope, or `NotFound`."""
    stmt = select(Department).where(Department.id == department_id, Department.closed_at.is_(None))
    found = session.scalars(visible(stmt, Department, actor, permission)).one_or_none()
    if found is None:
        raise NotFound(what="department")
    return found
