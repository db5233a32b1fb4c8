"""The address of a page names a place in a list that nobody can read, alter, lend or use for another list."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest

from app.access.actor import SYSTEM
from app.core.db import Database
from app.departments import services
from app.lists import paging
from tests.make.places import A
from tests.site import Visit

pytestmark = pytest.mark.committed
SignIn = Callable[..., Visit]
LIST = "/departments/?size=10"
STEP = {way: re.compile(rf'rel="{way}"\s+href="([^"]+)"') for way in ("next", "prev")}
ROW = re.compile(r'role="rowheader"[^>]*>\s*<span class="keep">(科室 [0-9]+)')


@pytest.fixture(name="admin")
def _admin(visit: SignIn, database: Database) -> Visit:
    def fill(session: object) -> None:
        for n in range(34):
            services.create(session, SYSTEM, node_code=A, name=f"科室 {n:02}")  # type: ignore[arg-type]

    database.transaction(fill)
    return visit("school_admin")


def page(visit: Visit, path: str) -> str:
    """A page that must open."""
    answer = visit.get(path)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_data(as_text=True)


def step(text: str, way: str) -> str | None:
    """The address of the next or the previous page."""
    found = STEP[way].search(text)
    return html.unescape(found[1]) if found else None


def token(text: str) -> str:
    """What names the next page."""
    address = step(text, "next")
    assert address
    return address.split("after=")[1]


def test_the_next_and_the_previous_page_follow_without_a_gap(admin: Visit) -> None:
    text, seen, addresses = page(admin, LIST), [], [LIST]
    while True:
        seen.append(ROW.findall(text))
        address = step(text, "next")
        if address is None:
            break
        addresses.append(address)
        text = page(admin, address)
    assert [len(rows) for rows in seen] == [10, 10, 10, 4]
    assert [name for rows in seen for name in rows] == [f"科室 {n:02}" for n in range(34)]
    assert "Page 4 of 4" in text
    for before in reversed(seen[:-1]):
        address = step(text, "prev")
        assert address
        text = page(admin, address)
        assert ROW.findall(text) == before
    assert step(text, "prev") is None
    assert "Page 1 of 4" in text
    assert not any("科室" in address or A in address for address in addresses)


def test_a_token_that_was_altered_or_made_up_is_refused_politely(admin: Visit) -> None:
    good = token(page(admin, LIST))
    turned = "B" if good[20] == "A" else "A"
    for bad in (good[:-1], good[:20] + turned + good[21:], good + "AAAA", "x", "é", "A" * 2001, good[::-1]):
        answer = admin.get(f"{LIST}&after={bad}")
        assert answer.status_code == 422, bad
    assert admin.get(f"{LIST}&after={good}&before={good}").status_code == 422
    assert "can no longer be found" in admin.get(f"{LIST}&after=x").get_data(as_text=True)


def test_a_token_serves_one_account_and_one_list(admin: Visit, visit: SignIn) -> None:
    good = token(page(admin, LIST))
    assert visit("school_admin").get(f"{LIST}&after={good}").status_code == 200
    assert visit("root_admin").get(f"{LIST}&after={good}").status_code == 422
    assert visit("school_admin_b").get(f"{LIST}&after={good}").status_code == 422
    for other in ("/users/", "/students/", "/changes/", "/audit/"):
        assert admin.get(f"{other}?after={good}").status_code == 422, other


def test_beyond_the_rows_that_can_be_jumped_to_a_list_is_paged_back_and_forward(
    admin: Visit, visit: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "FARTHEST_JUMP", 20)
    assert admin.get(f"{LIST}&page=3").status_code == 422
    second = page(admin, f"{LIST}&page=2")
    assert 'max="2"' in second
    assert "can be jumped to" in second
    third = page(admin, step(second, "next") or "")
    assert ROW.findall(third) == [f"科室 {n:02}" for n in range(20, 30)]
    assert "paged back and forward only" in third
    assert "shown:" not in third
    assert ROW.findall(page(admin, step(third, "prev") or "")) == ROW.findall(second)
    chinese = visit("school_admin", "zh_Hans_CN")
    assert "只能前后翻页" in page(chinese, step(page(chinese, f"{LIST}&page=2"), "next") or "")


def test_a_page_after_the_last_says_so(admin: Visit) -> None:
    text = page(admin, f"{LIST}&page=400")
    assert "The list ends before this page" in text
    assert "To the first page" in text
