"""One database and one application for all known faults: tests here look, or are refused, and leave no row behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.cluster import Cluster
from tests.make.attacks import fingerprint
from tests.make.stage import Stage, stage_of
from tests.make.strangers import Strangers, bring_strangers
from tests.make.visits import HOST, browser, open_session
from tests.world import World


@dataclass(frozen=True)
class House:
    """The site as people of the cast meet it: signed in once each, the tokens of forms left aside."""

    stage: Stage
    app: Flask
    guarded: Flask
    """The application as it is served: every form needs its token."""
    strangers: Strangers
    signed_in: dict[tuple[str, str], FlaskClient] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """The cast."""
        return self.stage.world

    def browser_of(self, who: str, language: str = "en") -> FlaskClient:
        """The browser of somebody of the cast."""
        if (who, language) not in self.signed_in:
            token = open_session(self.stage.database, self.world.accounts[who])
            self.signed_in[who, language] = browser(self.app, token, language=language)
        return self.signed_in[who, language]

    def get(self, who: str, path: str, language: str = "en", **query: str) -> TestResponse:
        """Open a page."""
        client = self.browser_of(who, language)
        return client.get(path, query_string=query or None, base_url=HOST, buffered=True)

    def post(self, who: str, path: str, form: Mapping[str, object]) -> TestResponse:
        """Send a form."""
        return self.browser_of(who).post(path, data={"key": "0" * 32, **form}, base_url=HOST, buffered=True)

    def rows(self) -> dict[str, str]:
        """A digest of every table, to see that nothing was written."""
        return fingerprint(self.stage.database)


@pytest.fixture(scope="package")
def house(cluster: Cluster) -> Iterator[House]:
    """The site over a database of its own."""
    with stage_of(cluster) as stage:
        strangers: Strangers = stage.database.transaction(lambda session: bring_strangers(session, stage.world))
        app, guarded = stage.app(), stage.app()
        app.config["WTF_CSRF_ENABLED"] = False
        yield House(stage, app, guarded, strangers)
