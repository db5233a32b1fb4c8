"""Every list with a choice in its query form refuses one it never offered, and takes each it did."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.lists.listing import Field, ListScreen
from tests.lists.test_a_list_costs_few_statements import opened
from tests.site import Visit

pytestmark = pytest.mark.committed


def lists_of(visitor: Visit) -> list[tuple[str, Field]]:
    """Address and field of every choice in the query forms of the visitor's lists."""
    screens = visitor.client.application.extensions["appbuilder"].baseviews
    lists = [screen for screen in screens if isinstance(screen, ListScreen)]
    return [(f"{screen.route_base}/", field) for screen in lists for field in screen.listing.fields if field.options]


def test_a_choice_that_was_not_offered_is_refused_and_one_that_was_is_taken(visit: Callable[..., Visit]) -> None:
    visitor = opened(visit, "school_admin")
    asked = lists_of(visitor)
    assert {path for path, _ in asked} >= {"/students/", "/users/", "/audit/", "/applications/", "/change-requests/"}
    for path, field in asked:
        answer = visitor.get(f"{path}?{field.name}=nonsense")
        assert answer.status_code in {403, 422}, (path, field.name)
        offered = next(code for code, _ in field.options if code)
        again = visitor.get(f"{path}?{field.name}={offered}")
        assert again.status_code == {403: 403, 422: 200}[answer.status_code], (path, field.name, offered)
