"""Who signs in sees the own place, all that lies below, and nothing beside it."""

from __future__ import annotations

import pytest

from app.access.roles import ROLES
from tests.journeys.site import Site
from tests.journeys.visit import Visit, Visiting

ROLE_CODES = [role.code for role in ROLES]


def _see_only_the_own(visit: Visit, foreign: set[str]) -> None:
    words = visit.words()
    assert not {word for word in foreign if word in words}, visit.page.url


@pytest.mark.parametrize("role", ROLE_CODES)
def test_each_role_sees_its_own_place_only(role: str, site: Site, visiting: Visiting) -> None:
    foreign = site.foreign(role)
    top = len(site.scope(role).strip("/").split("/")) == 1
    assert top or any(node.name in foreign for node in site.nodes.values())
    assert top or any(student.name in foreign for student in site.students)
    visit = visiting(role)
    visit.go("/")
    assert site.place(role).name in visit.words()
    assert site.accounts[role].username not in visit.words()
    _see_only_the_own(visit, foreign)
    for number in range(1, visit.page.locator("#side a.leaf").count()):
        visit.click(visit.page.locator("#side a.leaf").nth(number))
        _see_only_the_own(visit, foreign)
