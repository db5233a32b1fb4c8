"""Browsers of the shared cast: signed in without a password, because that is not what they are to show."""

from __future__ import annotations

import secrets
from datetime import timedelta

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.access.scope import everything
from app.accounts.models import Account, AccountSession
from app.accounts.sign_in import token_digest
from app.core.clock import now
from app.core.db import Database, Session

HOST = "http://localhost"


def open_session(database: Database, account_id: int) -> str:
    """Give an account a session as signing in does; returns the random id its cookie holds."""
    token = secrets.token_urlsafe(32)

    def work(session: Session) -> None:
        epoch = select(Account.session_epoch).where(Account.id == account_id)
        at = now(session)
        session.add(
            AccountSession(
                digest=token_digest(token),
                account_id=account_id,
                epoch=session.scalars(everything(epoch, because="a test opens a session")).one(),
                device="a test",
                idle_minutes=30,
                started_at=at,
                seen_at=at,
                ends_at=at + timedelta(hours=12),
            ),
        )

    database.transaction(work)
    return token


def browser(app: Flask, token: str | None = None, *, language: str = "en") -> FlaskClient:
    """A browser that holds a session's cookie, or a stranger's."""
    client = app.test_client()
    with client.session_transaction(base_url=HOST) as cookie:
        cookie["locale"] = language
        if token is not None:
            cookie["_user_id"] = token
            cookie["_fresh"] = True
    return client
