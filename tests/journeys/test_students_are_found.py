"""The list of students finds by part of a name, by pinyin and by number, and says so when nobody matches."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.journeys.site import Site, Student
from tests.journeys.visit import Visit, Visiting


def _search(visit: Visit, **fields: str) -> None:
    form = visit.page.get_by_role("search")
    for label, value in fields.items():
        form.get_by_label(label, exact=True).fill(value)
    with visit.page.expect_response(re.compile(r"/students/")):
        form.get_by_role("button", name="查询").click()
    expect(visit.page.locator("#busy")).to_be_hidden()


def _expect_found(visit: Visit, found: list[Student]) -> None:
    assert found
    expect(visit.page.locator(".pager-total")).to_contain_text(f"共 {len(found):,} 条")
    numbers = visit.page.locator("tbody td[data-label=学号]").all_inner_texts()
    assert len(numbers) == min(len(found), 20)
    assert set(numbers) <= {student.number for student in found}


SEARCHES: dict[str, tuple[str, Callable[[Student], str], Callable[[str, Student], bool]]] = {
    "part of a name": ("姓名", lambda one: one.name[1:], lambda text, other: text in other.name),
    "one character": ("姓名", lambda one: one.name[0], lambda text, other: text in other.name),
    "initials": ("姓名", lambda one: one.initials, lambda text, other: other.initials.startswith(text)),
    "number": ("学号", lambda one: one.number, lambda text, other: other.number.startswith(text)),
}


@pytest.mark.parametrize("how", SEARCHES)
def test_students_are_found(how: str, site: Site, visiting: Visiting) -> None:
    label, asked, matches = SEARCHES[how]
    own = site.students_of("school_admin")
    text = asked(own[len(own) // 2])
    visit = visiting("school_admin")
    visit.go("/students/")
    _search(visit, **{label: text})
    _expect_found(visit, [student for student in own if matches(text, student)])
    visit.look()


def test_nobody_matching_is_said_with_a_way_back(site: Site, visiting: Visiting) -> None:
    visit = visiting("school_admin")
    visit.go("/students/")
    _search(visit, 姓名="查无此人")
    expect(visit.page.locator("#list .empty")).to_contain_text("没有符合条件")
    visit.look()
    visit.click(visit.page.get_by_role("search").get_by_role("link", name="重置"))
    _expect_found(visit, site.students_of("school_admin"))


def test_certificate_numbers_are_masked(visiting: Visiting) -> None:
    visit = visiting("school_admin")
    visit.go("/students/?size=100")
    numbers = visit.page.locator("tbody td[data-label=证件号码]").all_inner_texts()
    assert numbers
    assert not [number for number in numbers if "**" not in number and number != "—"]  # somebody without any
    assert not re.search(r"\d{15}", visit.page.content())
