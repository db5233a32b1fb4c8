"""FAB §2.9: web tokens, keys for programs and basic authentication opened the framework's pages."""

from __future__ import annotations

import base64

import pytest

from tests.faults.conftest import House
from tests.make.visits import HOST

BASIC = base64.b64encode(b"root_admin:moon over the lake").decode()
HEADERS = (
    {"Authorization": "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."},
    {"Authorization": "Bearer sst_0000000000000000"},
    {"Authorization": f"Basic {BASIC}"},
    {"X-API-Key": "sst_0000000000000000"},
    {"REMOTE_USER": "root_admin", "X-Remote-User": "root_admin", "X-Forwarded-User": "root_admin"},
)


@pytest.mark.parametrize("headers", HEADERS, ids=lambda headers: next(iter(headers.values()))[:12])
def test_no_header_signs_anybody_in(headers: dict[str, str], house: House) -> None:
    """FAB §2.9: whoever brings one is sent to sign in."""
    client = house.app.test_client()
    for path in ("/students/", "/users/", "/settings/"):
        answer = client.get(path, headers=headers, environ_overrides={"REMOTE_USER": "root_admin"}, base_url=HOST)
        assert (path, answer.status_code) == (path, 302)
        assert answer.location.startswith("/login/")


def test_the_switches_for_programs_are_off(house: House) -> None:
    """FAB §2.9: keys, web tokens, the browser of the interface."""
    config = house.app.config
    off = ("FAB_API_KEY_ENABLED", "FAB_ADD_OPENAPI_VIEWS", "FAB_API_SWAGGER_UI", "FAB_ADD_MENU_API")
    assert [name for name in off if config[name] is not False] == []
    assert config["AUTH_USER_REGISTRATION"] is False
    assert house.app.extensions["appbuilder"].sm.load_user_jwt({}, {"sub": "1"}) is None
