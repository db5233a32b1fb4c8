"""FAB §2.7: the framework set no flag on its cookies."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from werkzeug import Response
from werkzeug.security import generate_password_hash

from app.accounts import sign_in
from app.accounts.views.fresh_code import with_code
from app.codes.rules import Issued
from app.factory import create_app
from config import Settings
from tests.faults.conftest import House
from tests.make.visits import open_session

SITE = "xb.example"

# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.fixture
def served(house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The application with the settings of a real installation, the tokens of forms left aside."""
    env = {"XUEBAO_ENV": "production", "TRUSTED_HOSTS": SITE, "PROXY_HOPS": "1", "XUEBAO_DATA": str(tmp_path)}
    app = create_app(Settings.from_env(env), house.stage.database)
    app.config["WTF_CSRF_ENABLED"] = False
    monkeypatch.setattr(sign_in, "NOBODY", generate_password_hash("nobody's", "pbkdf2:sha256:1"))
    return app


@pytest.mark.parametrize("proto", ["https", "http"])
def test_every_cookie_is_kept_from_scripts_other_sites_and_plain_connections(proto: str, served: Flask) -> None:
    """FAB §2.7: also where the proxy forgets to say that it ended the encryption."""
    headers = {"X-Forwarded-Proto": proto, "X-Forwarded-Host": SITE}
    base = f"http://{SITE}"
    client = served.test_client()
    cookies = client.get("/login/", base_url=base, headers=headers).headers.getlist("Set-Cookie")
    cookies += client.get("/language/en", base_url=base, headers=headers).headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in cookies}
    assert names == {"__Host-sid"}
    _are_ours_alone(cookies)
    assert all("Path=/" in cookie.split("; ") and "Domain" not in cookie for cookie in cookies)


def test_what_a_browser_remembers_is_no_less_guarded(
    served: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAB §2.7: the remembered name."""
    account = house.world.accounts["counsellor"]
    opened = sign_in.SignedIn(open_session(house.stage.database, account), account, "en")
    monkeypatch.setattr(sign_in, "sign_in", lambda *_args, **_typed: opened)
    form = {"name": "counsellor", "password": "x", "remember": "y"}
    answer = served.test_client().post("/login/", data=form, base_url=f"http://{SITE}")
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.split("=")[0] for cookie in cookies} == {"__Host-sid", "name"}
    _are_ours_alone(cookies)


def test_a_fresh_code_on_its_way_to_its_page_is_no_less_guarded(served: Flask) -> None:
    """FAB §2.7: the code that opens an account."""
    issued = {7: Issued(7, "ABCD-EFGH-JKMN", datetime(2026, 9, 1, tzinfo=UTC))}
    with served.test_request_context(base_url=f"http://{SITE}"):
        cookies = with_code(Response(), issued).headers.getlist("Set-Cookie")
    _are_ours_alone(cookies)
    assert "ABCD" not in str(cookies)


def _are_ours_alone(cookies: list[str]) -> None:
    assert cookies
    for cookie in cookies:
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; ")), cookie
