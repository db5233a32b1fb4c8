"""Signed out means out: the button works by keyboard, Back shows nothing, a copy of the cookie opens nothing."""

from __future__ import annotations

from tests.journeys.site import Site
from tests.journeys.visit import Visiting


def test_back_shows_nothing_after_signing_out(site: Site, visiting: Visiting) -> None:
    visit = visiting()
    visit.sign_in(site.accounts["school_admin"])
    visit.go("/students/")
    stolen = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in visit.context.cookies())
    assert visit.context.request.get("/students/", headers={"Cookie": stolen}, max_redirects=0).ok
    student = visit.page.locator("tbody th").first.inner_text()
    visit.page.get_by_role("button", name="王建国").press("Enter")
    leave = visit.page.get_by_role("button", name="退出登录")
    with visit.page.expect_navigation():
        leave.press("Enter")
    visit.look()
    assert visit.path() == "/login/"
    visit.page.go_back()
    visit.look()
    assert visit.path() == "/login/"
    assert student not in visit.page.content()
    answer = visit.context.request.get("/students/", headers={"Cookie": stolen}, max_redirects=0)
    assert answer.status == 302


def test_signing_in_leads_where_one_wanted_to_go(site: Site, visiting: Visiting) -> None:
    visit = visiting()
    visit.go("/students/?size=50")
    assert visit.path() == "/login/"
    teacher = site.accounts["class_teacher"]
    visit.click(visit.type_credentials(teacher.username, teacher.password))
    assert visit.page.url == f"{site.url}/students/?size=50"
