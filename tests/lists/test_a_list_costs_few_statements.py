"""A page of a list takes at most eight statements, the sign-in included, however many rows it has."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from app.web.request import EXTENSION
from tests.make.places import A
from tests.site import Visit
from tests.world import KEYRING, World

pytestmark = pytest.mark.committed
SignIn = Callable[..., Visit]
MOST = 8
LISTS = {
    "school_admin": (
        "/students/",
        "/students/?name=hua&class_name=七年级&size=500",
        "/users/",
        "/departments/",
        "/changes/",
        "/audit/",
    ),
    "root_admin": ("/students/", "/users/", "/departments/", "/roles/", "/changes/", "/audit/"),
}


def opened(visit: SignIn, who: str) -> Visit:
    """Somebody of the cast in an app that can read what the cast has sealed."""
    visitor = visit(who)
    extensions = visitor.client.application.extensions
    extensions[EXTENSION] = replace(extensions[EXTENSION], keyring=KEYRING)
    return visitor


@pytest.mark.parametrize("who", sorted(LISTS))
def test_a_page_takes_at_most_eight_statements(visit: SignIn, statements: Callable[..., Any], who: str) -> None:
    visitor = opened(visit, who)
    for path in LISTS[who]:
        with statements() as sent:
            assert visitor.get(path).status_code == 200, path
        found = "class_name" in path  # looking a class up by its shown name takes two more
        assert len(sent) <= MOST + 2 * found, (path, sent)


def test_the_people_behind_a_figure_take_no_more_for_more_rows(
    visit: SignIn, statements: Callable[..., Any], world: World
) -> None:
    visitor = opened(visit, "school_admin")
    costs = []
    for status in ("total_eligible", "stopped"):
        with statements() as sent:
            path = f"/figures/people?plan={world.plan}&node={A}&status={status}"
            assert visitor.get(path).status_code == 200
        costs.append(len(sent))
    assert costs[0] <= costs[1] + 1
