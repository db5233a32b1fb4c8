"""A long list: so many rows a page, on and back, and straight to a page."""

from __future__ import annotations

from tests.journeys.site import Site
from tests.journeys.visit import Visit, Visiting


def _numbers(visit: Visit) -> list[str]:
    return visit.page.locator("tbody td[data-label=学号]").all_inner_texts()


def test_rows_per_page_are_chosen(site: Site, visiting: Visiting) -> None:
    own = site.students_of("school_admin")
    visit = visiting()
    visit.sign_in(site.add_account("school_admin", "rows_per_page"))
    visit.go("/students/")
    assert visit.rows().count() == 20
    with visit.page.expect_navigation():
        visit.page.get_by_label("每页条数").select_option("100")
    visit.look()
    assert sorted(_numbers(visit)) == sorted(student.number for student in own)
    visit.go("/students/")
    assert visit.rows().count() == len(own)


def test_pages_follow_each_other_without_a_gap(site: Site, visiting: Visiting) -> None:
    own = site.students_of("school_admin")
    last = -(-len(own) // 50)
    visit = visiting("school_admin")
    visit.go("/students/?size=50")
    seen = _numbers(visit)
    for _ in range(last - 1):
        visit.click(visit.page.get_by_role("link", name="下一页"))
        seen += _numbers(visit)
    assert sorted(seen) == sorted(student.number for student in own)
    assert not visit.page.get_by_role("link", name="下一页").count()
    visit.click(visit.page.get_by_role("link", name="上一页"))
    assert f"第 {last - 1} / {last} 页" in visit.words()


def test_a_page_is_jumped_to(visiting: Visiting) -> None:
    visit = visiting("school_admin")
    visit.go("/students/?size=20")
    visit.page.get_by_label("跳至页码").fill("3")
    visit.click(visit.page.get_by_role("button", name="跳转"))
    assert "第 3 / 4 页" in visit.words()
    assert "当前第 41 至 60 条" in visit.words()
