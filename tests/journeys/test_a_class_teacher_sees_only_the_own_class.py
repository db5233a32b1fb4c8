"""A class teacher's phone shows the own class, with lists as long as its figures, and of no other class anything."""

from __future__ import annotations

from html import unescape

from playwright.sync_api import expect

from tests.journeys.rate_pages import assert_as_long_as, number
from tests.journeys.site import Site
from tests.journeys.visit import PHONE, Visit, Visiting

ROLE = "class_teacher"
BESIDE = "3136900001-1-2"
"""The class next door."""


def test_a_class_teacher_sees_only_the_own_class(site: Site, visiting: Visiting) -> None:
    visit = visiting(ROLE, size=PHONE)
    own = {student.name for student in site.students_of(ROLE)}
    visit.go("/classes/")
    cards = visit.page.get_by_role("main").locator("section.sheet h2")
    assert cards.count() == 1
    assert cards.first.inner_text().endswith(site.place(ROLE).name)
    figures = visit.page.get_by_role("main").locator("a.figure")
    total, insured, rest = (number(figure.locator(".figure-value")) for figure in figures.all())
    assert (total, insured + rest) == (len(own), len(own))
    visit.click(figures.first)
    assert_as_long_as(visit, total)
    assert set(visit.page.locator("table.grid tbody th[data-role=title]").all_inner_texts()) <= own
    _no_page_of_the_menu_names_anybody_else(visit, site, own)
    _addresses_of_the_class_next_door_answer_nothing(visit, site)


def _no_page_of_the_menu_names_anybody_else(visit: Visit, site: Site, own: set[str]) -> None:
    others = {s.name for s in site.students if len(s.name) > 2 and s.name not in own} - set(site.holders)
    telling = {name for name in others if not any(name in mine for mine in own)}
    entries = visit.menu_entries()
    assert {"/classes/", "/students/"} <= set(entries)
    for path in entries:
        visit.go(path)
        page = unescape(visit.page.content())
        assert not {name for name in telling if name in page}, path


def _addresses_of_the_class_next_door_answer_nothing(visit: Visit, site: Site) -> None:
    """What is typed into the address line is not found; what is searched for is in no list."""
    plan = site.accounts[ROLE].plan
    next_door = [student for student in site.students if student.path.startswith(site.nodes[BESIDE].path)]
    visit.go(f"/figures/?plan={plan}&node={BESIDE}", refused=(404,))
    visit.go(f"/figures/people?plan={plan}&node={BESIDE}&status=total_eligible", refused=(404,))
    pages = site.addresses_of(next_door[0])
    assert len(pages) > 1
    for page in pages:
        visit.go(page, refused=(404,))
    visit.go(f"/students/?number={next_door[0].number}")
    expect(visit.page.get_by_role("main")).not_to_contain_text(next_door[0].name)
    assert visit.rows().count() == 0
