"""The bell at the top of every page says how many lines the to-do list of Home has, at a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.journeys.visit import DESK, PHONE, Visiting


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_bell_says_what_waits(size: tuple[int, int], visiting: Visiting) -> None:
    visit = visiting("school_admin", size=size)
    visit.go("/")
    lines = visit.page.locator("section[aria-labelledby=to-do] li").count()
    assert lines
    for path in ("/", "/figures/"):
        visit.go(path)
        expect(visit.page.locator("header .waiting")).to_have_text(str(lines))
        visit.look()
    with visit.page.expect_navigation():
        visit.page.get_by_role("link", name="待办").click()
    assert visit.page.url.endswith("/")
