"""Every write to accounts and grants; signing in and out is in `sign_in`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.access.actor import SYSTEM, Actor
from app.access.permissions import Permission
from app.access.roles import ROLE_BY_CODE
from app.access.scope import entering, everything, visible
from app.accounts.models import Account, AccountGrant, LoginName, RoleDetail, User
from app.accounts.rules import (
    AboveOwnLevel,
    NameKind,
    NameTaken,
    NewAccount,
    NewGrant,
    check_password,
    check_user_name,
)
from app.audit.services import record
from app.core.errors import NotFound
from app.orgs import queries as orgs
from app.orgs.models import ClassSet
from app.orgs.services import plant_root


def create(session: Session, actor: Actor, new: NewAccount, *, password: str | None = None) -> int:
    """Make an account at a place of the actor's, with its name and grants; returns its id.

    Without a password nobody can sign in until an activation code is redeemed. Raises `NotFound` (place),
    `AboveOwnLevel` (a role above the actor's own), `NameTaken`, `Invalid` (name or password).
    """
    home = orgs.find(session, actor, Permission.ACCOUNT_CREATE, code=new.home_code)
    level = min((ROLE_BY_CODE[g.role].level for g in new.grants), default=8)
    if new.kind is NameKind.USER_NAME:
        check_user_name(new.user_name)
    digest = _digest(password, level, new) if password is not None else ""
    user_id = _add_user(session, new.name, digest)
    values = {
        "user_id": user_id,
        "name": new.name,
        "node_id": home.id,
        "tree_path": home.path,
        "person_id": new.person_id,
        "is_demo": new.is_demo,
    }
    made = insert(Account).values(**values).returning(Account.id)
    account_id: int = session.execute(entering(made, Account, actor, Permission.ACCOUNT_CREATE)).scalar_one()
    _add_name(session, account_id, new)
    for wanted in new.grants:
        grant(session, actor, account_id, wanted)
    after = {"name": new.name, "user_name": new.user_name}
    record(session, actor, "account:create", subject="account", ids=[account_id], path=home.path, after=after)
    return account_id


def grant(session: Session, actor: Actor, account_id: int, wanted: NewGrant) -> int:
    """Give an account a role at a place (授权); the role's level must not be above the actor's. Ends its sessions."""
    role = session.execute(
        select(RoleDetail.role_id, RoleDetail.level).where(RoleDetail.code == wanted.role),
    ).one_or_none()
    if role is None:
        raise NotFound(what="role")
    if role.level < actor.level:
        raise AboveOwnLevel(role=wanted.role)
    node_id, path = _place_of(session, actor, wanted)
    made = insert(AccountGrant).values(
        account_id=account_id,
        role_id=role.role_id,
        node_id=node_id,
        tree_path=path if node_id else None,
        class_set_id=wanted.class_set_id,
        person_id=wanted.person_id,
    )
    stmt = entering(made.returning(AccountGrant.id), AccountGrant, actor, Permission.ACCOUNT_GRANT)
    grant_id: int = session.execute(stmt).scalar_one()
    _end_sessions(session, [account_id])
    after = {"account": account_id, "role": wanted.role}
    record(session, actor, "account:grant", subject="account_grant", ids=[grant_id], path=path or "/", after=after)
    return grant_id


def make_first_superuser(  # noqa: PLR0913  what the first-run page asks
    session: Session,
    *,
    root_name: str,
    root_kind: str,
    root_code: str,
    name: str,
    user_name: str,
    password: str,
) -> int:
    """Make the root node and the first superuser of an empty system; returns the account's id (`RootExists`)."""
    root = plant_root(session, SYSTEM, kind=root_kind, name=root_name, code=root_code)
    grants = (NewGrant("system_admin", node_code=root.code),)
    new = NewAccount(name=name, home_code=root.code, user_name=user_name, grants=grants)
    return create(session, SYSTEM, new, password=password)


def set_password(session: Session, account_id: int, password: str, *, level: int) -> None:
    """Store the digest of a new password (checked by `check_password`) and end every session of the account."""
    text = check_password(password, level=level)
    user = everything(select(Account.user_id).where(Account.id == account_id), because="the own password")
    user_id = session.scalars(user).one()
    session.execute(update(User).where(User.id == user_id).values(password=generate_password_hash(text)))
    _end_sessions(session, [account_id])


def _digest(password: str, level: int, new: NewAccount) -> str:
    return generate_password_hash(check_password(password, level=level, known=(new.user_name, new.name)))


def _add_user(session: Session, name: str, digest: str) -> int:
    values = {
        "username": secrets.token_hex(16),
        "first_name": name[:64],
        "last_name": "",
        "email": None,
        "active": True,
        "password": digest,
    }
    user_id: int = session.execute(insert(User).values(**values).returning(User.id)).scalar_one()
    return user_id


def _add_name(session: Session, account_id: int, new: NewAccount) -> None:
    school_id = new.school_id if new.kind is NameKind.STUDENT_NUMBER else None
    taken = session.scalar(
        select(func.count())
        .select_from(LoginName)
        .where(
            func.lower(LoginName.name) == new.user_name.lower(),
            LoginName.school_id.is_not_distinct_from(school_id),
        ),
    )
    if taken:
        raise NameTaken
    session.execute(
        insert(LoginName).values(account_id=account_id, school_id=school_id, kind=new.kind, name=new.user_name),
    )


def _place_of(session: Session, actor: Actor, wanted: NewGrant) -> tuple[int | None, str | None]:
    """The node a grant stands at (None for class sets and persons) and the path to write into the audit."""
    if wanted.node_code is not None:
        node = orgs.find(session, actor, Permission.ACCOUNT_GRANT, code=wanted.node_code)
        return node.id, node.path
    if wanted.class_set_id is not None:
        stmt = select(ClassSet.tree_path).where(ClassSet.id == wanted.class_set_id, ClassSet.closed_at.is_(None))
        path = session.scalars(visible(stmt, ClassSet, actor, Permission.ACCOUNT_GRANT)).one_or_none()
        if path is None:
            raise NotFound(what="class_set")
        return None, path
    actor.require(Permission.ACCOUNT_GRANT)
    return None, None


def _end_sessions(session: Session, account_ids: Sequence[int]) -> None:
    session.execute(
        everything(
            update(Account)
            .where(Account.id.in_(list(account_ids)))
            .values(session_epoch=Account.session_epoch + 1, version=Account.version + 1),
            because="a change of rights ends the sessions of exactly these accounts",
        ),
    )
