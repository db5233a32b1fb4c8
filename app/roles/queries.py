"""Reading roles, who holds them, and what an account could do at a place.

Who may read roles sees those of the level of the grant that says so, and below. Holders are accounts, and are seen as
accounts are: in the own places and by the level rule of `Account.reach`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, Grant
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.actors import actor_for
from app.accounts.models import Account, AccountGrant, AccountSession, LoginName, RoleDetail
from app.accounts.seed import role_permissions
from app.core.clock import sql_now
from app.core.errors import NotFound
from app.lists.keyset import Cut, Key, Order, Spot, counted, cut
from app.orgs import queries as orgs
from app.orgs.models import ClassSet, OrgNode
from app.roles.rules import own_level

ORDER = Order(RoleDetail.level, Key(RoleDetail.is_builtin, is_descending=True), RoleDetail.role_id)
HOLDER_ORDER = Order(Account.tree_path, Account.name, AccountGrant.id)
MOST_FOUND = 20
NAME_KINDS = ("user_name", "unit_number")
"""Names that are unique everywhere; a student number is unique in its school only."""


@dataclass(frozen=True)
class Line:
    """A role as a list shows it; `holders` are the accounts the reader may see."""

    id: int
    code: str
    level: int
    label_en: str
    label_zh: str
    is_builtin: bool
    version: int
    holders: int = 0


@dataclass(frozen=True)
class Holder:
    """A grant of a role: whose it is and where it stands; no place when it stands outside the reader's places."""

    account_id: int
    name: str
    state: str
    home: str
    place: str | None
    is_personal: bool


@dataclass(frozen=True)
class Found:
    """An account as a picker names it."""

    id: int
    name: str
    state: str
    handle: str
    place: str
    path: str


@dataclass(frozen=True)
class Reason:
    """The grant that answers for a permission: role and place, or the own person's rows."""

    role: str
    place: str
    is_personal: bool


def count(session: Session, actor: Actor, *, name: str) -> int:
    """How many roles match."""
    return session.scalar(_matching(select(func.count()).select_from(RoleDetail), actor, name)) or 0


def page(session: Session, actor: Actor, *, name: str, spot: Spot) -> Cut[Line]:
    """One page of roles by level, the built-in ones first; two statements."""
    found = cut(session, _matching(_columns(), actor, name), ORDER, spot)
    held = _holders_of(session, actor, [row.role_id for row in found.rows])
    return found.each(lambda row: _line(row, held.get(row.role_id, 0)))


def get(session: Session, actor: Actor, permission: Permission, *, role_id: int) -> Line:
    """A role of the reader's level or below, or `NotFound`."""
    stmt = _columns().where(RoleDetail.role_id == role_id, RoleDetail.level >= own_level(actor, permission))
    row = session.execute(stmt).one_or_none()
    if row is None:
        raise NotFound(what="role")
    return _line(row, _holders_of(session, actor, [role_id]).get(role_id, 0))


def held_by(session: Session, role_id: int) -> frozenset[Permission]:
    """What a role in reach holds."""
    return role_permissions(session, [role_id])[role_id]


def concerned(session: Session, role_id: int) -> tuple[int, int]:
    """How many accounts hold a role, and how many of their sessions are open; all of them, in numbers only."""
    holders = select(AccountGrant.account_id).where(AccountGrant.role_id == role_id, AccountGrant.ended_at.is_(None))
    accounts = select(func.count(AccountGrant.account_id.distinct())).where(
        AccountGrant.role_id == role_id,
        AccountGrant.ended_at.is_(None),
    )
    sessions = (
        select(func.count())
        .select_from(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.account_id.in_(holders),
            AccountSession.ended_at.is_(None),
            AccountSession.ends_at > sql_now(),
            AccountSession.epoch == Account.session_epoch,
        )
    )
    stmt = select(accounts.scalar_subquery(), sessions.scalar_subquery())
    counted = session.execute(everything(stmt, because="a role changes for all its holders; only numbers are told"))
    row = counted.one()
    return row[0] or 0, row[1] or 0


def count_holders(session: Session, actor: Actor, *, role_id: int) -> int:
    """How many grants of a role the reader sees, counted up to 10,001."""
    stmt = select(AccountGrant.id).where(AccountGrant.role_id == role_id, AccountGrant.ended_at.is_(None))
    return counted(session, visible(stmt, AccountGrant, actor, Permission.ACCOUNT_READ))


def holders(session: Session, actor: Actor, *, role_id: int, spot: Spot) -> Cut[Holder]:
    """One page of who holds a role and where, by place and name; two statements."""
    stmt = (
        select(
            Account.id,
            Account.name,
            Account.state,
            Account.tree_path.label("home"),
            func.coalesce(AccountGrant.tree_path, ClassSet.tree_path).label("path"),
            ClassSet.name.label("class_set"),
            AccountGrant.person_id,
        )
        .select_from(AccountGrant)
        .join(Account, Account.id == AccountGrant.account_id)
        .join(ClassSet, ClassSet.id == AccountGrant.class_set_id, isouter=True)
        .where(AccountGrant.role_id == role_id, AccountGrant.ended_at.is_(None))
    )
    scoped = visible(stmt, AccountGrant, actor, Permission.ACCOUNT_READ, along=(Account, ClassSet))
    found = cut(session, scoped, HOLDER_ORDER, spot)
    names = orgs.names_of(session, {path for row in found.rows for path in (row.home, row.path) if path})
    return found.each(lambda row: _holder(row, names, actor))


def find_accounts(session: Session, actor: Actor, *, text: str) -> list[Found]:
    """Up to 20 accounts in reach whose name holds the text or whose user name begins with it."""
    handle = _handle()
    matches = or_(Account.name.contains(text, autoescape=True), handle.istartswith(text, autoescape=True))
    stmt = _found(handle).where(matches).order_by(Account.tree_path, Account.id).limit(MOST_FOUND)
    rows = session.execute(visible(stmt, Account, actor, Permission.ACCOUNT_READ)).all()
    names = orgs.names_of(session, {row.tree_path for row in rows})
    return [_named(row, names) for row in rows]


def account(session: Session, actor: Actor, *, typed: str) -> Found:
    """The account in reach that a picker's text means (a user name, or # and its number), or `NotFound`."""
    handle, text = _handle(), typed.strip()
    number = text[1:] if text.startswith("#") else ""
    if number:
        meant = Account.id == (int(number) if number.isascii() and number.isdigit() and len(number) < 16 else 0)  # noqa: PLR2004
    else:
        meant = func.lower(handle) == text.lower()
    stmt = _found(handle).where(meant)
    row = session.execute(visible(stmt, Account, actor, Permission.ACCOUNT_READ)).one_or_none()
    if row is None:
        raise NotFound(what="account")
    return _named(row, orgs.names_of(session, {row.tree_path}))


def could(session: Session, *, account_id: int, node: OrgNode) -> dict[Permission, tuple[Reason, ...]]:
    """For every permission, the grants by which an account could use it at a node; none means it could not.

    The account's actor is made as for its own requests, so the answer is the one the system acts by. An account that
    is not active could do nothing.
    """
    try:
        them = actor_for(session, account_id)
    except NotFound:
        return dict.fromkeys(Permission, ())
    answering = [(grant, covering) for grant in them.grants if (covering := _covering(grant, node)) is not None]
    names = orgs.names_of(session, {path for _, path in answering if path})
    return {
        permission: tuple(
            Reason(grant.role, " / ".join(names.get(path, [])), is_personal=not path)
            for grant, path in answering
            if permission in grant.permissions
        )
        for permission in Permission
    }


def by_code(session: Session, codes: Iterable[str]) -> dict[str, Line]:
    """The names of roles that grants in reach name; code → role."""
    rows = session.execute(_columns().where(RoleDetail.code.in_(set(codes))))
    return {row.code: _line(row) for row in rows}


def _covering(grant: Grant, node: OrgNode) -> str | None:
    """The subtree of a grant in which a node lies; empty for a grant at a person, None when it lies in none."""
    if grant.person_id is not None:
        return ""
    return next((prefix for prefix in grant.prefixes if node.path.startswith(prefix)), None)


def _columns() -> Select[*tuple[Any, ...]]:
    return select(
        RoleDetail.role_id,
        RoleDetail.code,
        RoleDetail.level,
        RoleDetail.label_en,
        RoleDetail.label_zh,
        RoleDetail.is_builtin,
        RoleDetail.version,
    )


def _line(row: Any, holders: int = 0) -> Line:
    return Line(
        row.role_id,
        row.code,
        row.level,
        row.label_en,
        row.label_zh,
        row.is_builtin,
        row.version,
        holders,
    )


def _matching(stmt: Select[*tuple[Any, ...]], actor: Actor, name: str) -> Select[*tuple[Any, ...]]:
    stmt = stmt.where(RoleDetail.level >= own_level(actor, Permission.ROLE_READ))
    if not name:
        return stmt
    columns = (RoleDetail.label_zh, RoleDetail.label_en, RoleDetail.code)
    return stmt.where(or_(*(column.icontains(name, autoescape=True) for column in columns)))


def _holders_of(session: Session, actor: Actor, ids: list[int]) -> dict[int, int]:
    stmt = (
        select(AccountGrant.role_id, func.count(AccountGrant.account_id.distinct()).label("holders"))
        .where(AccountGrant.role_id.in_(ids), AccountGrant.ended_at.is_(None))
        .group_by(AccountGrant.role_id)
    )
    rows = session.execute(visible(stmt, AccountGrant, actor, Permission.ACCOUNT_READ))
    return {row.role_id: row.holders for row in rows}


def _holder(row: Any, names: dict[str, list[str]], actor: Actor) -> Holder:
    is_seen = row.path is not None and actor.covers(Permission.ACCOUNT_READ, row.path)
    place = [*names[row.path], *([row.class_set] if row.class_set else [])] if is_seen else []
    return Holder(
        account_id=row.id,
        name=row.name,
        state=row.state,
        home=" / ".join(names[row.home]),
        place=" / ".join(place) or None,
        is_personal=row.person_id is not None,
    )


def _handle() -> Any:
    named = select(func.min(LoginName.name)).where(
        LoginName.account_id == Account.id,
        LoginName.kind.in_(NAME_KINDS),
        LoginName.retired_at.is_(None),
    )
    return named.correlate(Account).scalar_subquery()


def _found(handle: Any) -> Select[*tuple[Any, ...]]:
    return select(Account.id, Account.name, Account.state, Account.tree_path, handle.label("handle"))


def _named(row: Any, names: dict[str, list[str]]) -> Found:
    return Found(
        row.id, row.name, row.state, row.handle or f"#{row.id}", " / ".join(names[row.tree_path]), row.tree_path
    )
