"""Accounts of the cast with a password, digested so cheaply that a test may try it often."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.accounts import sign_in as doors
from app.accounts.sign_in import SignedIn, sign_in
from app.core.db import Database
from tests.world import World

PASSWORD = "moon over the lake"
CHEAP = "pbkdf2:sha256:1"
ADDRESS = "203.0.113.7"


def give_password(session: Session, world: World, user_name: str) -> None:
    """Let an account of the cast sign in with PASSWORD."""
    stmt = "UPDATE ab_user SET password = :digest WHERE id = (SELECT user_id FROM account WHERE id = :id)"
    values = {"digest": generate_password_hash(PASSWORD, CHEAP), "id": world.accounts[user_name]}
    session.connection().execute(text(stmt), values)
    session.commit()


@pytest.fixture
def cheap_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the try of a name that does not exist take no longer than that of one that does."""
    monkeypatch.setattr(doors, "NOBODY", generate_password_hash("nobody's", CHEAP))


def enter(
    database: Database,
    name: str = "school_admin",
    password: str = PASSWORD,
    *,
    address: str = ADDRESS,
    school_id: int | None = None,
    device: str = "a test",
) -> SignedIn:
    """Try to sign in."""
    return sign_in(database, name=name, password=password, address=address, device=device, school_id=school_id)
