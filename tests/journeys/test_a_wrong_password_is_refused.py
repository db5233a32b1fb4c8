"""A wrong password: one sentence that does not say what was wrong, the name stays, and ten tries are enough."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.site import Site
from tests.journeys.visit import Visiting

REFUSED = "用户名或密码不正确"
LOCKED = "输错次数过多"
TRIES = 10


def test_a_wrong_password_keeps_the_name(site: Site, visiting: Visiting) -> None:
    name = site.accounts["county_admin"].username
    visit = visiting()
    visit.go("/login/")
    visit.click(visit.type_credentials(name, "not the password"), refused=[401])
    assert REFUSED in visit.page.get_by_role("alert").inner_text()
    expect(visit.page.get_by_role("textbox", name="用户名", exact=True)).to_have_value(name)
    expect(visit.page.get_by_role("textbox", name="密码", exact=True)).to_have_value("")


def test_an_unknown_name_is_refused_with_the_same_words(visiting: Visiting) -> None:
    visit = visiting()
    visit.go("/login/")
    visit.click(visit.type_credentials("nobody_of_that_name", "not the password"), refused=[401])
    assert REFUSED in visit.page.get_by_role("alert").inner_text()


def test_fields_left_empty_are_marked(visiting: Visiting) -> None:
    visit = visiting()
    visit.go("/login/")
    visit.click(visit.type_credentials("", ""), refused=[422])
    assert visit.page.locator("[aria-invalid=true]").count() == 2


def test_after_ten_wrong_passwords_the_right_one_has_to_wait(site: Site, visiting: Visiting) -> None:
    account = site.add_account("class_teacher", "locked_out")
    visit = visiting()
    visit.page.goto("/login/")
    wrong = 0
    # A window of ten minutes may end while this runs: then a try of the last one counts a little less than one.
    while wrong <= TRIES and LOCKED not in visit.page.get_by_role("main").inner_text():
        with visit.page.expect_navigation():
            visit.type_credentials(account.username, "not the password").click()
        wrong += 1
    visit.forget()
    visit.click(visit.type_credentials(account.username, account.password), refused=[429])
    assert LOCKED in visit.page.get_by_role("alert").inner_text()
    assert wrong > TRIES
    assert visit.path() == "/login/"
