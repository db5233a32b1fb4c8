"""A school admin makes a plan from the usual chain, corrects what was wrong, opens it, and closes it again."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.site import Site
from tests.journeys.test_a_school_is_built_and_staffed import field, fill, send
from tests.journeys.visit import PHONE, Visit, Visiting

REFUSED = 422
TYPED = {
    "name": "2028年度学平险",
    "product": "student_accident",
    "cover_year": "2028",
    "option1_label": "2028年全年",
    "option1_from": "2028-12",
    "option1_to": "2028-01",
    "option1_personal": "100",
    "option1_fiscal": "0",
    "apply_to": "2026-01-01T00:00",
    "apply_from": "2026-09-01T00:00",
}
"""A plan whose windows end before they begin, and that asks nobody."""


def test_a_plan_is_made_opened_closed_and_opened_again_by_two(site: Site, visiting: Visiting) -> None:
    visit = visiting("school_admin")
    visit.go("/figures/")
    everybody = visit.page.locator("tfoot [data-kind=number]").first.inner_text()
    visit.go("/plans/new?chain=school")
    fill(visit, **TYPED)
    send(visit, refused=(REFUSED,))
    wrong = visit.page.locator("p.wrong").all_inner_texts()
    assert wrong == ["请至少勾选一类学生。", "结束时间必须晚于开始时间。", "截止月份不能早于起始月份。"]
    assert field(visit, "name").input_value() == "2028年度学平险"
    fill(visit, option1_from="2028-01", option1_to="2028-12", apply_to="2028-12-01T00:00", step1_to="2028-12-15T00:00")
    visit.page.get_by_label("初中", exact=True).check()
    send(visit)
    assert visit.heading() == "2028年度学平险"
    expect(visit.page.locator(".plan-steps")).to_contain_text("上报单元 12 个，涉及班级 12 个")

    visit.click(visit.page.get_by_role("link", name="启动计划", exact=True))
    send(visit)
    expect(visit.page.locator("h2#facts")).to_contain_text("进行中")
    visit.go("/figures/?plan=" + visit.page.locator("dl.facts div", has_text="编码").locator("dd").inner_text())
    assert int(everybody) > 0
    assert visit.page.locator("tfoot [data-kind=number]").all_inner_texts()[:4] == [everybody, "0", "0", everybody]

    visit.go("/plans/")
    visit.click(visit.page.get_by_role("link", name="2028年度学平险", exact=True))
    visit.click(visit.page.get_by_role("link", name="关闭计划", exact=True))
    fill(visit, reason="试开结束，改由市里统一组织")
    send(visit)
    expect(visit.page.locator("h2#facts")).to_contain_text("已关闭")
    _opened_again_by_two(visit, visiting(), site)
    visit.go(visit.path())
    visit.click(visit.page.get_by_role("link", name="关闭计划", exact=True))
    fill(visit, reason="补报结束")
    send(visit)


def _opened_again_by_two(visit: Visit, second: Visit, site: Site) -> None:
    """One asks with a reason and cannot agree alone; the other one reads who asked and why, and agrees."""
    visit.click(visit.page.get_by_role("link", name="重新开放", exact=True))
    fill(visit, reason="三名学生漏报")
    send(visit)
    wish = visit.page.locator("section[aria-labelledby=wish]")
    expect(wish).to_contain_text("由您提出，等待另一人同意")
    assert wish.get_by_role("link", name="同意", exact=True).count() == 0
    second.sign_in(site.add_account("school_admin", "plan_second"))
    second.go(visit.path())
    expect(second.page.locator("section[aria-labelledby=wish]")).to_contain_text("王建国 于")
    expect(second.page.locator("section[aria-labelledby=wish]")).to_contain_text("三名学生漏报")
    second.click(second.page.get_by_role("link", name="同意", exact=True))
    send(second)
    expect(second.page.locator("h2#facts")).to_contain_text("进行中")


def test_a_phone_shows_the_form_of_a_plan(visiting: Visiting) -> None:
    visit = visiting("school_admin", size=PHONE)
    visit.go("/plans/new?chain=county")
    assert visit.page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 0
