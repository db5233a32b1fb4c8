"""Every write to roles: what they may do, own roles made as copies, names of own roles.

Nobody's session ends: what a grant allows is read anew at every request, in every process.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as insert_once
from sqlalchemy.orm import Session

from app.access.actor import EVERYWHERE, Actor
from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.accounts.models import Role, RoleDetail
from app.accounts.rules import PERSONAL
from app.accounts.seed import assoc_permissionview_role, known_permissions, role_permissions
from app.audit.services import record
from app.core.errors import NotFound, Stale
from app.roles import queries
from app.roles.rules import (
    RESERVED,
    BuiltIn,
    Difference,
    NewRole,
    Personal,
    RoleCodeTaken,
    check_change,
    check_new,
    checked_labels,
    own_level,
)

Locked = Row[*tuple[Any, ...]]
HELD = assoc_permissionview_role


def difference(session: Session, actor: Actor, *, role_id: int, wanted: frozenset[Permission]) -> Difference:
    """What a change would add and remove and how many it concerns; writes nothing, refuses as `change` would."""
    actor.require(Permission.ROLE_UPDATE)
    role = queries.get(session, actor, Permission.ROLE_UPDATE, role_id=role_id)
    return _difference(session, actor, role_id, role.code, wanted)


def change(session: Session, actor: Actor, *, role_id: int, wanted: frozenset[Permission], version: int) -> Difference:
    """Let a role hold exactly these permissions and say what that changed.

    Raises `NotFound` (also above the own level), `Stale` with what it holds now, `SuperuserKeeps`, `Reserved`,
    `MoreThanOwn`. Nothing is written when nothing differs.
    """
    role = _locked(session, actor, role_id, version)
    changed = _difference(session, actor, role_id, role.code, wanted)
    if not changed:
        return changed
    ids = known_permissions(session)
    gone = [ids[permission] for permission in changed.removed]
    if gone:
        session.execute(delete(HELD).where(HELD.c.role_id == role_id, HELD.c.permission_view_id.in_(gone)))
    _hold(session, role_id, [ids[permission] for permission in sorted(changed.added)])
    _set(session, role_id)
    before = (wanted - changed.added) | changed.removed
    _tell(session, actor, "role:update", role_id, before=_held(role.code, before), after=_held(role.code, wanted))
    return changed


def copy(session: Session, actor: Actor, *, source_id: int, new: NewRole) -> int:
    """Make an own role that may do what another may; returns its id.

    What only the superuser may hold is left out, and so is what is switched off in the other role. Raises `NotFound`,
    `Personal`, `Invalid`, `RoleCodeTaken`, `MoreThanOwn`.
    """
    actor.require(Permission.ROLE_UPDATE)
    source = queries.get(session, actor, Permission.ROLE_UPDATE, role_id=source_id)
    if source.code in PERSONAL:
        raise Personal
    new = check_new(actor, new)
    holds = copied(role_permissions(session, [source_id])[source_id], source.code)
    check_change(actor, new.code, holds, frozenset())
    stmt = insert_once(Role).values(name=new.code).on_conflict_do_nothing().returning(Role.id)
    role_id: int | None = session.execute(stmt).scalar_one_or_none()
    if role_id is None:
        raise RoleCodeTaken
    labels = {"label_en": new.label_en, "label_zh": new.label_zh}
    values = {"role_id": role_id, "code": new.code, "level": new.level, "is_builtin": False, **labels}
    session.execute(insert(RoleDetail).values(**values))
    ids = known_permissions(session)
    _hold(session, role_id, [ids[permission] for permission in sorted(holds)])
    after = {**_held(new.code, holds), "level": new.level, **labels, "copied_from": source.code}
    _tell(session, actor, "role:create", role_id, after=after)
    return role_id


def rename(session: Session, actor: Actor, *, role_id: int, label_zh: str, label_en: str, version: int) -> None:
    """Give an own role other names; raises `NotFound`, `Stale` with the names now, `BuiltIn`, `Invalid`."""
    label_zh, label_en = checked_labels(label_zh, label_en)
    role = _locked(session, actor, role_id, version)
    if role.is_builtin:
        raise BuiltIn
    before = {"label_zh": role.label_zh, "label_en": role.label_en}
    after = {"label_zh": label_zh, "label_en": label_en}
    if before == after:
        return
    _set(session, role_id, **after)
    named = {"role": role.code}
    _tell(session, actor, "role:update", role_id, before=named | before, after=named | after)


def copied(holds: frozenset[Permission], code: str) -> frozenset[Permission]:
    """What a copy of a role starts with: what is in force in it, without what is the superuser's alone."""
    built_in = ROLE_BY_CODE.get(code)
    return holds - RESERVED - (built_in.switched if built_in else frozenset())


def _locked(session: Session, actor: Actor, role_id: int, version: int) -> Locked:
    actor.require(Permission.ROLE_UPDATE)
    stmt = select(
        RoleDetail.code,
        RoleDetail.label_zh,
        RoleDetail.label_en,
        RoleDetail.is_builtin,
        RoleDetail.version,
    ).where(RoleDetail.role_id == role_id, RoleDetail.level >= own_level(actor, Permission.ROLE_UPDATE))
    role = session.execute(stmt.with_for_update()).one_or_none()
    if role is None:
        raise NotFound(what="role")
    if role.version != version:
        raise Stale({"label_zh": role.label_zh, "label_en": role.label_en}, role.version)
    return role


def _difference(session: Session, actor: Actor, role_id: int, code: str, wanted: frozenset[Permission]) -> Difference:
    held = role_permissions(session, [role_id])[role_id]
    added, removed = wanted - held, held - wanted
    check_change(actor, code, added, removed)
    accounts, sessions = queries.concerned(session, role_id)
    return Difference(added, removed, accounts, sessions)


def _hold(session: Session, role_id: int, ids: list[int]) -> None:
    if ids:
        session.execute(insert(HELD), [{"permission_view_id": id_, "role_id": role_id} for id_ in ids])


def _set(session: Session, role_id: int, **values: object) -> None:
    stmt = update(RoleDetail).where(RoleDetail.role_id == role_id)
    session.execute(stmt.values(**values, version=RoleDetail.version + 1))


def _held(code: str, permissions: frozenset[Permission]) -> dict[str, Any]:
    return {"role": code, "permissions": [str(permission) for permission in sorted(permissions)]}


def _tell(
    session: Session,
    actor: Actor,
    act: str,
    role_id: int,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Write the act down at the place of the grant that allowed it: a role stands at no place of its own."""
    places = actor.places(Permission.ROLE_UPDATE)
    path = places[0] if places else EVERYWHERE
    record(session, actor, act, subject="role", ids=[role_id], path=path, before=before, after=after)
