"""Reading the account an act is about: in scope, under the level rule, locked, of the version the page showed."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.models import Account, AccountGrant, RoleDetail
from app.accounts.rules import AboveOwnLevel, GrantAt, HeldElsewhere, OwnAccount, may_act
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.core.errors import NotFound, Stale
from app.orgs.models import ClassSet
from app.people.models import Person

COLUMNS = (
    Account.id,
    Account.user_id,
    Account.node_id,
    Account.tree_path,
    Account.name,
    Account.state,
    Account.version,
    Account.person_id,
    Account.department_id,
    Account.email,
    Account.sealed_as,
    Account.mobile_sealed,
)
JUDGED = "the account was read and locked within the actor's scope"


@dataclass(frozen=True)
class Held:
    """An account, locked until the transaction ends."""

    id: int
    user_id: int
    node_id: int
    tree_path: str
    name: str
    state: str
    version: int
    person_id: int | None
    department_id: int | None
    email: str | None
    sealed_as: uuid.UUID | None
    mobile_sealed: bytes | None


def locked(session: Session, actor: Actor, permission: Permission, account_id: int, version: int) -> Held:
    """The account of an id, locked, for an act of somebody else than its owner.

    Raises `NotFound` (out of scope or above the own level), `OwnAccount`, `Stale`, and `HeldElsewhere` when one of its
    roles stands where the actor may not do this: taking over the account would reach that place as well.
    """
    stmt = select(*COLUMNS).where(Account.id == account_id).with_for_update(of=Account)
    row = session.execute(visible(stmt, Account, actor, permission)).one_or_none()
    if row is None:
        raise NotFound(what="account")
    held = Held(**row._mapping)  # noqa: SLF001  SQLAlchemy's own way to read a row by names
    if account_id == actor.user_id:
        raise OwnAccount
    if version != held.version:
        raise Stale({"name": held.name, "state": held.state}, held.version)
    refuse_held_elsewhere(session, actor, permission, account_id)
    return held


def own(session: Session, actor: Actor) -> Held:
    """The actor's own account, locked."""
    stmt = select(*COLUMNS).where(Account.id == actor.user_id).with_for_update()
    row = session.execute(everything(stmt, because="the own account")).one_or_none()
    if row is None:
        raise NotFound(what="account")
    return Held(**row._mapping)  # noqa: SLF001  SQLAlchemy's own way to read a row by names


def refuse_held_elsewhere(session: Session, actor: Actor, permission: Permission, account_id: int) -> None:
    """Refuse when a live grant of the account stands beyond what the actor may act on."""
    for live in grants_at(session, account_id):
        if live.path is not None and not may_act(actor, permission, level=live.level, path=live.path):
            raise HeldElsewhere


def refuse_persons_elsewhere(session: Session, actor: Actor, permission: Permission, account_id: int) -> None:
    """Refuse (`HeldElsewhere`) when the account opens rows of a person who is not the actor's, such as a child.

    For what gives a way into the account; shutting it or changing its roles takes nobody there.
    """
    if persons_elsewhere(session, actor, permission, [account_id]):
        raise HeldElsewhere


def persons_elsewhere(
    session: Session, actor: Actor, permission: Permission, account_ids: Sequence[int]
) -> frozenset[int]:
    """Those of these accounts that hold a role at a person beyond the actor's reach; one statement."""
    if actor.is_system:
        return frozenset()
    own = visible(select(Person.id).where(Person.id == AccountGrant.person_id), Person, actor, permission)
    stmt = select(AccountGrant.account_id).where(
        AccountGrant.account_id.in_(account_ids),
        AccountGrant.ended_at.is_(None),
        AccountGrant.person_id.is_not(None),
        ~own.correlate(AccountGrant).exists(),
    )
    found = session.scalars(everything(stmt, because="what an account in scope holds, to judge who may act on it"))
    return frozenset(found)


def grants_at(session: Session, account_id: int) -> list[GrantAt]:
    """The live grants of an account: level and path; one statement."""
    path = func.coalesce(AccountGrant.tree_path, ClassSet.tree_path)
    stmt = (
        select(RoleDetail.level, path.label("path"))
        .select_from(AccountGrant)
        .join(RoleDetail, RoleDetail.role_id == AccountGrant.role_id)
        .join(ClassSet, ClassSet.id == AccountGrant.class_set_id, isouter=True)
        .where(AccountGrant.account_id == account_id, AccountGrant.ended_at.is_(None))
    )
    rows = session.execute(everything(stmt, because="what an account in scope holds, to judge who may act on it"))
    return [GrantAt(row.level, row.path) for row in rows]


def refuse_above(actor: Actor, permission: Permission, *, level: int, path: str, role: str) -> None:
    """Refuse (`AboveOwnLevel`) a role of this level at this place unless the actor reaches it."""
    if not may_act(actor, permission, level=level, path=path):
        raise AboveOwnLevel(role=role)


def put(session: Session, account_id: int, *, ends_sessions: bool, **values: object) -> None:
    """Write an account that was locked before; with `ends_sessions` every cookie of it is dead from now on."""
    if ends_sessions:
        values["session_epoch"] = Account.session_epoch + 1
    stmt = update(Account).where(Account.id == account_id).values(**values, version=Account.version + 1)
    session.execute(everything(stmt, because=JUDGED))


def write_down(  # noqa: PLR0913  what an audit line and a change record need
    session: Session,
    actor: Actor,
    act: str,
    kind: ChangeKind,
    held: Held,
    *,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str | None = None,
) -> None:
    """Write an act on one account into the audit and the change records; values are masked already."""
    change = Change(
        kind,
        held.node_id,
        held.tree_path,
        "account",
        held.id,
        held.name,
        person_id=held.person_id,
        before=before,
        after=after,
        reason=reason,
    )
    in_both_books(session, actor, act, change)
