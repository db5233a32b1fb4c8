"""Who signs in sees the own place, all that lies below, and nothing beside it."""

from __future__ import annotations

from html import unescape

import pytest

from app.access.roles import ROLES
from tests.journeys.site import Site
from tests.journeys.visit import Visiting

ROLE_CODES = [role.code for role in ROLES]


@pytest.mark.parametrize("role", ROLE_CODES)
def test_each_role_sees_its_own_place_only(role: str, site: Site, visiting: Visiting) -> None:
    foreign = site.foreign(role)
    is_all_of_it = site.scope(role).count("/") == 2
    assert is_all_of_it or any(node.name in foreign for node in site.nodes.values())
    assert is_all_of_it or any(student.name in foreign for student in site.students)
    visit = visiting(role)
    visit.go("/")
    words = visit.words()
    assert site.place(role).name in words
    assert not {word for word in foreign if word in words}
    entries = visit.menu_entries()
    assert len(entries) > 1
    for path in entries:
        visit.go(path)
        text = unescape(visit.page.content())
        assert not {word for word in foreign if word in text}, path
