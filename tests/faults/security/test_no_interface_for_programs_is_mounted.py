"""F6, F7: the framework's API listed all schools, took any field, and wrote for a cookie without a token."""

from __future__ import annotations

import pytest
from flask_appbuilder.api import BaseApi  # type: ignore[import-untyped]
from flask_appbuilder.baseviews import BaseModelView  # type: ignore[import-untyped]

from tests.faults.conftest import House
from tests.make.places import A
from tests.make.visits import HOST, browser, open_session


def test_no_view_of_the_framework_serves_rows(house: House) -> None:
    """F6, FAB §3.10, FAB §3.11: every view is a screen of ours; nothing is generated over a table."""
    views = house.app.extensions["appbuilder"].baseviews
    assert len(views) > 10
    assert [type(view).__name__ for view in views if isinstance(view, (BaseApi, BaseModelView))] == []


@pytest.mark.parametrize(
    "path", ["/api/v1/student/_info", "/api/v1/security/users/", "/api/v1/_openapi", "/swagger/v1", "/api/v1/menu/"]
)
def test_the_addresses_of_the_framework_interface_lead_nowhere(path: str, house: House) -> None:
    """F6: neither reading nor writing."""
    assert house.get("root_admin", path).status_code == 404
    assert house.post("root_admin", path, {"school": A}).status_code == 404


def test_nothing_is_exempt_from_the_token(house: House) -> None:
    """F7, FAB §2.10: no view and no blueprint is left out of the check."""
    csrf = house.guarded.extensions["csrf"]
    assert (csrf._exempt_views, csrf._exempt_blueprints) == (set(), set())
    assert house.guarded.config["WTF_CSRF_CHECK_DEFAULT"]
    assert house.guarded.config["WTF_CSRF_METHODS"] == {"POST", "PUT", "PATCH", "DELETE"}


def test_a_cookie_without_a_token_writes_nothing(house: House) -> None:
    """F7: also when the body is JSON, which a form of another site cannot be told from."""
    before = house.rows()
    client = browser(house.guarded, open_session(house.stage.database, house.world.accounts["school_admin"]))
    form = {"name": "x", "node": A, "key": "0" * 32}
    assert client.post("/departments/new", data=form, base_url=HOST).status_code == 400
    assert client.post("/departments/new", json=form, base_url=HOST).status_code == 400
    assert client.post("/departments/new?csrf_token=x", data=form, base_url=HOST).status_code == 400
    assert house.rows() == before
