"""One account with all it holds, the own account and its sessions."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.models import Account, AccountGrant, AccountSession, LoginName, RoleDetail
from app.accounts.queries.listed import Line, columns, line_of
from app.accounts.queries.offered import RoleChoice
from app.accounts.rules import NameKind
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.departments.models import Department
from app.orgs import queries as orgs
from app.orgs.models import ClassSet

ROW_IN_SCOPE = "rows already in scope"
ELSEWHERE = "…"
"""Where a grant stands that is none of the reader's business."""


@dataclass(frozen=True)
class Held:
    """A live grant as the grants page shows it."""

    role: RoleChoice
    place: str
    path: str | None
    node_id: int | None
    class_set_id: int | None
    since: datetime


@dataclass(frozen=True)
class Detail:
    """An account with everything its forms need."""

    line: Line
    home_path: str
    department_id: int | None
    email: str
    has_mobile_name: bool
    grants: tuple[Held, ...] = field(default=())


def get(session: Session, actor: Actor, permission: Permission, *, account_id: int, keyring: Keyring) -> Detail:
    """One account within the actor's reach with its live grants, or `NotFound`."""
    stmt = columns().add_columns(Account.email, Account.department_id).where(Account.id == account_id)
    row = session.execute(visible(stmt, Account, actor, permission, along=(Department,))).one_or_none()
    if row is None:
        raise NotFound(what="account")
    found = _detail(session, row, keyring)
    shown = (held if _is_within(actor, permission, held) else replace(held, place=ELSEWHERE) for held in found.grants)
    return replace(found, grants=tuple(shown))


def _is_within(actor: Actor, permission: Permission, held: Held) -> bool:
    """Whether a grant stands at the actor's places (or at a person): names of other places are not the actor's."""
    return held.path is None or actor.covers(permission, held.path)


def own(session: Session, actor: Actor, *, keyring: Keyring) -> Detail:
    """The actor's own account."""
    stmt = columns().add_columns(Account.email, Account.department_id).where(Account.id == actor.user_id)
    row = session.execute(everything(stmt, because="the own account")).one_or_none()
    if row is None:
        raise NotFound(what="account")
    return _detail(session, row, keyring)


def sessions_of(session: Session, actor: Actor) -> list[AccountSession]:
    """The own sessions that still open something, the one used last first."""
    stmt = (
        select(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.account_id == actor.user_id,
            AccountSession.ended_at.is_(None),
            AccountSession.ends_at > sql_now(),
            AccountSession.epoch == Account.session_epoch,
        )
        .order_by(AccountSession.seen_at.desc())
    )
    return list(session.scalars(everything(stmt, because="the own sessions")))


def _detail(session: Session, row: Any, keyring: Keyring) -> Detail:
    grants = _held(session, row.id)
    places = orgs.lineages(session, {row.tree_path, *(grant.path for grant in grants if grant.path)})
    roles = tuple(dict.fromkeys(grant.role.code for grant in grants))
    named = select(LoginName.id).where(
        LoginName.account_id == row.id,
        LoginName.kind == NameKind.MOBILE,
        LoginName.retired_at.is_(None),
    )
    return Detail(
        line=line_of(row, places[row.tree_path], roles, keyring),
        home_path=row.tree_path,
        department_id=row.department_id,
        email=row.email or "",
        has_mobile_name=session.scalar(named) is not None,
        grants=tuple(
            Held(
                role=grant.role,
                place=" / ".join(
                    [*(places[grant.path].names if grant.path else ()), *([grant.place] if grant.place else [])]
                ),
                path=grant.path,
                node_id=grant.node_id,
                class_set_id=grant.class_set_id,
                since=grant.since,
            )
            for grant in grants
        ),
    )


def _held(session: Session, account_id: int) -> list[Held]:
    """The live grants of an account in scope; `place` is only the class set's name here."""
    details = (RoleDetail.role_id, RoleDetail.code, RoleDetail.level, RoleDetail.label_en, RoleDetail.label_zh)
    stmt = (
        select(
            *details,
            ClassSet.name.label("class_set"),
            func.coalesce(AccountGrant.tree_path, ClassSet.tree_path).label("path"),
            AccountGrant.node_id,
            AccountGrant.class_set_id,
            AccountGrant.created_at,
        )
        .select_from(AccountGrant)
        .join(RoleDetail, RoleDetail.role_id == AccountGrant.role_id)
        .join(ClassSet, ClassSet.id == AccountGrant.class_set_id, isouter=True)
        .where(AccountGrant.account_id == account_id, AccountGrant.ended_at.is_(None))
        .order_by(RoleDetail.level, AccountGrant.tree_path, AccountGrant.id)
    )
    return [
        Held(RoleChoice(*row[:5]), row.class_set or "", row.path, row.node_id, row.class_set_id, row.created_at)
        for row in session.execute(everything(stmt, because=ROW_IN_SCOPE))
    ]
