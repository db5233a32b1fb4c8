"""Signing in and out: throttled tries, sessions as rows, one-time first-run links.

An extra file beside `services`: these acts have no actor yet, and failed tries are counted in own transactions.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from app.access.scope import everything
from app.accounts.models import Account, AccountSession, AccountState, FirstRunLink, LoginName, Throttle, User
from app.accounts.rules import (
    FIRST_RUN_LIFE,
    STAFF_IDLE,
    STAFF_LONGEST,
    THROTTLE_WINDOW,
    TRIES_PER_ADDRESS,
    TRIES_PER_NAME,
    LinkSpent,
    Locked,
    WrongCredentials,
)
from app.core.clock import now, sql_now
from app.core.db import Database
from app.orgs.models import OrgNode

NOBODY = generate_password_hash(secrets.token_urlsafe(16))
"""Checked when there is no such account, so that both ways take the same time."""


@dataclass(frozen=True)
class SignedIn:
    """A new session: the random id for the cookie, and whose it is."""

    token: str
    account_id: int
    locale: str


def sign_in(
    database: Database,
    *,
    name: str,
    password: str,
    address: str,
    device: str,
    school_id: int | None = None,
) -> SignedIn:
    """Open a session for a name and password, or raise `WrongCredentials` or `Locked`.

    A failed try is counted in its own transaction, so that the refusal does not undo the count: 10 in 10 minutes per
    name, 100 per address.
    """
    buckets = {
        f"sign-in:name:{school_id or ''}:{name.strip().lower()}": TRIES_PER_NAME,
        f"sign-in:address:{address}": TRIES_PER_ADDRESS,
    }
    database.transaction(lambda session: refuse_throttled(session, buckets))
    account = database.transaction(lambda session: _account(session, name, school_id))
    digest = account.password if account and account.password else NOBODY
    right = check_password_hash(digest, password)
    if account is None or not right or account.state != AccountState.ACTIVE:
        database.transaction(lambda session: count_try(session, buckets))
        raise WrongCredentials
    return database.transaction(lambda session: _open_session(session, account.id, device))


@dataclass(frozen=True)
class _Credentials:
    id: int
    state: str
    password: str | None


def _account(session: Session, name: str, school_id: int | None) -> _Credentials | None:
    stmt = (
        select(Account.id, Account.state, User.password)
        .join(LoginName, LoginName.account_id == Account.id)
        .join(User, User.id == Account.user_id)
        .where(
            func.lower(LoginName.name) == name.strip().lower(),
            LoginName.school_id.is_not_distinct_from(school_id),
            LoginName.retired_at.is_(None),
        )
    )
    row = session.execute(everything(stmt, because="nobody is an actor before signing in")).one_or_none()
    return _Credentials(row.id, row.state, row.password) if row else None


def _open_session(session: Session, account_id: int, device: str) -> SignedIn:
    token = secrets.token_urlsafe(32)
    stmt = everything(
        select(Account.session_epoch, Account.locale).where(Account.id == account_id),
        because="the session of the account that just signed in",
    )
    account = session.execute(stmt).one()
    session.add(
        AccountSession(
            digest=token_digest(token),
            account_id=account_id,
            epoch=account.session_epoch,
            device=device[:200],
            idle_minutes=int(STAFF_IDLE.total_seconds() // 60),
            ends_at=now(session) + STAFF_LONGEST,
        ),
    )
    return SignedIn(token, account_id, account.locale)


def account_of(session: Session, token: str) -> int | None:
    """Whose session a cookie's id is, or None: ended, idle too long, past its end, or of an earlier epoch.

    `seen_at` is written at most once a minute.
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
    if row.now - row.seen_at > timedelta(minutes=1):
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


def window_start(at: datetime) -> datetime:
    """The beginning of the throttle's window a moment lies in."""
    seconds = int(THROTTLE_WINDOW.total_seconds())
    return at.replace(microsecond=0) - timedelta(seconds=int(at.timestamp()) % seconds)


def refuse_throttled(session: Session, buckets: dict[str, int]) -> None:
    """Raise `Locked` when any bucket has had its tries in this window or, weighed by overlap, the one before."""
    at = now(session)
    start = window_start(at)
    share = 1 - (at - start) / THROTTLE_WINDOW
    rows = session.execute(
        select(Throttle.bucket, Throttle.window_start, Throttle.tries).where(
            Throttle.bucket.in_(list(buckets)),
            Throttle.window_start >= start - THROTTLE_WINDOW,
        ),
    )
    tries = dict.fromkeys(buckets, 0.0)
    for row in rows:
        tries[row.bucket] += row.tries if row.window_start == start else row.tries * share
    if any(tries[bucket] >= most for bucket, most in buckets.items()):
        raise Locked(seconds=int((start + THROTTLE_WINDOW - at).total_seconds()) + 1)


def count_try(session: Session, buckets: dict[str, int]) -> None:
    """Count one failed try in every bucket."""
    start = window_start(now(session))
    for bucket in sorted(buckets):
        stmt = insert(Throttle).values(bucket=bucket, window_start=start, tries=1)
        session.execute(
            stmt.on_conflict_do_update(
                index_elements=[Throttle.bucket, Throttle.window_start],
                set_={"tries": Throttle.tries + 1},
            ),
        )


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
