"""A test or more for each fault of Flask-AppBuilder measured at accounts, by its number: F8 to F14, F17, F21."""

from __future__ import annotations

import re
import secrets

import pytest
from flask.testing import FlaskClient
from werkzeug.security import check_password_hash
from werkzeug.test import TestResponse

from app.accounts import sign_in
from tests.make.visits import HOST
from tests.users.conftest import CHEAP, PASSWORD, Site

pytestmark = pytest.mark.committed
HOME = "/settings/"
OUT = "/login/"
TOKEN = re.compile(r'(?:value|content)="[^"]{30,}"')


def get(client: FlaskClient, path: str = HOME) -> TestResponse:
    return client.get(path, base_url=HOST)


def is_out(client: FlaskClient) -> bool:
    answer = get(client)
    return answer.status_code == 302 and answer.location.startswith(OUT)


def enter(client: FlaskClient, name: str, password: str, query: str = "") -> TestResponse:
    return client.post(f"/login/{query}", data={"name": name, "password": password}, base_url=HOST)


def test_f8_a_copied_cookie_is_dead_after_signing_out(site: Site) -> None:
    client = site.visit("class_teacher")
    copy = site.same_cookie(client)
    assert get(copy).status_code == 200
    client.post("/logout/", base_url=HOST)
    assert is_out(copy)


def test_f9_a_password_reset_ends_every_session_at_the_next_click_in_every_process(site: Site) -> None:
    """F9, FAB §2.6: a cookie lives on after a reset; a reset ends no session."""
    here, there = site.visit("class_teacher", 0), site.visit("class_teacher", 1)
    assert get(here).status_code == get(there).status_code == 200
    assert site.act(site.visit("school_admin"), "class_teacher", "reset").status_code == 303
    assert is_out(here)
    assert is_out(there)


def test_f9_a_change_of_roles_ends_every_session_at_the_next_click(site: Site) -> None:
    there = site.visit("class_teacher", 1)
    form = {"role": "counsellor", "node": site.world.nodes["THRUSH"], "sure": "yes"}
    assert site.act(site.visit("school_admin"), "class_teacher", "grants/change", form).status_code == 303
    assert is_out(there)


def test_f9_changing_the_own_password_ends_every_other_session(site: Site) -> None:
    site.give_password("class_teacher")
    here, there = site.visit("class_teacher", 0), site.visit("class_teacher", 1)
    new = "sun under the hills"
    form = {"present": PASSWORD, "password": new, "password_again": new}
    assert here.post("/settings/password", data=form, base_url=HOST).status_code == 303
    assert get(here).status_code == 200
    assert is_out(there)


def test_f10_disabling_ends_sessions_and_enabling_does_not_revive_them(site: Site) -> None:
    there, admin = site.visit("class_teacher", 1), site.visit("school_admin")
    assert site.act(admin, "class_teacher", "disable", {"reason": "休假"}).status_code == 303
    assert is_out(there)
    assert site.act(admin, "class_teacher", "enable").status_code == 303
    assert is_out(there)


def test_f11_the_right_password_does_not_open_after_forty_wrong_ones(site: Site) -> None:
    """FAB §2.4, FAB §2.5: tries are counted by nobody, or by each process for itself; there is no lockout."""
    site.give_password("class_teacher")
    client = site.stranger()
    codes = [enter(client, "class_teacher", f"wrong {number}").status_code for number in range(40)]
    assert codes[:10] == [401] * 10
    assert set(codes[10:]) == {429}
    assert enter(site.stranger(1), "CLASS_TEACHER", PASSWORD).status_code == 429


@pytest.mark.parametrize("role", ["system_admin", "province_admin", "county_admin"])
def test_f12_nobody_makes_an_account_above_the_own_level(site: Site, role: str) -> None:
    form = {"key": secrets.token_hex(16), "name": "新人", "user_name": "newcomer", "place": "THRUSH", "role": role}
    answer = site.visit("school_admin").post("/users/new", data=form, base_url=HOST)
    assert answer.status_code == 422
    names = get(site.visit("root_admin"), "/users/?user_name=newcomer").get_data(as_text=True)
    assert "<td" not in names


def test_f13_there_is_no_second_road_to_users_roles_and_permissions(site: Site) -> None:
    rules = [rule.rule for rule in site.app().url_map.iter_rules()]
    assert not [rule for rule in rules if rule.startswith("/api/")]
    for word in ("userdb", "groups", "permissions", "viewmenus", "registeruser", "resetpassword", "userinfo"):
        assert not [rule for rule in rules if word in rule.lower()]


@pytest.mark.parametrize(
    "wanted", ["http://evil.example/x", "//evil.example", "/\\evil.example", "https:evil.example", "javascript:x"]
)
def test_f14_signing_in_leads_nowhere_else(site: Site, wanted: str) -> None:
    site.give_password("class_teacher")
    answer = enter(site.stranger(), "class_teacher", PASSWORD, f"?next={wanted}")
    assert (answer.status_code, answer.location) == (302, "/")


def test_f14_a_foreign_host_name_is_refused(site: Site) -> None:
    assert site.stranger().get("/login/", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize("size", ["999999999", "501", "0", "-1", "abc"])
def test_f17_a_page_holds_at_most_five_hundred_rows(site: Site, size: str) -> None:
    """F17, FAB §4.6: a page of any size, signing out by a link; a page of any size."""
    assert get(site.visit("school_admin"), f"/users/?size={size}").status_code == 422


def test_f17_no_link_signs_anybody_out(site: Site) -> None:
    client = site.visit("class_teacher")
    assert get(client, "/logout/").status_code == 405
    assert get(client).status_code == 200


def test_f21_a_known_and_an_unknown_name_cost_the_same_work_and_get_the_same_answer(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.give_password("class_teacher")
    checked: list[str] = []

    def check(digest: str, password: str) -> bool:
        checked.append(digest.split("$", maxsplit=1)[0])
        return check_password_hash(digest, password)

    monkeypatch.setattr(sign_in, "check_password_hash", check)
    answers = [enter(site.stranger(), name, "wrong") for name in ("class_teacher", "class_leader")]
    pages = [TOKEN.sub("", answer.get_data(as_text=True)) for answer in answers]
    assert checked == [CHEAP] * 2
    assert [answer.status_code for answer in answers] == [401, 401]
    assert pages[0].replace("class_teacher", "class_leader") == pages[1]
