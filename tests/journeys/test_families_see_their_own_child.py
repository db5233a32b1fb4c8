"""A guardian and a student land on a page about their own person, with the state of its insurance."""

from __future__ import annotations

import pytest

from tests.journeys.site import Site
from tests.journeys.visit import DESK, PHONE, Visiting


@pytest.mark.parametrize("role", ["guardian", "student"])
@pytest.mark.parametrize("size", [DESK, PHONE], ids=["desk", "phone"])
def test_families_see_their_own_child(role: str, size: tuple[int, int], site: Site, visiting: Visiting) -> None:
    classmates = {student.name for student in site.students_of(role)}
    visit = visiting(role, size=size)
    visit.go("/")
    words = visit.words()
    assert len([name for name in classmates if name in words]) == 1
    assert site.place(role).name in words
    assert "居民医保" in words
    visit.click(
        visit.page.get_by_role("link", name="学生基本信息", exact=True).first
        if size == DESK
        else visit.menu("学生基本信息")
    )
    assert len([name for name in classmates if name in visit.words()]) == 1


def test_families_are_not_shown_what_is_not_theirs(site: Site, visiting: Visiting) -> None:
    visit = visiting("guardian")
    visit.go("/students/")
    assert visit.rows().count() == 1
    assert "/students/" not in visit.menu_entries()
    visit.go("/orgs/", refused=[403])
    visit.go(f"/figures/?node={site.place('guardian').code}", refused=[403])
