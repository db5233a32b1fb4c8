"""Signing in and out: throttled tries, sessions as rows, one-time first-run links.

An extra file beside `services`: these acts have no actor yet, and failed tries are counted in own transactions.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.access.scope import everything
from app.accounts.models import Account, AccountGrant, AccountSession, FirstRunLink, LoginName, RoleDetail, User
from app.accounts.rules import (
    FIRST_RUN_LIFE,
    PROVED_FOR,
    STAFF_IDLE,
    STAFF_LONGEST,
    TRIES_PER_ADDRESS,
    TRIES_PER_NAME,
    LinkSpent,
    Locked,
    NameKind,
    PasswordOutgrown,
    WrongCredentials,
    mobile_name,
    normalised,
    session_length,
    shortest_password,
)
from app.accounts.workflow import AccountState
from app.codes.throttle import network_of
from app.codes.tries import guessed
from app.core.clock import now, sql_now
from app.core.crypto import Keyring
from app.core.db import Database
from app.orgs.models import OrgNode
from app.people.rules import is_mobile, normalise_phone

Renew = Callable[[Session, int], None]
"""Sets a longer password for an account whose owner has just proved the present one."""
NOBODY = generate_password_hash(secrets.token_urlsafe(16))
"""Checked when there is no such account, so that both ways take the same time."""


@dataclass(frozen=True)
class SignedIn:
    """A new session: the random id for the cookie, and whose it is."""

    token: str
    account_id: int
    locale: str
    is_long: bool = False
    """Lasts for days, so the browser must keep the cookie when it is closed."""


def sign_in(  # noqa: PLR0913  what a browser sends
    database: Database,
    *,
    name: str,
    password: str,
    address: str,
    device: str,
    school_id: int | None = None,
    keyring: Keyring | None = None,
    renew: Renew | None = None,
) -> SignedIn:
    """Open a session for a name and password, or raise `WrongCredentials`, `Locked` or `PasswordOutgrown`.

    The name is a user name, a unit number, with a school's id a student number, and with the keyring a mobile number
    that was entered for signing in. A try is counted before it is made, in its own transaction, and given back when it
    succeeds: 10 failures in 10 minutes per name, 100 per address, however many come at once. The same work is done
    whether the account exists or not. A right password that is too short for the roles of now opens nothing, unless
    `renew` sets a longer one first.
    """
    typed = _typed(name, keyring)
    buckets = {
        f"sign-in:name:{school_id or ''}:{token_digest(typed.name).hex()[:32]}": TRIES_PER_NAME,
        f"sign-in:address:{network_of(address)}": TRIES_PER_ADDRESS,
    }
    account = guessed(
        database, buckets, Locked, (WrongCredentials,), lambda: _proved(database, typed, school_id, password)
    )
    return database.transaction(lambda session: _enter(session, account.id, password, device, renew))


def _enter(session: Session, account_id: int, password: str, device: str, renew: Renew | None) -> SignedIn:
    """Open the session; before that, where the roles ask for a longer password, see that there is one."""
    levels = _roles(session, account_id).values()
    if levels and len(normalised(password)) < (shortest := shortest_password(min(levels))):
        if renew is None:
            raise PasswordOutgrown(shortest=shortest)
        renew(session, account_id)
    return open_session(session, account_id, device)


def _proved(database: Database, typed: _Typed, school_id: int | None, password: str) -> _Credentials:
    """The account of a name and password, or `WrongCredentials`."""
    account = database.transaction(lambda session: _account(session, typed, school_id))
    digest = account.password if account and account.password else NOBODY
    right = check_password_hash(digest, normalised(password))
    if account is None or not right or account.state != AccountState.ACTIVE:
        raise WrongCredentials
    return account


@dataclass(frozen=True)
class _Typed:
    """A name as it was typed; of a mobile number only its keyed digest."""

    name: str
    is_mobile: bool = False


def _typed(name: str, keyring: Keyring | None) -> _Typed:
    phone = normalise_phone(name)
    if keyring is not None and is_mobile(phone):
        return _Typed(mobile_name(phone, keyring), is_mobile=True)
    # the database stores no NUL, so no name holds one; what stands in its place is in no name either
    return _Typed(name.strip().lower().replace("\0", " "))


@dataclass(frozen=True)
class _Credentials:
    id: int
    state: str
    password: str | None


def _account(session: Session, typed: _Typed, school_id: int | None) -> _Credentials | None:
    stmt = (
        select(Account.id, Account.state, User.password)
        .join(LoginName, LoginName.account_id == Account.id)
        .join(User, User.id == Account.user_id)
        .where(
            func.lower(LoginName.name) == typed.name,
            (LoginName.kind == NameKind.MOBILE) == typed.is_mobile,
            LoginName.school_id.is_not_distinct_from(school_id),
            LoginName.retired_at.is_(None),
        )
    )
    row = session.execute(everything(stmt, because="nobody is an actor before signing in")).one_or_none()
    return _Credentials(row.id, row.state, row.password) if row else None


def open_session(session: Session, account_id: int, device: str) -> SignedIn:
    """Open a session of an account that has just proved who it is."""
    token = secrets.token_urlsafe(32)
    stmt = everything(
        select(Account.session_epoch, Account.locale).where(Account.id == account_id),
        because="the session of the account that just signed in",
    )
    account = session.execute(stmt).one()
    idle, longest = session_length(_roles(session, account_id), device)
    set_last = update(Account).where(Account.id == account_id).values(last_sign_in_at=sql_now())
    session.execute(everything(set_last, because="the session of the account that just signed in"))
    session.add(
        AccountSession(
            digest=token_digest(token),
            account_id=account_id,
            epoch=account.session_epoch,
            device=device[:200],
            idle_minutes=int(idle.total_seconds() // 60),
            ends_at=now(session) + longest,
        ),
    )
    return SignedIn(token, account_id, account.locale, is_long=longest > STAFF_LONGEST)


def _roles(session: Session, account_id: int) -> Mapping[str, int]:
    """The codes of the roles an account holds, and their levels."""
    stmt = (
        select(RoleDetail.code, RoleDetail.level)
        .join(AccountGrant, AccountGrant.role_id == RoleDetail.role_id)
        .where(AccountGrant.account_id == account_id, AccountGrant.ended_at.is_(None))
    )
    rows = session.execute(everything(stmt, because="the session of the account that just signed in"))
    return {row.code: row.level for row in rows}


def is_proved(session: Session, token: str) -> bool:
    """Whether this session may show personal numbers: a short one always, a long one soon after its password."""
    stmt = select(AccountSession.id).where(
        AccountSession.digest == token_digest(token),
        or_(
            AccountSession.idle_minutes <= int(STAFF_IDLE.total_seconds() // 60),
            AccountSession.proved_at > sql_now() - PROVED_FOR,
        ),
    )
    return session.scalar(stmt) is not None


def account_of(session: Session, token: str, *, is_attended: bool = True) -> int | None:
    """Whose session a cookie's id is, or None: ended, idle too long, past its end, or of an earlier epoch.

    `seen_at` is written at most once a minute, and never for what a page asks by itself (not `is_attended`).
    """
    idle = AccountSession.idle_minutes * timedelta(minutes=1)
    stmt = (
        select(AccountSession.id, AccountSession.account_id, AccountSession.seen_at, sql_now().label("now"))
        .join(Account, Account.id == AccountSession.account_id)
        .where(
            AccountSession.digest == token_digest(token),
            AccountSession.ended_at.is_(None),
            AccountSession.ends_at > sql_now(),
            AccountSession.seen_at + idle > sql_now(),
            AccountSession.epoch == Account.session_epoch,
            Account.state == AccountState.ACTIVE,
        )
    )
    row = session.execute(everything(stmt, because="the session decides who the actor is")).one_or_none()
    if row is None:
        return None
    if is_attended and row.now - row.seen_at > timedelta(minutes=1):
        session.execute(update(AccountSession).where(AccountSession.id == row.id).values(seen_at=sql_now()))
    account_id: int = row.account_id
    return account_id


def sign_out(session: Session, token: str) -> None:
    """End a session; its cookie opens nothing any more, wherever a copy of it is."""
    session.execute(
        update(AccountSession)
        .where(AccountSession.digest == token_digest(token), AccountSession.ended_at.is_(None))
        .values(ended_at=sql_now()),
    )


def token_digest(token: str) -> bytes:
    """What is stored of a random id (256 bits need no key)."""
    return hashlib.sha256(token.encode()).digest()


def needs_first_run(session: Session) -> bool:
    """Whether the system is empty: it has no root node yet."""
    stmt = select(literal(1)).select_from(OrgNode).limit(1)
    return session.scalar(everything(stmt, because="is there anything at all")) is None


def issue_first_run_link(session: Session) -> str:
    """Make the token of a one-time link to the first-run page, good for an hour; earlier ones die."""
    session.execute(update(FirstRunLink).where(FirstRunLink.used_at.is_(None)).values(used_at=sql_now()))
    token = secrets.token_urlsafe(24)
    session.add(FirstRunLink(digest=token_digest(token), expires_at=now(session) + FIRST_RUN_LIFE))
    return token


def is_first_run_link(session: Session, token: str) -> bool:
    """Whether the link still works, without using it up."""
    stmt = select(FirstRunLink.id).where(
        FirstRunLink.digest == token_digest(token),
        FirstRunLink.used_at.is_(None),
        FirstRunLink.expires_at > sql_now(),
    )
    return session.scalar(stmt) is not None


def redeem_first_run_link(session: Session, token: str) -> None:
    """Use the link up, exactly once, or raise `LinkSpent`."""
    stmt = (
        update(FirstRunLink)
        .where(
            FirstRunLink.digest == token_digest(token),
            FirstRunLink.used_at.is_(None),
            FirstRunLink.expires_at > sql_now(),
        )
        .values(used_at=sql_now())
        .returning(FirstRunLink.id)
    )
    if session.scalar(stmt) is None:
        raise LinkSpent
