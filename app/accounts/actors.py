"""Account → Actor. An extra file: every edge needs it, and it reads grants before anybody is an actor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, Grant, loaded_by, named_by
from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.access.scope import everything
from app.accounts.models import Account, AccountGrant, LoginName, RoleDetail
from app.accounts.seed import role_permissions
from app.accounts.workflow import AccountState
from app.core.errors import NotFound
from app.orgs.models import ClassSet, ClassSetClass, OrgNode

Rows = Sequence[Row[*tuple[Any, ...]]]

WHO = "an account's own grants decide what it may see"


def actor_for(session: Session, account_id: int) -> Actor:
    """The actor of an active account, with its grants as they are now, or `NotFound`."""
    rows = _account_with_grants(session, account_id)
    if not rows:
        raise NotFound(what="account")
    account, grants = rows[0], _grants(session, [row for row in rows if row.role_id is not None])
    return Actor(account.id, account.name, grants, home_path=account.home_path, locale=account.locale)


def actor_named(session: Session, name: str) -> Actor:
    """The actor who signs in with this user name, mobile or unit number, or `NotFound`; for the command line."""
    stmt = select(LoginName.account_id).where(
        func.lower(LoginName.name) == name.strip().lower(),
        LoginName.retired_at.is_(None),
    )
    ids = session.scalars(stmt.limit(2)).all()
    if len(ids) != 1:
        raise NotFound(what="account")
    return actor_for(session, ids[0])


def _account_with_grants(session: Session, account_id: int) -> Rows:
    """An active account, once for each of its live grants, or once without any; one statement."""
    live = and_(AccountGrant.account_id == Account.id, AccountGrant.ended_at.is_(None))
    stmt = (
        select(
            Account.id,
            Account.name,
            Account.tree_path.label("home_path"),
            Account.locale,
            AccountGrant.role_id,
            AccountGrant.tree_path,
            AccountGrant.class_set_id,
            AccountGrant.person_id,
            RoleDetail.code,
            RoleDetail.level,
        )
        .join(AccountGrant, live, isouter=True)
        .join(RoleDetail, RoleDetail.role_id == AccountGrant.role_id, isouter=True)
        .where(Account.id == account_id, Account.state == AccountState.ACTIVE)
        .order_by(AccountGrant.id)
    )
    return session.execute(everything(stmt, because=WHO)).all()


def _grants(session: Session, rows: Rows) -> tuple[Grant, ...]:
    permissions = role_permissions(session, {row.role_id for row in rows})
    sets = _class_sets(session, {row.class_set_id for row in rows if row.class_set_id})
    return tuple(
        Grant(
            role=row.code,
            level=row.level,
            permissions=_in_force(row.code, permissions[row.role_id]),
            prefixes=(row.tree_path,) if row.tree_path else sets.get(row.class_set_id, ("", ()))[1],
            person_id=row.person_id,
            anchor=sets[row.class_set_id][0] if row.class_set_id in sets else None,
        )
        for row in rows
    )


def _in_force(code: str, held: frozenset[Permission]) -> frozenset[Permission]:
    """What counts now: permissions behind a switch stay off until the province turns its parameter on."""
    role = ROLE_BY_CODE.get(code)
    return held - role.switched if role else held


def _class_sets(session: Session, ids: set[int]) -> dict[int, tuple[str, tuple[str, ...]]]:
    """For each live class set: its school's path and the paths of its classes; one that left the school is out."""
    if not ids:
        return {}
    rows = session.execute(
        everything(
            select(ClassSet.id, ClassSet.tree_path, OrgNode.path)
            .join(ClassSetClass, ClassSetClass.class_set_id == ClassSet.id)
            .join(OrgNode, and_(OrgNode.id == ClassSetClass.node_id, OrgNode.school_id == ClassSet.node_id))
            .where(ClassSet.id.in_(ids), ClassSet.closed_at.is_(None))
            .order_by(OrgNode.path),
            because=WHO,
        ),
    ).all()
    found: dict[int, tuple[str, tuple[str, ...]]] = {}
    for set_id, school_path, class_path in rows:
        found[set_id] = (school_path, (*found.get(set_id, ("", ()))[1], class_path))
    return found


loaded_by(actor_for)
named_by(actor_named)
