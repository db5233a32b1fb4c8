"""Where schools make plans of their own, a page links a few and the list of all; each plan leads to its figures."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.core.db import Session
from app.plans.choices import MOST_LINKS
from tests.campaigns import opened
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.world import World

SignIn = Callable[..., Visit]
MANY = 15


@pytest.fixture
def codes(session: Session, world: World) -> list[str]:
    """Codes of more plans than stand on a page, the cast's own among them."""
    for number in range(MANY):
        opened(session, f"P{number:02}", cover_year=2030 + number)
    session.commit()
    return [world.plan, *(f"P{number:02}" for number in range(MANY))]


@pytest.mark.parametrize("path", ["/", "/figures/", "/rates/", "/classes/", "/applications/"])
def test_a_page_links_a_few_plans_and_the_list_of_all(path: str, visit: SignIn, codes: list[str]) -> None:
    page = visit("school_admin").get(path).get_data(as_text=True)
    linked = page.split('<ul class="plans">')[1].split("</ul>")[0]
    assert linked.count("<a ") == MOST_LINKS + 1
    assert f"All {len(codes)} plans" in linked
    assert 'href="/plans/"' in linked


def test_the_plan_that_is_shown_is_among_them(visit: SignIn, codes: list[str]) -> None:
    page = visit("school_admin").get(f"/figures/?plan={codes[0]}").get_data(as_text=True)
    assert page.split('<ul class="plans">')[1].count('aria-current="true"') == 1


def test_a_plan_leads_to_its_figures(visit: SignIn, session: Session, world: World) -> None:
    plan = opened(session, "P")
    session.commit()
    assert world.plan_id
    assert "/figures/?plan=P" in visit("school_admin").get(f"/plans/{plan.id}").get_data(as_text=True)
