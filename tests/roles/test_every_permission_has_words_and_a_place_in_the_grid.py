"""The grid shows every permission once, under its menu entry, in words of both languages."""

from __future__ import annotations

from collections import Counter

from app.access.permissions import Permission
from app.roles.grid import in_order, laid_out
from app.roles.labels import GROUPS, RESOURCES, VERBS
from app.roles.rules import KEPT, RESERVED
from scripts.check_translations import catalogue


def _values(role_code: str, held: frozenset[Permission]) -> list[str]:
    entries = [entry for group in laid_out(held, role_code) for entry in group.entries]
    common = [cell for entry in entries for _, cell in entry.common if cell]
    return [cell.value for cell in (*common, *(cell for entry in entries for cell in entry.others))]


def test_every_resource_stands_in_one_group_and_has_a_word() -> None:
    placed = Counter(resource for _, resources in GROUPS for resource in resources)
    assert placed == Counter({permission.resource for permission in Permission})
    assert set(RESOURCES) == set(placed)


def test_every_verb_has_a_word_and_none_too_many() -> None:
    assert set(VERBS) == {permission.verb for permission in Permission}


def test_every_word_is_translated() -> None:
    chinese = catalogue("zh_Hans_CN")
    words = [label._args[0] for label in (*RESOURCES.values(), *VERBS.values(), *(label for label, _ in GROUPS))]
    assert [word for word in words if not (chinese.get(word) and chinese[word].string)] == []


def test_the_grid_shows_every_permission_once() -> None:
    assert Counter(_values("student", frozenset())) == Counter(map(str, Permission))


def test_the_order_of_the_grid_keeps_every_permission() -> None:
    assert sorted(in_order(frozenset(Permission))) == sorted(Permission)


def test_what_cannot_be_changed_is_fixed() -> None:
    for role_code, fixed in (("system_admin", KEPT), ("ministry_admin", RESERVED)):
        entries = [entry for group in laid_out(fixed, role_code) for entry in group.entries]
        cells = [cell for entry in entries for cell in (*(c for _, c in entry.common if c), *entry.others)]
        assert {cell.value for cell in cells if cell.is_fixed} == set(map(str, fixed))
