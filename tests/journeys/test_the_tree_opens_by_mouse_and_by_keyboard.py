"""The organisation tree: a branch opens in place, says so to a screen reader, and counts who stands below."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from tests.journeys.site import Node, Site
from tests.journeys.visit import Visit, Visiting


def _below(site: Site, node: Node) -> list[Node]:
    depth = node.path.count("/") + 1
    return [each for each in site.nodes.values() if each.path.startswith(node.path) and each.path.count("/") == depth]


def _line(visit: Visit, node: Node) -> Locator:
    """The line of one place: its code stands in it and nowhere else."""
    code = visit.page.locator(".tree-code", has_text=re.compile(rf"(^|\s){re.escape(node.code)}\s*$"))
    return visit.page.locator(".tree-row", has=code)


def _turn(visit: Visit, node: Node) -> Locator:
    return _line(visit, node).locator("a[aria-expanded]")


def _expect_counts(visit: Visit, site: Site, nodes: list[Node]) -> None:
    assert nodes
    site.look_again()
    for node in nodes:
        students = sum(student.path.startswith(node.path) for student in site.students)
        expect(_line(visit, node).locator(".tree-count")).to_contain_text(re.compile(rf"^\s*{students:,}\D"))


def test_a_branch_opens_and_closes_by_a_click(site: Site, visiting: Visiting) -> None:
    school = site.place("school_admin")
    grades = _below(site, school)
    visit = visiting("school_admin")
    visit.go("/orgs/")
    expect(_turn(visit, school)).to_have_attribute("aria-expanded", "true")
    _expect_counts(visit, site, [school, *grades])
    _turn(visit, grades[0]).click()
    expect(_turn(visit, grades[0])).to_have_attribute("aria-expanded", "true")
    _expect_counts(visit, site, _below(site, grades[0]))
    visit.look()
    _turn(visit, grades[0]).click()
    expect(_line(visit, _below(site, grades[0])[0])).to_be_hidden()


def test_a_branch_opens_and_closes_by_keyboard(site: Site, visiting: Visiting) -> None:
    province = site.nodes["36"]
    cities = [node for node in _below(site, province) if node.kind == "city"]
    visit = visiting("province_admin")
    visit.go("/orgs/")
    expect(_line(visit, cities[0])).to_be_visible()
    for _ in range(40):
        visit.page.keyboard.press("Tab")
        if _turn(visit, cities[0]).evaluate("element => element === document.activeElement"):
            break
    visit.page.keyboard.press("Enter")
    _expect_counts(visit, site, _below(site, cities[0]))
    visit.look()
    visit.page.keyboard.press("Enter")
    expect(_line(visit, _below(site, cities[0])[0])).to_be_hidden()


def test_a_count_leads_to_those_students(site: Site, visiting: Visiting) -> None:
    grade = _below(site, site.place("school_admin"))[0]
    students = sum(student.path.startswith(grade.path) for student in site.students)
    visit = visiting("school_admin")
    visit.go("/orgs/")
    visit.click(_line(visit, grade).locator(".tree-count a"))
    assert grade.name in visit.words()
    assert f"共 {students:,} 条" in visit.words()
