"""Bring Flask-AppBuilder's permission and role tables in line with `access.permissions` and `access.roles`.

Permissions are always made equal to the enum. A built-in role that does not exist is made with its seed; one that does
is left as the superusers edited it, save that permissions which no longer exist go, and ones that are new since the
last start come as the seed says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.accounts.models import Role, RoleDetail
from app.core.db import FAB
from app.web.permissions import fab_names, from_fab

FabPermission: Any = FAB.Permission
PermissionView: Any = FAB.PermissionView
ViewMenu: Any = FAB.ViewMenu
assoc_permissionview_role: Any = FAB.assoc_permissionview_role


def sync_roles(session: Session) -> None:
    """Make the permission set of the database the enum, and see that every built-in role exists."""
    before = known_permissions(session)
    fresh = _add_permissions(session, set(Permission) - set(before))
    _drop_strangers(session)
    ids = before | fresh
    existing = {row.code: row.role_id for row in session.execute(select(RoleDetail.code, RoleDetail.role_id))}
    pairs: list[dict[str, int]] = []
    for role in ROLES:
        role_id = existing.get(role.code)
        news = role.permissions if role_id is None else role.permissions & set(fresh)
        if role_id is None:
            role_id = _add_role(session, role.code, role.level, role.label_en, role.label_zh)
        pairs += [{"permission_view_id": ids[p], "role_id": role_id} for p in sorted(news)]
    if pairs:
        session.execute(insert(assoc_permissionview_role), pairs)


def known_permissions(session: Session) -> dict[Permission, int]:
    """The permissions the database knows, with the id of their permission-on-resource row."""
    rows = session.execute(
        select(FabPermission.name, ViewMenu.name, PermissionView.id)
        .join(PermissionView, PermissionView.permission_id == FabPermission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id),
    )
    spelled = ((from_fab(verb, resource), id_) for verb, resource, id_ in rows)
    return {permission: id_ for permission, id_ in spelled if permission is not None}


def role_permissions(session: Session, role_ids: Iterable[int]) -> dict[int, frozenset[Permission]]:
    """What each role holds, by the database (superusers edit roles); one statement."""
    table = assoc_permissionview_role
    rows = session.execute(
        select(table.c.role_id, FabPermission.name, ViewMenu.name)
        .join(PermissionView, PermissionView.id == table.c.permission_view_id)
        .join(FabPermission, PermissionView.permission_id == FabPermission.id)
        .join(ViewMenu, PermissionView.view_menu_id == ViewMenu.id)
        .where(table.c.role_id.in_(list(role_ids))),
    )
    held: dict[int, set[Permission]] = defaultdict(set)
    for role_id, verb, resource in rows:
        permission = from_fab(verb, resource)
        if permission is not None:
            held[role_id].add(permission)
    return {role_id: frozenset(held[role_id]) for role_id in role_ids}


def _add_permissions(session: Session, missing: set[Permission]) -> dict[Permission, int]:
    verbs = {row.name: row.id for row in session.execute(select(FabPermission.name, FabPermission.id))}
    resources = {row.name: row.id for row in session.execute(select(ViewMenu.name, ViewMenu.id))}
    added: dict[Permission, int] = {}
    for permission in sorted(missing):
        verb, resource = fab_names(permission)
        if verb not in verbs:
            verbs[verb] = session.execute(
                insert(FabPermission).values(name=verb).returning(FabPermission.id)
            ).scalar_one()
        if resource not in resources:
            resources[resource] = session.execute(
                insert(ViewMenu).values(name=resource).returning(ViewMenu.id)
            ).scalar_one()
        added[permission] = session.execute(
            insert(PermissionView)
            .values(permission_id=verbs[verb], view_menu_id=resources[resource])
            .returning(PermissionView.id),
        ).scalar_one()
    return added


def _drop_strangers(session: Session) -> None:
    keep = list(known_permissions(session).values())
    table = assoc_permissionview_role
    session.execute(delete(table).where(table.c.permission_view_id.not_in(keep)))
    session.execute(delete(PermissionView).where(PermissionView.id.not_in(keep)))
    session.execute(delete(FabPermission).where(FabPermission.id.not_in(select(PermissionView.permission_id))))
    session.execute(delete(ViewMenu).where(ViewMenu.id.not_in(select(PermissionView.view_menu_id))))


def _add_role(session: Session, code: str, level: int, label_en: str, label_zh: str) -> int:
    role_id: int = session.execute(insert(Role).values(name=code).returning(Role.id)).scalar_one()
    session.execute(
        insert(RoleDetail).values(role_id=role_id, code=code, level=level, label_en=label_en, label_zh=label_zh),
    )
    return role_id
