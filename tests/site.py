"""A browser on an application over the cast's database, for tests of screens that write. Mark such tests `committed`.

A folder whose tests want it says in its `conftest.py`: `from tests.stage import *` and `from tests.site import *`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.core.db import Database
from app.factory import create_app
from config import Settings
from tests.make.visits import HOST, browser, open_session
from tests.world import World

__all__ = ["visit"]

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


@pytest.fixture
def visit(database: Database, world: World, tmp_path: Path) -> Callable[..., Visit]:
    """Sign somebody of the cast in, by user name."""
    app = create_app(Settings.from_env({"XUEBAO_DATA": str(tmp_path / "data")}), database)

    def sign_in(user_name: str, language: str = "en") -> Visit:
        return Visit(browser(app, open_session(database, world.accounts[user_name]), language=language))

    return sign_in
