"""Making accounts, with their first grants and names."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.access.actor import LOWEST_LEVEL, SYSTEM, Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.accounts.models import Account, AccountGrant, RoleDetail, User
from app.accounts.rules import (
    PERSONAL,
    NameKind,
    NewAccount,
    NewGrant,
    check_password,
    check_unit_number,
    check_user_name,
)
from app.accounts.services.locking import refuse_above
from app.accounts.services.names import Sealed, add_name, checked_mobile, department_at, set_mobile_name
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.codes.rules import CodeKind, Issued, Subject
from app.codes.services import issue
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Conflict, Invalid, NotFound
from app.orgs import queries as orgs
from app.orgs.models import ClassSet, OrgNode
from app.orgs.rules import checked_name
from app.orgs.services import plant_root
from app.people.models import Person
from app.people.rules import is_student_number


def open_account(session: Session, actor: Actor, new: NewAccount, *, keyring: Keyring) -> tuple[int, Issued]:
    """Make an account as `create` does and issue its activation code; the only way to see that code."""
    account_id = create(session, actor, new, keyring=keyring)
    home = orgs.find(session, actor, Permission.ACCOUNT_CREATE, code=new.home_code)
    subject = Subject(account_id, home.id, home.path)
    issued = issue(session, actor, Permission.ACCOUNT_CREATE, CodeKind.ACTIVATION, [subject], keyring=keyring)
    return account_id, issued[0]


def create(
    session: Session,
    actor: Actor,
    new: NewAccount,
    *,
    password: str | None = None,
    keyring: Keyring | None = None,
) -> int:
    """Make an account at a place of the actor's, with its name and grants; returns its id.

    Without a password nobody can sign in until an activation code is redeemed; a mobile number needs the keyring.
    Raises `NotFound` (place, role, person, a school that is not the home's), `AboveOwnLevel` (a role the actor does not
    reach there), `NameTaken`, `Invalid`.
    """
    home = orgs.find(session, actor, Permission.ACCOUNT_CREATE, code=new.home_code)
    levels = _levels(session, {wanted.role for wanted in new.grants})
    level = min(levels.values(), default=LOWEST_LEVEL)
    refuse_above(actor, Permission.ACCOUNT_CREATE, level=level, path=home.path, role=", ".join(sorted(levels)))
    new = replace(new, user_name=_checked_user_name(new))
    _refuse_elsewhere(session, actor, new, home)
    digest = _digest(password, level, new) if password is not None else ""
    mobile = checked_mobile(new.mobile, keyring)
    account_id = _add_account(session, actor, new, home, digest=digest, mobile=mobile)
    add_name(session, account_id, new)
    if mobile and new.mobile_reason:
        set_mobile_name(session, account_id, mobile.name)
    for wanted in new.grants:
        grant(session, actor, account_id, wanted)
    _write_down(session, actor, account_id, home, new, mobile)
    return account_id


def _checked_user_name(new: NewAccount) -> str:
    """The sign-in name as it is kept, by its kind; `Invalid`."""
    if new.kind is NameKind.USER_NAME:
        return check_user_name(new.user_name)
    if new.kind is NameKind.UNIT_NUMBER:
        return check_unit_number(new.user_name)
    if new.kind is NameKind.STUDENT_NUMBER and is_student_number(new.user_name):
        return new.user_name
    raise Invalid({"user_name": "student_number_shape"})


def _refuse_elsewhere(session: Session, actor: Actor, new: NewAccount, home: OrgNode) -> None:
    """Refuse (`NotFound`) a school that is not the home's, and a person the actor does not reach."""
    if (new.kind is NameKind.STUDENT_NUMBER) != (new.school_id is not None):
        raise NotFound(what="school")
    if new.school_id is not None and new.school_id != home.school_id:
        raise NotFound(what="school")
    if new.person_id is not None:
        stmt = select(Person.id).where(Person.id == new.person_id)
        if session.scalar(visible(stmt, Person, actor, Permission.ACCOUNT_CREATE)) is None:
            raise NotFound(what="person")


def grant(session: Session, actor: Actor, account_id: int, wanted: NewGrant) -> int:
    """Give an account the caller has judged a role at a place (授权); ends its sessions.

    Raises `NotFound` (role or place, or a role that cannot stand at such a place), `AboveOwnLevel`, and `Conflict` when
    the account holds just that already.
    """
    role = session.execute(
        select(RoleDetail.role_id, RoleDetail.level).where(RoleDetail.code == wanted.role),
    ).one_or_none()
    if role is None or (wanted.role in PERSONAL) != (wanted.person_id is not None):
        raise NotFound(what="role")
    node_id, path = _place_of(session, actor, wanted)
    if path is not None:
        refuse_above(actor, Permission.ACCOUNT_GRANT, level=role.level, path=path, role=wanted.role)
    made = insert(AccountGrant).values(
        account_id=account_id,
        role_id=role.role_id,
        node_id=node_id,
        tree_path=path if node_id else None,
        class_set_id=wanted.class_set_id,
        person_id=wanted.person_id,
    )
    stmt = entering(made.returning(AccountGrant.id), AccountGrant, actor, Permission.ACCOUNT_GRANT)
    with refused(uq_account_grant_live=Conflict):
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


def set_password(session: Session, account_id: int, password: str, *, level: int, known: tuple[str, ...] = ()) -> None:
    """Store the digest of a new password (checked by `check_password`) and end every session of the account."""
    text = check_password(password, level=level, known=known)
    user = everything(select(Account.user_id).where(Account.id == account_id), because="the own password")
    user_id = session.scalars(user).one()
    session.execute(update(User).where(User.id == user_id).values(password=generate_password_hash(text)))
    _end_sessions(session, [account_id])


def _add_account(
    session: Session,
    actor: Actor,
    new: NewAccount,
    home: OrgNode,
    *,
    digest: str,
    mobile: Sealed | None,
) -> int:
    name = checked_name(new.name)
    values = {
        "user_id": _add_user(session, name, digest),
        "name": name,
        "node_id": home.id,
        "tree_path": home.path,
        "person_id": new.person_id,
        "department_id": department_at(session, new.department_id, home.path),
        "is_demo": new.is_demo,
        **(mobile.columns() if mobile else {}),
    }
    made = insert(Account).values(**values).returning(Account.id)
    account_id: int = session.execute(entering(made, Account, actor, Permission.ACCOUNT_CREATE)).scalar_one()
    return account_id


def _digest(password: str, level: int, new: NewAccount) -> str:
    return generate_password_hash(check_password(password, level=level, known=(new.user_name, new.name)))


def _levels(session: Session, roles: set[str]) -> dict[str, int]:
    """The level of each role, by its code; roles of the superusers' making included."""
    rows = session.execute(select(RoleDetail.code, RoleDetail.level).where(RoleDetail.code.in_(roles)))
    return {row.code: row.level for row in rows}


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


def _place_of(session: Session, actor: Actor, wanted: NewGrant) -> tuple[int | None, str | None]:
    """The node a grant stands at (None for class sets and persons) and its path (None for persons)."""
    if wanted.node_code is not None:
        node = orgs.find(session, actor, Permission.ACCOUNT_GRANT, code=wanted.node_code)
        return node.id, node.path
    if wanted.class_set_id is not None:
        stmt = select(ClassSet.tree_path).where(ClassSet.id == wanted.class_set_id, ClassSet.closed_at.is_(None))
        path = session.scalars(visible(stmt, ClassSet, actor, Permission.ACCOUNT_GRANT)).one_or_none()
        if path is None:
            raise NotFound(what="class_set")
        return None, path
    stmt_person = select(Person.id).where(Person.id == wanted.person_id)
    if session.scalar(visible(stmt_person, Person, actor, Permission.ACCOUNT_GRANT)) is None:
        raise NotFound(what="person")
    return None, None


def _write_down(
    session: Session,
    actor: Actor,
    account_id: int,
    home: OrgNode,
    new: NewAccount,
    mobile: Sealed | None,
) -> None:
    after = {"name": new.name, "user_name": new.user_name, "roles": [wanted.role for wanted in new.grants]}
    if mobile:
        after["mobile"] = mobile.masked
    reason = new.mobile_reason or None
    kind = ChangeKind.ACCOUNT_CREATED
    made = Change(kind, home.id, home.path, "account", account_id, new.name, new.person_id, after=after, reason=reason)
    in_both_books(session, actor, "account:create", made)


def _end_sessions(session: Session, account_ids: Sequence[int]) -> None:
    session.execute(
        everything(
            update(Account)
            .where(Account.id.in_(list(account_ids)))
            .values(session_epoch=Account.session_epoch + 1, version=Account.version + 1),
            because="a change of rights ends the sessions of exactly these accounts",
        ),
    )
