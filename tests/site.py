"""A browser on an application over the cast's database, for tests of screens that write. Mark such tests `committed`.

A folder whose tests want it says in its `conftest.py`: `from tests.stage import *` and `from tests.site import *`.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.crypto import Keyring
from app.core.db import Database
from app.core.files import FileStore
from app.factory import create_app
from app.web.request import EXTENSION
from config import Settings
from tests.make.visits import HOST, browser, open_session
from tests.world import World

__all__ = ["visit"]

NOWHERE = "postgresql://nobody@127.0.0.1:1/nothing"

HIDDEN = re.compile(r'<input(?=[^>]*type="hidden")(?=[^>]*name="(key|version|csrf_token)")(?=[^>]*value="([^"]*)")')


@dataclass(frozen=True)
class Visit:
    """Somebody of the cast, signed in."""

    client: FlaskClient

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, base_url=HOST)

    def hidden(self, path: str) -> dict[str, str]:
        """The hidden fields of the form on a page: key, version, token."""
        return dict(HIDDEN.findall(self.get(path).get_data(as_text=True)))

    def post(self, path: str, form: Mapping[str, object]) -> TestResponse:
        """Send a form as it is."""
        return self.client.post(path, data=dict(form), base_url=HOST)

    def fill(self, path: str, **typed: object) -> TestResponse:
        """Open a page, fill its form in and send it."""
        return self.post(path, {**self.hidden(path), **typed})


@cache
def _settings() -> Settings:
    """One data folder for all web processes of a run: they sign cookies with the same key."""
    folder = Path(mkdtemp(prefix="xuebao-site-"))
    atexit.register(rmtree, folder)
    return Settings.from_env({"XUEBAO_DATA": str(folder)})


@cache
def _mounted(process: int) -> Flask:  # noqa: ARG001  each number is a process of its own
    """A web process of the site, made once a run: screens are mounted and templates compiled once."""
    return create_app(_settings(), Database(NOWHERE))


def app_over(database: Database, data: Path, process: int = 0) -> Flask:
    """A web process over the database of a test, with a data folder of its own; `process` numbers several."""
    app = _mounted(process)
    app.extensions[EXTENSION] = replace(
        app.extensions[EXTENSION], database=database, keyring=Keyring.at(data), files=FileStore(data)
    )
    app.config["WTF_CSRF_ENABLED"] = True
    return app


@pytest.fixture
def visit(database: Database, world: World, tmp_path: Path) -> Callable[..., Visit]:
    """Sign somebody of the cast in, by user name."""
    app = app_over(database, tmp_path / "data")

    def sign_in(user_name: str, language: str = "en") -> Visit:
        return Visit(browser(app, open_session(database, world.accounts[user_name]), language=language))

    return sign_in
