"""On a phone: the cookie outlives the window, and personal numbers want the password again; the language is kept."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from app.core.clock import now
from tests.conftest import StandAt
from tests.make.places import A
from tests.make.visits import HOST
from tests.users.conftest import PASSWORD

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from tests.users.conftest import Site

pytestmark = pytest.mark.committed
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


def signed_in(site: Site, name: str, device: str = PHONE) -> tuple[FlaskClient, TestResponse]:
    """Sign somebody in by the form; the browser and the answer."""
    site.give_password(name)
    client = site.stranger()
    form = {"name": name, "password": PASSWORD}
    return client, client.post("/login/", data=form, base_url=HOST, headers={"User-Agent": device})


def cookie(answer: TestResponse) -> str:
    """The session cookie as it was set."""
    return next(each for each in answer.headers.getlist("Set-Cookie") if each.startswith("sid="))


def test_the_cookie_of_a_phone_outlives_the_window_and_that_of_a_desk_does_not(site: Site) -> None:
    assert "Expires=" in cookie(signed_in(site, "guardian")[1])
    assert "Expires=" not in cookie(signed_in(site, "guardian", "Mozilla/5.0 (Windows NT 10.0)")[1])
    assert "Expires=" not in cookie(signed_in(site, "school_admin")[1])


def test_a_number_is_shown_only_after_the_password_was_given_again(site: Site, at: StandAt) -> None:
    start = site.database.transaction(now)
    at(start)
    client, _ = signed_in(site, "guardian")
    page = f"/students/{site.world.of(A)[0].student_id}/unmask?field=phone"
    at(start + timedelta(minutes=11))
    asked = client.get(page, base_url=HOST)
    assert asked.status_code == 303
    assert asked.location.startswith("/settings/prove?next=")
    wrong = client.post(asked.location, data={"present": "guess"}, base_url=HOST)
    assert wrong.status_code == 422
    assert client.get(page, base_url=HOST).status_code == 303
    right = client.post(asked.location, data={"present": PASSWORD}, base_url=HOST)
    assert (right.status_code, right.location) == (303, page)
    at(start + timedelta(minutes=22))
    assert client.get(page, base_url=HOST).status_code == 303


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_after_the_password_one_stays_on_this_site(site: Site, target: str) -> None:
    client, _ = signed_in(site, "guardian")
    answer = client.post("/settings/prove", query_string={"next": target}, data={"present": PASSWORD}, base_url=HOST)
    assert (answer.status_code, answer.location) == (303, "/")


def test_wrong_passwords_are_counted(site: Site) -> None:
    client, _ = signed_in(site, "guardian")
    codes = [client.post("/settings/prove", data={"present": "x"}, base_url=HOST).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def locale(site: Site, name: str) -> str:
    """The language an account remembers."""
    stmt = text("SELECT locale FROM account WHERE id = :id")
    values = {"id": site.world.accounts[name]}
    return site.database.transaction(lambda s: str(s.connection().execute(stmt, values).scalar_one()))


def test_the_language_of_the_top_bar_is_kept_for_the_next_sign_in(site: Site) -> None:
    client = site.visit("school_admin")
    answer = client.post("/language/en?next=/users/", base_url=HOST)
    assert (answer.status_code, answer.location) == (303, "/users/")
    assert locale(site, "school_admin") == "en"
    other, _ = signed_in(site, "school_admin")
    assert '<html lang="en"' in other.get("/settings/", base_url=HOST).get_data(as_text=True)


def test_a_link_or_a_stranger_changes_no_accounts_language(site: Site) -> None:
    site.visit("school_admin").get("/language/en", base_url=HOST)
    site.stranger().post("/language/en", base_url=HOST)
    assert locale(site, "school_admin") == "zh_Hans_CN"
    assert site.visit("school_admin").post("/language/xx", base_url=HOST).status_code == 404
