"""用户管理 over HTTP: the list, the forms, what is kept when something is wrong, the code that is shown once."""

from __future__ import annotations

import re
import secrets

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.make.visits import HOST
from tests.users.conftest import Site

pytestmark = pytest.mark.committed
CODE = re.compile(r'class="code-shown"[^>]*>\s*([A-Z2-9-]{14})')
COLUMNS = (
    "No.",
    "Full name",
    "User name",
    "Organisation",
    "Department",
    "Mobile number",
    "State",
    "Created",
    "Actions",
)
NEW = {"name": "周晓燕", "user_name": "zhou_xy", "place": "THRUSH", "role": "counsellor", "mobile": "13800138000"}
PASSWORD = "nine tall green hills"


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path, base_url=HOST)
    assert answer.status_code == 200, path
    return answer.get_data(as_text=True)


def add(client: FlaskClient, **changed: str) -> TestResponse:
    return client.post("/users/new", data={"key": secrets.token_hex(16), **NEW, **changed}, base_url=HOST)


def code_of(client: FlaskClient, answer: TestResponse) -> str:
    assert answer.status_code == 303
    found = CODE.search(read(client, answer.location))
    assert found
    return found.group(1)


def test_the_list_has_the_columns_and_operations_of_the_manual(site: Site) -> None:
    page = read(site.visit("school_admin"), "/users/")
    assert [name for name in COLUMNS if f">{name}</th>" not in page] == []
    teacher = page[page.index(">class_teacher</span>") :]
    row = teacher[: teacher.index("</tr>")]
    for act in ("edit", "reset", "disable", "grants", "deregister"):
        assert f"/{act}" in row


@pytest.mark.parametrize(("query", "found"), [("name=class_te", 1), ("user_name=CLASS_", 3), ("state=disabled", 0)])
def test_the_query_form_narrows_the_list(site: Site, query: str, found: int) -> None:
    assert read(site.visit("school_admin"), f"/users/?{query}").count('<th role="rowheader"') == found


def test_a_state_nobody_offered_is_refused(site: Site) -> None:
    assert site.visit("school_admin").get("/users/?state=x", base_url=HOST).status_code == 422


@pytest.mark.parametrize("role", ["class_teacher", "counsellor", "student_affairs", "guardian", "student"])
def test_who_has_no_accounts_to_look_after_sees_no_list_and_no_menu_entry(site: Site, role: str) -> None:
    client = site.visit(role)
    assert client.get("/users/", base_url=HOST).status_code == 403
    assert "/users/" not in client.get("/settings/", base_url=HOST).get_data(as_text=True)


def test_a_new_accounts_code_is_shown_once_and_never_cached(site: Site) -> None:
    client = site.visit("school_admin")
    answer = add(client)
    page = client.get(answer.location, base_url=HOST)
    assert page.headers["Cache-Control"] == "no-store"
    assert CODE.search(page.get_data(as_text=True))
    assert "shown only once" in read(client, answer.location)


def test_the_code_is_in_no_address_and_its_cookie_cannot_be_read(site: Site) -> None:
    client = site.visit("school_admin")
    answer = add(client)
    cookie = answer.headers["Set-Cookie"]
    code = code_of(client, answer)
    assert code not in answer.location
    assert code not in cookie
    assert "HttpOnly" in cookie


def test_another_browser_of_the_same_administrator_does_not_see_the_code(site: Site) -> None:
    answer = add(site.visit("school_admin"))
    assert not CODE.search(read(site.visit("school_admin"), answer.location))


def test_a_double_click_makes_one_account(site: Site) -> None:
    client, key = site.visit("school_admin"), secrets.token_hex(16)
    first, second = add(client, key=key), add(client, key=key)
    assert first.location == second.location
    assert read(client, "/users/?user_name=zhou_xy").count('<th role="rowheader"') == 1


@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("user_name", "1abc", "begins with a letter"),
        ("kind", "unit_number", "has 6, 10 or 12 digits"),
        ("kind", "student_number", "Not a valid choice"),
        ("user_name", "CLASS_teacher", "is or was in use"),
        ("mobile", "12345", "has 11 digits"),
        ("name", "", "fill this in"),
        ("role", "", "fill this in"),
    ],
)
def test_a_wrong_field_says_how_to_put_it_right_and_keeps_what_was_typed(
    site: Site, field: str, typed: str, words: str
) -> None:
    answer = add(site.visit("school_admin"), **{field: typed})
    page = answer.get_data(as_text=True)
    assert answer.status_code in {409, 422}
    assert words in page
    assert 'value="周晓燕"' in page or field == "name"


@pytest.mark.parametrize("place", ["CANARY", "CN", "CANARY-1-1", ""])
def test_a_place_of_somebody_else_is_no_home(site: Site, place: str) -> None:
    assert add(site.visit("school_admin"), place=place).status_code == 422


def test_the_search_for_places_finds_only_the_own(site: Site) -> None:
    client = site.visit("school_admin")
    assert "THRUSH-1" in read(client, "/users/places?place=THRUSH")
    assert "CANARY" not in read(client, "/users/places?place=金丝雀")


def test_an_old_page_shows_both_values(site: Site) -> None:
    client = site.visit("school_admin")
    site.act(client, "class_teacher", "edit", {"name": "先来"})
    answer = site.act(client, "class_teacher", "edit", {"name": "后到", "version": site.version("class_teacher") - 1})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "先来" in page
    assert 'value="后到"' in page


def test_what_will_change_is_shown_before_roles_are_saved(site: Site) -> None:
    client, nodes = site.visit("school_admin"), site.world.nodes
    tree = read(client, f"/users/{site.world.accounts['class_teacher']}/grants")
    ticked = re.findall(r'value="(\d+)"\s+checked', tree)
    assert ticked == [str(nodes["THRUSH-1-1"])]
    form = {"role": "class_teacher", "node": nodes["THRUSH-1-2"]}
    shown = site.act(client, "class_teacher", "grants/change", form)
    page = shown.get_data(as_text=True)
    assert shown.status_code == 200
    added, ends = page.index("Is added"), page.index("<h2>Ends")
    assert added < page.index("画眉(2)班", added) < ends < page.index("画眉(1)班", ends)
    again = read(client, f"/users/{site.world.accounts['class_teacher']}/grants")
    assert re.findall(r'value="(\d+)"\s+checked', again) == ticked
    assert site.act(client, "class_teacher", "grants/change", {**form, "sure": "yes"}).status_code == 303


def test_whoever_holds_the_code_chooses_a_password_and_is_signed_in(site: Site) -> None:
    """FAB §2.8: a password made by an administrator need not be changed."""
    admin, owner = site.visit("school_admin"), site.stranger(1)
    code = code_of(admin, add(admin))
    asked = owner.post("/activate/", data={"code": code.lower()}, base_url=HOST).get_data(as_text=True)
    assert "周晓燕" in asked
    assert "画眉中学" in asked
    form = {"code": code, "password": "123456", "password_again": "123456"}
    refused = owner.post("/activate/password", data=form, base_url=HOST)
    assert refused.status_code == 422
    assert "周晓燕" in refused.get_data(as_text=True)
    form = {"code": code, "password": PASSWORD, "password_again": PASSWORD}
    assert owner.post("/activate/password", data=form, base_url=HOST).location == "/"
    assert "zhou_xy" in read(owner, "/settings/")
    again = site.stranger().post("/activate/", data={"code": code}, base_url=HOST)
    assert again.status_code == 409
    assert "used already" in again.get_data(as_text=True)


def test_a_browser_that_guesses_codes_is_stopped(site: Site) -> None:
    client = site.stranger()
    form = {"code": "ABCD-EFGH-JKMN"}
    codes = [client.post("/activate/", data=form, base_url=HOST).status_code for _ in range(12)]
    assert codes == [422] * 10 + [429] * 2


def test_two_passwords_that_differ_are_told_apart(site: Site) -> None:
    admin = site.visit("school_admin")
    code = code_of(admin, add(admin))
    form = {"code": code, "password": PASSWORD, "password_again": PASSWORD + "x"}
    answer = site.stranger().post("/activate/password", data=form, base_url=HOST)
    assert answer.status_code == 422
    assert "differ" in answer.get_data(as_text=True)


def test_a_student_signs_in_with_school_and_number_and_a_wrong_school_is_told(site: Site) -> None:
    client = site.stranger()
    assert "THRUSH 画眉中学" in read(client, "/login/schools?school=画眉")
    assert "option" not in read(client, "/login/schools?school=画")
    form = {"school": "nowhere", "number": "1", "password": "x"}
    assert client.post("/login/student/", data=form, base_url=HOST).status_code == 422
    form = {"school": "THRUSH 画眉中学", "number": "1", "password": "x"}
    assert client.post("/login/student/", data=form, base_url=HOST).status_code == 401


def test_the_present_password_is_guessed_ten_times_at_most(site: Site) -> None:
    site.give_password("class_teacher")
    client = site.visit("class_teacher")
    form = {"present": "wrong", "password": PASSWORD, "password_again": PASSWORD}
    codes = [client.post("/settings/password", data=form, base_url=HOST).status_code for _ in range(11)]
    assert codes == [422] * 10 + [429]


def test_nobody_ends_a_session_of_somebody_else(site: Site) -> None:
    victim = site.visit("school_admin")
    page = read(site.visit("school_admin"), "/settings/")
    theirs = re.findall(r"/settings/sessions/(\d+)/end", page)
    assert theirs
    answer = site.visit("class_teacher").post(f"/settings/sessions/{theirs[0]}/end", base_url=HOST)
    assert answer.status_code == 404
    assert victim.get("/settings/", base_url=HOST).status_code == 200


def test_a_school_signs_in_with_its_number(site: Site) -> None:
    client = site.visit("school_admin")
    answer = add(client, kind="unit_number", user_name="3699199555")
    assert answer.status_code == 303
    assert "369919955500" in read(client, answer.location)
