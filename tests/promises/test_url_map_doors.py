"""Every route says whom it lets in, and lets in nobody else; every answer carries the headers that protect it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.web.screens import OPEN, SIGNED_IN
from tests.cluster import Cluster
from tests.make.attacks import Enemy, fingerprint, needs, url
from tests.make.stage import Stage, stage_of
from tests.make.strangers import Strangers, bring_strangers
from tests.make.visits import HOST, browser, open_session
from tests.promises.url_rules import RULES, VALUES

WITHOUT_A_WORD = {
    "static": "our own files",
    "appbuilder.static": "the framework's own files",
    "LocaleView.index": "chooses the language of the browser's own session",
    "UtilView.back": "leads to the page the browser's own session was at",
}
FIRST_ACCIDENT = 500
ADVICE = "say in url_rules.py what a new route's arguments are"
GONE_ELSEWHERE = 302


# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application as it is."""
    return stage.app()


@pytest.fixture(scope="module")
def enemy(stage: Stage, app: Flask) -> Enemy:
    """Somebody who knows every address."""
    strangers: Strangers = stage.database.transaction(lambda session: bring_strangers(session, stage.world))
    return Enemy(app, stage.world, strangers)


@pytest.fixture
def admin(stage: Stage, app: Flask) -> FlaskClient:
    """The browser of school A's admin."""
    return browser(app, open_session(stage.database, stage.world.accounts["school_admin"]))


def _addresses(enemy: Enemy) -> list[tuple[str, str, str]]:
    """Every route with every method: endpoint, method, an address of it that is filled in."""
    return [
        (route.endpoint, method, url(route, enemy.own(route)))
        for route in enemy.routes()
        for method in sorted(route.methods or ())
    ]


def test_every_route_has_its_rule_and_every_rule_its_route(app: Flask) -> None:
    endpoints = {route.endpoint for route in app.url_map.iter_rules()}
    assert endpoints - set(RULES) == set(), ADVICE
    assert set(RULES) - endpoints == set(), "this route is gone"


def test_every_argument_in_a_path_is_known(app: Flask) -> None:
    assert {name for route in app.url_map.iter_rules() for name in route.arguments} <= set(VALUES), ADVICE


def test_every_route_says_whom_it_lets_in(app: Flask) -> None:
    silent = {route.endpoint for route in app.url_map.iter_rules() if needs(app, route) is None}
    assert silent == set(WITHOUT_A_WORD)


def test_no_route_is_registered_twice_or_by_the_framework_itself(app: Flask) -> None:
    endpoints = [route.endpoint for route in app.url_map.iter_rules()]
    assert sorted(set(endpoints)) == sorted(endpoints)
    views = {endpoint.split(".")[0] for endpoint in endpoints}
    of_the_framework = {
        "UserDBModelView",
        "RoleModelView",
        "GroupModelView",
        "UserStatsChartView",
        "PermissionModelView",
    }
    assert not views & (of_the_framework | {"SecurityApi", "OpenApi", "SwaggerView", "MenuApi", "ResetPasswordView"})


def test_a_stranger_is_sent_to_the_sign_in_page_wherever_somebody_must_be_signed_in(enemy: Enemy, app: Flask) -> None:
    before = fingerprint_of(enemy)
    app.config["WTF_CSRF_ENABLED"] = False
    try:
        answers = {
            (endpoint, method): browser(app).open(path, method=method, base_url=HOST, buffered=True)
            for endpoint, method, path in _addresses(enemy)
            if method != "OPTIONS" and endpoint not in WITHOUT_A_WORD and _needs(app, endpoint) != OPEN
        }
    finally:
        app.config["WTF_CSRF_ENABLED"] = True
    assert answers
    for which, answer in answers.items():
        assert (which, answer.status_code) == (which, GONE_ELSEWHERE)
        assert answer.headers["Location"].split("?")[0] == "/login/"
    assert fingerprint_of(enemy) == before


def fingerprint_of(enemy: Enemy) -> dict[str, str]:
    """The rows behind the enemy's app."""
    return fingerprint(enemy.app.extensions["xuebao"].database)


def _needs(app: Flask, endpoint: str) -> object:
    return next(needs(app, route) for route in app.url_map.iter_rules(endpoint))


@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_a_role_enters_exactly_the_routes_its_permissions_open(
    role: str, enemy: Enemy, app: Flask, stage: Stage
) -> None:
    held = next(built_in.permissions for built_in in ROLES if built_in.code == role)
    client = browser(app, open_session(stage.database, stage.world.accounts[role]))
    for endpoint, method, path in _addresses(enemy):
        needed = _needs(app, endpoint)
        if method != "GET" or not isinstance(needed, Permission):
            continue
        may_enter = bool({needed, *RULES[endpoint].also} & held)
        answer = client.get(path, base_url=HOST, buffered=True)
        assert (path, answer.status_code == 403) == (path, not may_enter)


def test_nothing_is_changed_by_following_a_link(enemy: Enemy, app: Flask) -> None:
    before = fingerprint_of(enemy)
    root = browser(app, open_session(enemy.app.extensions["xuebao"].database, enemy.world.accounts["root_admin"]))
    for _, method, path in _addresses(enemy):
        if method == "GET":
            assert root.get(path, base_url=HOST, buffered=True).status_code < FIRST_ACCIDENT, path
    assert fingerprint_of(enemy) == before


def test_signing_out_by_a_link_is_impossible(admin: FlaskClient) -> None:
    for method in ("GET", "HEAD"):
        assert admin.open("/logout/", method=method, base_url=HOST, buffered=True).status_code == 405
    assert admin.get("/students/", base_url=HOST).status_code == 200


def test_a_form_without_its_token_is_refused_at_every_route(enemy: Enemy, admin: FlaskClient) -> None:
    before = fingerprint_of(enemy)
    posts = [path for _, method, path in _addresses(enemy) if method == "POST"]
    assert posts
    for path in posts:
        assert (path, admin.post(path, base_url=HOST).status_code) == (path, 400)
        other = admin.post(path, base_url=HOST, headers={"X-CSRFToken": "0" * 40, "Origin": "http://evil.example"})
        assert (path, other.status_code) == (path, 400)
    assert fingerprint_of(enemy) == before
    assert admin.get("/students/", base_url=HOST).status_code == 200


@pytest.mark.parametrize("method", ["PUT", "TRACE"])
def test_no_other_method_is_answered(method: str, enemy: Enemy, admin: FlaskClient) -> None:
    for _, known, path in _addresses(enemy):
        if known == "OPTIONS":
            assert (path, admin.open(path, method=method, base_url=HOST, buffered=True).status_code) in {
                (path, 405),
                (path, 400),
            }


def test_asking_for_the_head_or_the_options_changes_nothing_and_says_nothing(enemy: Enemy, admin: FlaskClient) -> None:
    before = fingerprint_of(enemy)
    for _, method, path in _addresses(enemy):
        if method in {"HEAD", "OPTIONS"}:
            answer = admin.open(path, method=method, base_url=HOST, buffered=True)
            assert answer.status_code < 500, path
            assert answer.data == b"", path
    assert fingerprint_of(enemy) == before


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "localhost@evil.example", "127.0.0.1.nip.io", ""]
)
def test_another_host_is_refused_before_anything_is_done(host: str, app: Flask) -> None:
    client = app.test_client()
    for path in ("/", "/login/", "/health", "/static/ui/app.js", "/first-run/x"):
        answer = client.get(path, headers={"Host": host}, environ_overrides={"HTTP_HOST": host})
        assert (path, answer.status_code) == (path, 400)
        assert "evil" not in answer.headers.get("Location", "")
        assert b"evil.example" not in answer.data


@pytest.mark.parametrize("header", ["X-Forwarded-Host", "X-Host", "Forwarded", "X-Forwarded-For", "X-Forwarded-Prefix"])
def test_a_header_that_only_a_proxy_may_set_is_not_believed(header: str, app: Flask) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    answer = browser(app).get("/students/", base_url=HOST, headers={header: value})
    assert answer.status_code == GONE_ELSEWHERE
    assert "evil" not in answer.headers["Location"] + answer.get_data(as_text=True)


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
FILES = {"static", "appbuilder.static"}


def test_every_answer_carries_the_headers_that_protect_it(enemy: Enemy, admin: FlaskClient, app: Flask) -> None:
    strange = [("", method, path) for method in ("GET", "POST") for path in ("/no/such/page", "/logout/", "/static/no")]
    stranger = browser(app)
    for endpoint, method, path in [*_addresses(enemy), *strange]:
        for client in {"GET": (admin, stranger), "POST": (stranger,)}.get(method, ()):
            answer = client.open(path, method=method, base_url=HOST, buffered=True)
            policy = answer.headers["Content-Security-Policy"]
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS, path
            assert {"default-src 'self'", "script-src 'self'", "style-src 'self'"} <= set(policy.split("; ")), path
            assert {"frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"} <= set(policy.split("; ")), path
            assert "unsafe" not in policy
            assert "*" not in policy
            assert answer.headers["Cache-Control"] == "no-store" or endpoint in FILES or path == "/static/no", path
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert not {"Python", "Werkzeug", "waitress"} & set(answer.headers.get("Server", "").split("/"))


def test_a_missing_file_is_not_kept_by_browsers(app: Flask) -> None:
    answer = browser(app).get("/static/none.css", base_url=HOST, buffered=True)
    assert answer.status_code == 404
    assert answer.headers["Cache-Control"] == "no-store"


def test_every_open_route_is_one_that_must_be_open(app: Flask) -> None:
    opened = {route.endpoint for route in app.url_map.iter_rules() if needs(app, route) == OPEN}
    assert opened <= MAY_BE_OPEN
    mine = {route.endpoint for route in app.url_map.iter_rules() if needs(app, route) == SIGNED_IN}
    assert mine <= MAY_BE_MINE


MAY_BE_OPEN = {
    "ActivationView.code",
    "ActivationView.password",
    "LanguageView.choose",
    "SignInView.first_run",
    "SignInView.login",
    "SignInView.logout",
    "SignInView.renew",
    "SignInView.schools",
    "SignInView.student",
    "health.answer",
}
MAY_BE_MINE = {
    "SettingsView.prove",
    "SheetView.fetch",
    "SheetView.list",
    "SheetView.show",
    "HomeView.index",
    "HomeView.waiting",
    "ListSettingView.columns",
    "ListSettingView.size",
    "SettingsView.end",
    "SettingsView.end_others",
    "SettingsView.index",
    "SettingsView.password",
}
