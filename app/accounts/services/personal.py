"""Accounts of students and guardians, made set-wise for rows of the roll.

The packages above judge whom an account is for and hand over places they have read and locked within their scope.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, Text, any_, func, insert, literal, select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything
from app.accounts.models import Account, AccountGrant, LoginName, RoleDetail, User
from app.accounts.rules import PERSONAL_LEVEL, AboveOwnLevel, NameTaken, NewPersonal, may_act
from app.audit.rules import common_path
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.codes.rules import CodeKind
from app.codes.services import issuers_of, withdraw
from app.core.db import refused

JUDGED = "what accounts hold that the calling service has judged"
GUARDIAN_NAME = "jz"
GUARDIAN_DIGITS = 8


def open_personal(session: Session, actor: Actor, new: Sequence[NewPersonal]) -> list[int]:
    """Make accounts for students or guardians and return their ids in the same order; nobody has a password yet.

    The actor must be allowed to make and to grant at each place (`AboveOwnLevel`); a sign-in name that is or was in
    use is `NameTaken`. As many statements for one as for thousands.
    """
    if not new:
        return []
    for permission in (Permission.ACCOUNT_CREATE, Permission.ACCOUNT_GRANT):
        if not all(may_act(actor, permission, level=PERSONAL_LEVEL, path=each.tree_path) for each in new):
            raise AboveOwnLevel
    users = _add_users(session, new)
    made = insert(Account).returning(Account.id, sort_by_parameter_order=True)
    rows = [_account(each, user_id) for each, user_id in zip(new, users, strict=True)]
    ids = list(session.scalars(entering(made, Account, actor, Permission.ACCOUNT_CREATE), rows))
    names = [
        {"account_id": account_id, "school_id": each.school_id, "kind": each.kind, "name": each.user_name}
        for account_id, each in zip(ids, new, strict=True)
    ]
    with refused(uq_login_name_name=NameTaken):
        session.execute(insert(LoginName), names)
    coming = [(account_id, each.role, each.person_id) for account_id, each in zip(ids, new, strict=True)]
    _begin(session, actor, coming, _roles(session))
    _write_down(session, actor, ids, new)
    return ids


def add_persons(session: Session, actor: Actor, wanted: Sequence[tuple[int, str, int]]) -> None:
    """Let accounts see a person's rows: (account, role, person) each; what one holds already stays as it is.

    An activation code that somebody else has seen is taken back when more comes: it would open that person's rows too.
    """
    ids = sorted({account_id for account_id, _, _ in wanted})
    locking = select(Account.id).where(Account.id.in_(ids)).order_by(Account.id).with_for_update()
    session.execute(everything(locking, because=JUDGED))
    stmt = select(AccountGrant.account_id, AccountGrant.role_id, AccountGrant.person_id).where(
        AccountGrant.account_id.in_(ids), AccountGrant.person_id.is_not(None), AccountGrant.ended_at.is_(None)
    )
    held = {tuple(row) for row in session.execute(everything(stmt, because=JUDGED))}
    roles = _roles(session)
    coming = [each for each in wanted if (each[0], roles[each[1]], each[2]) not in held]
    if coming:
        _begin(session, actor, coming, roles)
        _withdraw_seen(session, actor, sorted({account_id for account_id, _, _ in coming}))


def _roles(session: Session) -> dict[str, int]:
    return {row.code: row.role_id for row in session.execute(select(RoleDetail.code, RoleDetail.role_id))}


def _begin(session: Session, actor: Actor, coming: Sequence[tuple[int, str, int]], roles: Mapping[str, int]) -> None:
    rows = [
        {"account_id": account_id, "role_id": roles[role], "person_id": person_id}
        for account_id, role, person_id in coming
    ]
    session.execute(entering(insert(AccountGrant), AccountGrant, actor, Permission.ACCOUNT_GRANT), rows)


def _withdraw_seen(session: Session, actor: Actor, account_ids: Sequence[int]) -> None:
    """Take back the activation codes of these accounts that another account has issued and so has seen."""
    issuers = issuers_of(session, CodeKind.ACTIVATION, account_ids)
    seen = [account_id for account_id, issuer in issuers.items() if issuer not in {SYSTEM.user_id, actor.user_id}]
    if seen:
        withdraw(session, CodeKind.ACTIVATION, seen)


def names_in_use(session: Session, wanted: Sequence[tuple[int | None, str]]) -> set[tuple[int | None, str]]:
    """Of sign-in names, school and name, those that are or were in use, in lower case; one statement."""
    names = any_(literal([name.lower() for _, name in wanted], ARRAY(Text)))
    stmt = select(LoginName.school_id, func.lower(LoginName.name)).where(func.lower(LoginName.name) == names)
    schools = {school_id for school_id, _ in wanted}
    return {(row[0], row[1]) for row in session.execute(stmt) if row[0] in schools}


def draw_guardian_names(session: Session, count: int) -> list[str]:
    """Draw user names for guardians that nobody has or had: jz and eight digits."""
    drawn: list[str] = []
    while len(drawn) < count:
        fresh = {f"{GUARDIAN_NAME}{secrets.randbelow(10**GUARDIAN_DIGITS):0{GUARDIAN_DIGITS}}" for _ in range(count)}
        taken = {name for _, name in names_in_use(session, [(None, name) for name in fresh])}
        drawn = [*drawn, *sorted(fresh - taken - set(drawn))][:count]
    return drawn


def _add_users(session: Session, new: Sequence[NewPersonal]) -> list[int]:
    rows = [
        {
            "username": secrets.token_hex(16),
            "first_name": each.name[:64],
            "last_name": "",
            "email": None,
            "active": True,
            "password": "",
        }
        for each in new
    ]
    made = insert(User).returning(User.id, sort_by_parameter_order=True)
    return list(session.scalars(made, rows))


def _account(each: NewPersonal, user_id: int) -> dict[str, object]:
    return {
        "user_id": user_id,
        "name": each.name,
        "node_id": each.node_id,
        "tree_path": each.tree_path,
        "person_id": each.own_person_id,
        "is_demo": each.is_demo,
    }


def _write_down(session: Session, actor: Actor, ids: Sequence[int], new: Sequence[NewPersonal]) -> None:
    record(
        session,
        actor,
        "account:create",
        subject="account",
        ids=ids,
        path=common_path(each.tree_path for each in new),
        after={"count": len(ids), "roles": sorted({each.role for each in new})},
    )
    changes = [
        Change(
            ChangeKind.ACCOUNT_CREATED,
            each.node_id,
            each.tree_path,
            "account",
            account_id,
            each.name,
            each.person_id,
            after={"user_name": each.user_name, "role": each.role},
        )
        for account_id, each in zip(ids, new, strict=True)
    ]
    note(session, actor, changes)
