"""Accounts for tests of user administration: made by the real services, named shortly."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.access.scope import everything
from app.accounts import services
from app.accounts.actors import actor_for
from app.accounts.models import Account, User
from app.accounts.rules import NewAccount, NewGrant
from tests.world import KEYRING

LONG = "nine tall green hills"
"""A password for every level."""


def hired(session: Session, user_name: str, home: str, *grants: NewGrant, password: str | None = None) -> int:
    """Make an account and return its id."""
    new = NewAccount(name=f"员工{user_name}", home_code=home, user_name=user_name, grants=grants)
    return services.create(session, SYSTEM, new, password=password, keyring=KEYRING)


def acting(session: Session, user_name: str, home: str, role: str) -> Actor:
    """Make an account with one role at its home and return its actor."""
    return actor_for(session, hired(session, user_name, home, NewGrant(role, node_code=home)))


def row(session: Session, account_id: int) -> Account:
    """The account as it stands in the database now."""
    stmt = select(Account).where(Account.id == account_id).execution_options(populate_existing=True)
    return session.scalars(everything(stmt, because="a test looks at everything")).one()


def digest_of(session: Session, account_id: int) -> str | None:
    """The digest of an account's password."""
    stmt = select(User.password).join(Account, Account.user_id == User.id).where(Account.id == account_id)
    found: str | None = session.scalar(everything(stmt, because="a test looks at everything"))
    return found
