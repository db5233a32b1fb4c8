"""Every write to departments."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.core.clock import sql_now
from app.core.db import refused
from app.core.errors import NotFound, Stale
from app.departments.models import Department
from app.departments.rules import BindingDepartment, DepartmentNameTaken
from app.orgs import queries
from app.orgs.models import OrgNode
from app.orgs.rules import checked_name

Locked = Row[*tuple[Any, ...]]


def create(session: Session, actor: Actor, *, node_code: str, name: str) -> int:
    """Make a department at a place (`NotFound` out of scope, `DepartmentNameTaken`, `Invalid` name); returns its id."""
    place = queries.find(session, actor, Permission.DEPARTMENT_CREATE, code=node_code)
    name = checked_name(name)
    _refuse_double(session, place.id, name)
    values = {"node_id": place.id, "tree_path": place.path, "name": name}
    made = insert(Department).values(**values).returning(Department.id)
    with refused(uq_department_name=lambda: DepartmentNameTaken(name=name)):
        department_id: int = session.execute(
            entering(made, Department, actor, Permission.DEPARTMENT_CREATE),
        ).scalar_one()
    _tell(session, actor, "department:create", place, department_id, name, after={"name": name})
    return department_id


def rename(session: Session, actor: Actor, *, department_id: int, name: str, version: int) -> None:
    """Give a department another name; raises `Stale` with the present name when somebody was faster."""
    name = checked_name(name)
    found = _locked(session, actor, Permission.DEPARTMENT_UPDATE, department_id, version)
    if found.name == name:
        return
    _refuse_double(session, found.node_id, name)
    with refused(uq_department_name=lambda: DepartmentNameTaken(name=name)):
        _set(session, found, name=name)
    before, after = {"name": found.name}, {"name": name}
    place = queries.get(session, actor, Permission.DEPARTMENT_UPDATE, node_id=found.node_id)
    _tell(session, actor, "department:update", place, found.id, name, before=before, after=after)


def close(session: Session, actor: Actor, *, department_id: int, version: int) -> None:
    """Close a department; its users keep their accounts and stand in none."""
    found = _locked(session, actor, Permission.DEPARTMENT_CLOSE, department_id, version)
    _set(session, found, closed_at=sql_now())
    place = queries.get(session, actor, Permission.DEPARTMENT_CLOSE, node_id=found.node_id)
    _tell(session, actor, "department:close", place, found.id, found.name, before={"name": found.name})


def _locked(session: Session, actor: Actor, permission: Permission, department_id: int, version: int) -> Locked:
    columns = select(Department.id, Department.node_id, Department.name, Department.version, Department.is_binding)
    stmt = columns.where(Department.id == department_id, Department.closed_at.is_(None)).with_for_update()
    found = session.execute(visible(stmt, Department, actor, permission)).one_or_none()
    if found is None:
        raise NotFound(what="department")
    if found.version != version:
        raise Stale({"name": found.name}, found.version)
    if found.is_binding:
        raise BindingDepartment
    return found


def _set(session: Session, found: Locked, **values: object) -> None:
    stmt = update(Department).where(Department.id == found.id).values(**values, version=Department.version + 1)
    session.execute(everything(stmt, because="the row was read and locked above within the actor's scope"))


def _refuse_double(session: Session, node_id: int, name: str) -> None:
    same = select(Department.id).where(
        Department.node_id == node_id,
        Department.name == name,
        Department.closed_at.is_(None),
    )
    if session.scalar(everything(same, because="names are unique at a place the actor may change")):
        raise DepartmentNameTaken(name=name)


def _tell(  # noqa: PLR0913  what an audit line and a change record need
    session: Session,
    actor: Actor,
    act: str,
    place: OrgNode,
    department_id: int,
    name: str,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    change = Change(
        ChangeKind.DEPARTMENT_CHANGED,
        place.id,
        place.path,
        "department",
        department_id,
        name,
        before=before,
        after=after,
    )
    in_both_books(session, actor, act, change)
