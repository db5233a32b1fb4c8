"""Tests here drive the pages of accounts over HTTP, in two web processes over one database; mark them `committed`."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.security import generate_password_hash
from werkzeug.test import TestResponse

from app.accounts import sign_in
from app.core.db import Database
from config import Settings
from tests.make.visits import HOST, browser, open_session
from tests.site import app_over
from tests.stage import *  # noqa: F403  fixtures are found by their names
from tests.world import World

PASSWORD = "moon over the lake"
CHEAP = "pbkdf2:sha256:1"


@dataclass(frozen=True)
class Site:
    """The pages as browsers see them."""

    database: Database
    world: World
    settings: Settings
    started: dict[int, Flask] = field(default_factory=dict)

    def app(self, process: int = 0) -> Flask:
        """A web process, started when first asked; the tokens of its forms are left aside."""
        if process not in self.started:
            self.started[process] = app_over(self.database, self.settings.data, process)
            self.started[process].config["WTF_CSRF_ENABLED"] = False
        return self.started[process]

    def visit(self, user_name: str, process: int = 0) -> FlaskClient:
        """A browser signed in as somebody of the cast."""
        token = open_session(self.database, self.world.accounts[user_name])
        return browser(self.app(process), token)

    def stranger(self, process: int = 0) -> FlaskClient:
        """A browser nobody has signed in with."""
        return browser(self.app(process))

    def same_cookie(self, client: FlaskClient, process: int = 1) -> FlaskClient:
        """Another browser, at another process, that holds a copy of a cookie."""
        with client.session_transaction(base_url=HOST) as cookie:
            token = cookie["_user_id"]
        return browser(self.app(process), token)

    def give_password(self, user_name: str) -> None:
        """Let somebody of the cast sign in with PASSWORD, digested cheaply."""
        stmt = "UPDATE ab_user SET password = :digest WHERE id = (SELECT user_id FROM account WHERE id = :id)"
        values = {"digest": generate_password_hash(PASSWORD, CHEAP), "id": self.world.accounts[user_name]}
        self.database.transaction(lambda session: session.connection().execute(text(stmt), values))

    def version(self, user_name: str) -> int:
        """The version of an account as it stands now."""
        stmt = text("SELECT version FROM account WHERE id = :id")
        values = {"id": self.world.accounts[user_name]}
        return self.database.transaction(lambda s: int(s.connection().execute(stmt, values).scalar_one()))

    def act(
        self, client: FlaskClient, user_name: str, act: str, form: Mapping[str, object] | None = None
    ) -> TestResponse:
        """Send the form of an act on somebody's account."""
        path = f"/users/{self.world.accounts[user_name]}/{act}"
        data = {"key": secrets.token_hex(16), "version": self.version(user_name), **(form or {})}
        return client.post(path, data=data, base_url=HOST)


@pytest.fixture
def site(database: Database, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The pages of two web processes over the database of this test."""
    settings = Settings.from_env({"XUEBAO_DATA": str(tmp_path / "data")})
    monkeypatch.setattr(sign_in, "NOBODY", generate_password_hash("nobody's", CHEAP))
    return Site(database, world, settings)
