"""On a phone: nothing sticks out at the side, everything is large enough for a thumb, the menu opens and closes."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.visit import PHONE, Visit, Visiting

SMALL_TARGETS = """() => Array.from(document.querySelectorAll("a, button, input:not([type=hidden]), select, summary"))
  .map(target => [target, (target.type === "checkbox" && target.closest(".check, label")) || target])
  .filter(([target]) => !target.matches(".skip") && target.checkVisibility({visibilityProperty: true}))
  .map(([target, box]) => [target, box.getBoundingClientRect()])
  .filter(([_, box]) => box.width > 1 && (box.height < 43.5 || box.width < 43.5))
  .map(([target, box]) => `${Math.round(box.width)}x${Math.round(box.height)} ${target.outerHTML.slice(0, 160)}`)"""

COVERED = """() => Array.from(document.querySelectorAll("tbody tr"), row => {
  const parts = Array.from(row.querySelectorAll("input[type=checkbox], .tag, a, button"))
    .filter(part => part.checkVisibility({visibilityProperty: true}) && !part.closest("details:not([open])"));
  const boxes = parts.map(part => part.getBoundingClientRect());
  const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  return parts.flatMap((part, one) => parts.slice(one + 1)
    .filter((other, next) => !part.contains(other) && meet(boxes[one], boxes[one + 1 + next]))
    .map(other => `${part.outerHTML.slice(0, 120)} meets ${other.outerHTML.slice(0, 120)}`));
}).flat().slice(0, 3)"""


def _look_on_phone(visit: Visit) -> None:
    visit.look()
    assert not visit.page.evaluate(COVERED), visit.page.url
    assert visit.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0, visit.page.url
    assert not visit.page.evaluate(SMALL_TARGETS), visit.page.url


@pytest.mark.parametrize("role", ["school_admin", "guardian"])
def test_a_phone_shows_every_page(role: str, visiting: Visiting) -> None:
    """FAB §1.4: lists do not fit a phone."""
    visit = visiting(role, size=PHONE)
    visit.page.goto("/")
    for path in visit.menu_entries():
        visit.page.goto(path)
        _look_on_phone(visit)


def test_a_phone_shows_the_list_behind_a_figure(visiting: Visiting) -> None:
    visit = visiting("province_admin", size=PHONE)
    visit.page.goto("/")
    _look_on_phone(visit)
    visit.page.locator("a.figure").first.click()
    visit.page.wait_for_url("**/people?**")
    _look_on_phone(visit)


@pytest.mark.parametrize("kind", ["students", "hardship", "insured", "tree"])
def test_a_phone_shows_the_upload_of_every_kind_in_the_longer_language(kind: str, visiting: Visiting) -> None:
    visit = visiting("school_admin", size=PHONE)
    visit.page.goto("/lang/en")
    visit.page.goto(f"/imports/new?kind={kind}")
    _look_on_phone(visit)


def test_a_phone_shows_the_sign_in_page(visiting: Visiting) -> None:
    visit = visiting(size=PHONE)
    visit.page.goto("/login/")
    _look_on_phone(visit)


def test_the_menu_of_a_phone_opens_and_closes(visiting: Visiting) -> None:
    visit = visiting("school_admin", size=PHONE)
    visit.go("/")
    menu = visit.page.locator("#side")
    opener = visit.page.get_by_role("button", name="打开菜单")
    expect(menu).to_be_hidden()
    opener.click()
    expect(menu).to_be_visible()
    _look_on_phone(visit)
    visit.page.get_by_role("button", name="关闭菜单").click()
    expect(menu).to_be_hidden()
    opener.click()
    visit.click(menu.get_by_role("link", name="学生管理", exact=True))
    expect(menu).to_be_hidden()
    assert visit.heading() == "学生管理"
