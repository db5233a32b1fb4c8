"""Accounts within the actor's reach: the list, those ticked in it, whom a permission reaches."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.accounts.models import Account, AccountGrant, LoginName, RoleDetail, User
from app.accounts.rules import MOBILE_AT, NameKind
from app.accounts.workflow import AccountState
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.departments.models import Department
from app.lists.keyset import Cut, Order, Spot, counted, cut
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.orgs.rules import Lineage
from app.people.rules import mask_phone

ORDER = Order(OrgNode.sort_path, Account.id)
WITHOUT_ACCESS = "without_access"
"""What a list may be asked for beside the states: posts whose holders have never come in."""
SCHOOL_LEVEL = 5
"""Roles of this level and below work inside one school (spec/roles.md)."""
ROW_IN_SCOPE = "rows already in scope"


@dataclass(frozen=True)
class Asked:
    """What the query form was filled with."""

    name: str = ""
    user_name: str = ""
    state: str = ""


@dataclass(frozen=True)
class Line:
    """An account as a list shows it: `place` is its home's name with its school's, the mobile number is masked."""

    id: int
    name: str
    user_name: str
    place: str
    department: str | None
    mobile: str
    state: str
    created_at: datetime
    is_activated: bool
    last_sign_in_at: datetime | None
    version: int
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Ticked:
    """An account somebody ticked; `is_in_use` says that its owner has a password."""

    name: str
    user_name: str
    is_in_use: bool


def count(session: Session, actor: Actor, asked: Asked) -> int:
    """How many accounts match, counted up to 10,001."""
    matching = _matching(select(Account.id), actor, asked)
    along = (AccountGrant, OrgNode)
    return counted(session, visible(matching, Account, actor, Permission.ACCOUNT_READ, along=along))


def page(session: Session, actor: Actor, asked: Asked, *, spot: Spot, keyring: Keyring) -> Cut[Line]:
    """One page of accounts, by place and the order they were made in; three statements."""
    stmt = _matching(columns(), actor, asked).join(OrgNode, OrgNode.id == Account.node_id)
    scoped = visible(stmt, Account, actor, Permission.ACCOUNT_READ, along=(Department, OrgNode, AccountGrant))
    found = cut(session, scoped, ORDER, spot)
    places = orgs.lineages(session, {row.tree_path for row in found.rows})
    roles = _roles_of(session, [row.id for row in found.rows])
    return found.each(lambda row: line_of(row, places[row.tree_path], roles.get(row.id, ()), keyring))


def ticked(session: Session, actor: Actor, ids: Sequence[int]) -> list[Ticked]:
    """Ticked accounts that the actor may give a code, by place; `NotFound` when a single one is out of reach."""
    stmt = (
        columns()
        .add_columns((User.password != "").label("is_in_use"))
        .join(User, User.id == Account.user_id)
        .where(Account.id.in_(ids))
        .order_by(Account.tree_path, Account.id)
    )
    rows = session.execute(visible(stmt, Account, actor, Permission.ACCOUNT_RESET, along=(Department,))).all()
    if len(rows) != len(set(ids)):
        raise NotFound(what="account")
    return [Ticked(row.name, row.user_name or "", bool(row.is_in_use)) for row in rows]


def columns() -> Select[*tuple[Any, ...]]:
    """What every reading of an account begins with; the caller scopes it."""
    user_name = (
        select(func.min(LoginName.name))
        .where(LoginName.account_id == Account.id, LoginName.kind != NameKind.MOBILE)
        .correlate(Account)
        .scalar_subquery()
    )
    return select(
        Account.id,
        Account.name,
        user_name.label("user_name"),
        Account.tree_path,
        Department.name.label("department"),
        Account.mobile_sealed,
        Account.sealed_as,
        Account.state,
        Account.created_at,
        Account.activated_at,
        Account.last_sign_in_at,
        Account.version,
    ).join(Department, Department.id == Account.department_id, isouter=True)


def _matching(stmt: Select[*tuple[Any, ...]], actor: Actor, asked: Asked) -> Select[*tuple[Any, ...]]:
    if asked.name:
        stmt = stmt.where(Account.name.contains(asked.name, autoescape=True))
    if asked.user_name:
        named = select(LoginName.id).where(
            LoginName.account_id == Account.id,
            LoginName.kind != NameKind.MOBILE,
            func.lower(LoginName.name).contains(asked.user_name.lower(), autoescape=True),
        )
        stmt = stmt.where(named.exists())
    if asked.state == WITHOUT_ACCESS:
        return stmt.where(_without_access(actor))
    return stmt.where(Account.state == AccountState(asked.state)) if asked.state else stmt


def _without_access(actor: Actor) -> ColumnElement[bool]:
    """A post whose holder has never come in: in use, but no code was redeemed for it and it has no password.

    Inside a school that is everybody; whoever stands higher looks after the own office and those right below it.
    """
    held = exists().where(
        AccountGrant.account_id == Account.id, AccountGrant.ended_at.is_(None), AccountGrant.person_id.is_(None)
    )
    shut_out = exists().where(User.id == Account.user_id, User.password == "")
    grants = [grant for grant in actor.grants if Permission.ACCOUNT_READ in grant.permissions]
    inside = tuple(place for grant in grants if grant.level >= SCHOOL_LEVEL for place in grant.prefixes)
    office = aliased(OrgNode)
    own = [ids_in(place)[-1] for place in actor.places(Permission.ACCOUNT_READ) if ids_in(place)]
    offices = select(office.id).where(or_(office.id.in_(own), office.parent_id.in_(own)))
    return and_(
        Account.state == AccountState.ACTIVE,
        Account.activated_at.is_(None),
        or_(under(Account.tree_path, inside), Account.node_id.in_(offices)),
        held,
        shut_out,
    )


def line_of(row: Any, place: Lineage, roles: tuple[str, ...], keyring: Keyring) -> Line:
    """A row of `columns` as a list shows it."""
    phone = keyring.open(row.mobile_sealed, MOBILE_AT, row.sealed_as) if row.mobile_sealed else ""
    return Line(
        id=row.id,
        name=row.name,
        user_name=row.user_name or "",
        place=place.short_label,
        department=row.department,
        mobile=mask_phone(phone) if phone else "",
        state=row.state,
        created_at=row.created_at,
        is_activated=row.activated_at is not None or row.last_sign_in_at is not None,
        last_sign_in_at=row.last_sign_in_at,
        version=row.version,
        roles=roles,
    )


def _roles_of(session: Session, ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    stmt = (
        select(AccountGrant.account_id, RoleDetail.code)
        .join(RoleDetail, RoleDetail.role_id == AccountGrant.role_id)
        .where(AccountGrant.account_id.in_(ids), AccountGrant.ended_at.is_(None))
        .order_by(RoleDetail.level, RoleDetail.code)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in session.execute(everything(stmt, because=ROW_IN_SCOPE)):
        found[row.account_id] = tuple(dict.fromkeys((*found.get(row.account_id, ()), row.code)))
    return found


def within(session: Session, actor: Actor, permission: Permission, account_ids: Iterable[int]) -> set[int]:
    """Which of these accounts the actor's permission reaches."""
    stmt = select(Account.id).where(Account.id.in_(set(account_ids)))
    return set(session.scalars(visible(stmt, Account, actor, permission)))
