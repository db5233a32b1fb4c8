"""F19: without the token check, opening a link ran an action."""

from __future__ import annotations

import pytest

from app.factory import create_app
from tests.faults.conftest import House
from tests.make.visits import HOST, browser, open_session


def test_the_token_check_is_on_and_the_switch_for_links_is_off(house: House) -> None:
    """F19: nothing in the settings can turn it off."""
    config = create_app(house.stage.settings, house.stage.database).config
    assert config["WTF_CSRF_ENABLED"] is True
    assert config["FAB_ALLOW_GET_UNSAFE_MUTATIONS"] is False
    assert "csrf" in house.guarded.extensions


@pytest.mark.parametrize(
    "path",
    [
        "/logout/",
        "/work/{job}/cancel",
        "/settings/sessions/{session}/end",
        "/settings/sessions/end-others",
        "/lists/students/size",
        "/lists/students/columns",
        "/students/find",
        "/users/{account}/grants/change",
    ],
)
def test_what_a_form_does_no_link_does(path: str, house: House) -> None:
    """F19, FAB §2.11: 405, and nothing is written."""
    ids = {
        "job": house.strangers.own_job,
        "session": house.strangers.own_session,
        "account": house.world.accounts["class_teacher"],
    }
    before = house.rows()
    address = path.format(**ids)
    assert house.get("school_admin", address, size="20", column="name", sure="1").status_code == 405
    client = browser(house.guarded, open_session(house.stage.database, house.world.accounts["school_admin"]))
    assert client.post(address, base_url=HOST).status_code == 400
    assert client.post(address, base_url=HOST, headers={"X-HTTP-Method-Override": "GET"}).status_code == 400
    assert house.rows() == before
