"""Whatever is typed into an address or a form, the answer is a page or a refusal, never an accident."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.datastructures import MultiDict

from app.web.screens import NEEDS, OPEN
from tests.cluster import Cluster
from tests.make.attacks import Enemy, fingerprint, listed_fields, url
from tests.make.stage import Stage, stage_of
from tests.make.strangers import bring_strangers
from tests.make.visits import HOST, browser, open_session
from tests.promises.url_rules import RULES

REFUSED = range(400, 500)
FIRST_ACCIDENT = 500
NUL, HUGE, LONG = "a\x00b", "9" * 20, "\U00020000'\"%\\<script>{{7*7}}" * 200
PATHS = ("9223372036854775808", "-1", "1%00", "x" * 3000, "%FF", "..%2f..%2fetc%2fpasswd")
EVERYWHERE = ("page", "size", "_l_", "unknown", "_flt_0_name", "psize_StudentView", "order_column")

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application, with the tokens of its forms left aside."""
    app = stage.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


@pytest.fixture(scope="module")
def enemy(stage: Stage, app: Flask) -> Enemy:
    """Somebody who knows every address."""
    strangers = stage.database.transaction(lambda session: bring_strangers(session, stage.world))
    return Enemy(app, stage.world, strangers)


@pytest.fixture
def root(stage: Stage, app: Flask) -> FlaskClient:
    """The browser of a superuser, for whom no door is closed."""
    return browser(app, open_session(stage.database, stage.world.accounts["root_admin"]))


def _status(client: FlaskClient, path: str, **request: Any) -> int:  # noqa: ANN401  what a test client takes
    method = "POST" if "data" in request else "GET"
    return client.open(path, method=method, base_url=HOST, buffered=True, **request).status_code


def test_an_address_that_cannot_be_is_the_address_of_nothing(enemy: Enemy, root: FlaskClient) -> None:
    wrong = []
    for route in enemy.routes():
        own = enemy.own(route)
        for name in own:
            for value in PATHS:
                path = url(route, {**own, name: value})
                status = _status(root, path)
                if status not in REFUSED and not (route.endpoint in TEXT_IN_PATH and status < FIRST_ACCIDENT):
                    wrong.append(f"{path[:80]} -> {status}")
    assert wrong == []


TEXT_IN_PATH = {"LocaleView.index", "static", "appbuilder.static"}


@pytest.mark.parametrize("value", [NUL, HUGE, LONG], ids=["nul", "huge", "long"])
def test_no_query_argument_makes_an_accident(value: str, enemy: Enemy, root: FlaskClient) -> None:
    wrong = []
    for route in enemy.routes():
        rule = RULES[route.endpoint]
        if "GET" not in (route.methods or ()):
            continue
        names = {*rule.refused, *rule.filters, *listed_fields(enemy.app, route)}
        for name in sorted(names | set(EVERYWHERE) if route.endpoint == "StudentView.list" else names or {"unknown"}):
            status = _status(root, url(route, enemy.own(route)), query_string={name: value})
            if status >= FIRST_ACCIDENT or (value == NUL and status not in REFUSED):
                wrong.append(f"{route.endpoint} {name} -> {status}")
    assert wrong == []


@pytest.mark.parametrize("value", [NUL, LONG], ids=["nul", "long"])
def test_no_field_of_a_form_makes_an_accident(value: str, enemy: Enemy, root: FlaskClient, stage: Stage) -> None:
    before = fingerprint(stage.database)
    wrong = []
    for route in enemy.routes():
        rule = RULES[route.endpoint]
        closed = getattr(enemy.app.view_functions[route.endpoint], NEEDS, None) == OPEN
        if "POST" not in (route.methods or ()) or closed:
            continue
        for name in rule.form:
            form = MultiDict({"key": "0" * 32, **rule.form, name: value})
            status = _status(root, url(route, enemy.own(route)), data=form)
            if status >= FIRST_ACCIDENT or (value == NUL and status not in REFUSED):
                wrong.append(f"{route.endpoint} {name} -> {status}")
    assert wrong == []
    if value == NUL:
        assert fingerprint(stage.database) == before


@pytest.mark.parametrize("path", ["/students/", "/figures/people", "/departments/", "/users/", "/audit/"])
@pytest.mark.parametrize(
    "query",
    [
        {"size": "999999"},
        {"size": "0"},
        {"size": "-20"},
        {"size": "21"},
        {"page": "abc"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "1e3"},
        {"page": "99999999"},
        {"page": HUGE},
        {"page": "１"},
        {"page": "1", "size": "²"},
    ],
    ids=str,
)
def test_a_page_that_cannot_be_is_refused(path: str, query: dict[str, str], root: FlaskClient) -> None:
    asked = {"status": "insured", **query} if path == "/figures/people" else query
    assert _status(root, path, query_string=asked) in REFUSED


def test_a_cookie_that_nobody_gave_is_no_sign_in_and_no_accident(app: Flask) -> None:
    for value in ("x", "..", "eyJfdXNlcl9pZCI6IjEifQ.aaaa.bbbb", "%00", "a" * 3000):
        client = app.test_client()
        client.set_cookie("sid", value, domain="localhost")
        client.set_cookie("name", value, domain="localhost")
        assert _status(client, "/students/") == 302
        assert _status(client, "/login/") in {200, *REFUSED}


def test_a_form_too_large_or_broken_is_refused(root: FlaskClient) -> None:
    large = {"name": "x" * (2 << 20), "version": "1"}
    assert _status(root, "/departments/new", data=large) == 413
    many = {"name": "x", **{f"f{number}": "x" for number in range(600)}}
    assert _status(root, "/departments/new", data=many, content_type="multipart/form-data") == 413
    broken = {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"}
    assert root.post("/departments/new", base_url=HOST, **broken).status_code in REFUSED


@pytest.mark.parametrize(
    "target",
    [
        "http://evil.example/",
        "//evil.example/",
        "/\\evil.example/",
        "\\\\evil.example/",
        "https:evil.example",
        "/\t/evil.example/",
        "\t//evil.example",
        "///evil.example",
        "/%09/evil.example",
        "javascript:alert(1)",
        "/\x0devil",
        "http:/\\evil.example",
    ],
)
def test_no_address_sends_a_browser_to_another_site(target: str, root: FlaskClient) -> None:
    for path in ("/login/", "/language/en"):
        answer = root.get(path, query_string={"next": target}, base_url=HOST)
        _stays_here(answer.headers.get("Location", "/"))
    for path in ("/lists/students/size", "/lists/students/columns"):
        answer = root.post(path, data={"size": "20", "column": "name", "back": target}, base_url=HOST)
        _stays_here(answer.headers.get("Location", "/"))
    for path in ("/back", "/lang/en"):
        answer = root.get(path, headers={"Referer": "http://evil.example/"}, base_url=HOST)
        _stays_here(answer.headers.get("Location", "/"))


def _stays_here(location: str) -> None:
    here = location.removeprefix(HOST)
    assert here.startswith("/"), location
    assert not here.startswith(("//", "/\\", "/\t")), location
    assert not {"\t", "\r", "\n", "\\"} & set(here[:3]), location
