"""Which columns and how many rows: kept for the user who chose them, in every browser, and for nobody else (W6)."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from tests.make.places import A
from tests.site import Visit

pytestmark = pytest.mark.committed
SignIn = Callable[..., Visit]
LIST = "/departments/"


def heads(visit: Visit) -> list[str]:
    """The words at the head of the list."""
    page = visit.get(LIST).get_data(as_text=True)
    found: list[str] = re.findall(r'<th role="columnheader"[^>]*>([^<]+)</th>', page)
    return [head.strip() for head in found]


@pytest.fixture(name="admin")
def _admin(visit: SignIn) -> Visit:
    admin = visit("school_admin")
    admin.fill("/departments/new", name="教务处", node=A)
    return admin


def keep(admin: Visit, what: str, **chosen: object) -> int:
    """Send a setting and return the status of the answer."""
    token = admin.hidden(LIST)["csrf_token"]
    return admin.post(f"/lists/departments/{what}", {"csrf_token": token, "back": LIST, **chosen}).status_code


def test_a_column_that_is_not_ticked_goes_and_the_title_stays(admin: Visit) -> None:
    assert heads(admin) == ["Department", "Place", "Actions"]
    assert keep(admin, "columns") == 303
    assert heads(admin) == ["Department", "Actions"]
    assert keep(admin, "columns", column="place") == 303
    assert heads(admin) == ["Department", "Place", "Actions"]


def test_another_browser_of_the_user_shows_the_same_and_another_user_the_usual(admin: Visit, visit: SignIn) -> None:
    keep(admin, "columns")
    assert heads(visit("school_admin")) == ["Department", "Actions"]
    assert heads(visit("root_admin")) == ["Department", "Place", "Actions"]


def test_the_rows_per_page_are_kept(admin: Visit) -> None:
    assert keep(admin, "size", size=50) == 303
    assert 'value="50" selected' in admin.get(LIST).get_data(as_text=True)


@pytest.mark.parametrize("size", ["0", "7", "501", "999999999", "x", ""])
def test_a_size_that_is_not_offered_is_refused(admin: Visit, size: str) -> None:
    assert keep(admin, "size", size=size) == 422


def test_nothing_is_kept_for_lists_and_columns_that_are_not(admin: Visit) -> None:
    token = admin.hidden(LIST)["csrf_token"]
    for what, chosen in (("columns", {"column": "name"}), ("size", {"size": "20"})):
        assert admin.post(f"/lists/no-such-list/{what}", {"csrf_token": token, **chosen}).status_code == 404
    assert keep(admin, "columns", column="no-such-column") == 422
    assert heads(admin) == ["Department", "Place", "Actions"]


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_the_way_back_never_leaves_the_site(admin: Visit, back: str) -> None:
    token = admin.hidden(LIST)["csrf_token"]
    answer = admin.post("/lists/departments/size", {"csrf_token": token, "back": back, "size": "20"})
    assert answer.headers["Location"] == "/"
