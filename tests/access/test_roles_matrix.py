"""The matrix in the code against the agreed table, cell by cell, and against what is published."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from app.access.permissions import Permission
from app.access.roles import MATRIX, POSTS, REASONED, ROLE_BY_CODE, ROLES, Hold, hold

AGREED = Path(__file__).with_name("roles_matrix.md")
COLUMNS = {
    "ministry": "ministry_admin",
    "province": "province_admin",
    "city": "city_admin",
    "county": "county_admin",
    "bureau": "bureau_clerk",
    "school": "school_admin",
    "affairs": "student_affairs",
    "college": "college_officer",
    "class set": "class_set_admin",
    "counsellor": "counsellor",
    "class teacher": "class_teacher",
    "class admin": "class_admin",
    "unit": "unit_operator",
    "guardian": "guardian",
    "student": "student",
}
WORDS = {
    "": Hold.NO,
    "y": Hold.YES,
    "own": Hold.OWN,
    "step": Hold.STEP,
    "req": Hold.REQUEST,
    "reason": Hold.REASON,
    "switch": Hold.SWITCH,
}
VERBS_OF_STAR = ("close", "create", "read", "update")
FOR_ALL_BY_TEXT = {"job:read", "job:cancel"}  # stated below the agreed table, not in it


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().removeprefix("|").removesuffix("|").split("|")]


def _permissions(group: str) -> list[str]:
    names: list[str] = []
    for name in re.findall(r"`([^`]+)`", group):
        resource, verb = name.split(":")
        names += [f"{resource}:{v}" for v in VERBS_OF_STAR] if verb == "*" else [name]
    return names


def _agreed() -> dict[tuple[str, str], Hold]:
    """Read the agreed table: (permission, role code) → how it is held."""
    lines = [line for line in AGREED.read_text("utf-8").splitlines() if line.startswith("|")]
    roles = [COLUMNS[name] for name in _cells(lines[0])[1:]]
    found: dict[tuple[str, str], Hold] = {}
    for line in lines[2:]:
        names, *words = _cells(line)
        groups = names.split("/")
        for role, word in zip(roles, words, strict=True):
            parts = word.split("/") if word else [""] * len(groups)
            for group, part in zip(groups, parts, strict=True):
                for permission in _permissions(group):
                    found[permission, role] = WORDS[part.strip()]
    return found


@pytest.fixture(scope="module")
def agreed() -> dict[tuple[str, str], Hold]:
    """The agreed table, parsed."""
    return _agreed()


def test_every_cell_of_the_agreed_table_is_the_cell_in_the_code(agreed: dict[tuple[str, str], Hold]) -> None:
    in_code = {
        (permission.value, code): hold(permission, code)
        for permission in Permission
        for code, *_ in POSTS
        if permission not in FOR_ALL_BY_TEXT
    }
    assert in_code == agreed


def test_a_role_stores_exactly_the_cells_that_are_held(agreed: dict[tuple[str, str], Hold]) -> None:
    for code, *_ in POSTS:
        held = {permission for (permission, role), cell in agreed.items() if role == code and cell.is_held}
        assert ROLE_BY_CODE[code].permissions == held | FOR_ALL_BY_TEXT


def test_who_must_ask_holds_the_right_to_ask_and_not_the_thing(agreed: dict[tuple[str, str], Hold]) -> None:
    asked = {(permission, role) for (permission, role), cell in agreed.items() if cell is Hold.REQUEST}
    assert {role for _, role in asked} == {"counsellor", "class_teacher", "guardian", "student"}
    for permission, role in asked:
        assert Permission(permission) not in ROLE_BY_CODE[role].permissions
        assert Permission.CHANGE_REQUEST_CREATE in ROLE_BY_CODE[role].permissions


def test_system_admin_holds_every_permission_without_a_switch() -> None:
    assert ROLE_BY_CODE["system_admin"].permissions == frozenset(Permission)
    assert not ROLE_BY_CODE["system_admin"].switched


def test_only_names_behind_figures_are_switched_and_only_for_province_and_city() -> None:
    switched = {role.code: role.switched for role in ROLES if role.switched}
    names = frozenset({Permission.FIGURE_NAMES})
    assert switched == {"province_admin": names, "city_admin": names}


def test_cells_with_a_reason_are_those_of_the_permissions_that_ask_for_one(
    agreed: dict[tuple[str, str], Hold],
) -> None:
    assert {permission for (permission, _), cell in agreed.items() if cell is Hold.REASON} == set(REASONED)


def test_permissions_are_alphabetical_and_each_has_its_line() -> None:
    values = [permission.value for permission in Permission]
    names = [permission.name for permission in Permission]
    assert names == sorted(names)
    assert list(MATRIX) == list(Permission)
    assert all(len(line.replace(" ", "")) == len(POSTS) for line in MATRIX.values())
    assert len(set(values)) == len(values)


@pytest.mark.parametrize("permission", list(Permission))
def test_a_permission_is_a_resource_and_a_verb(permission: Permission) -> None:
    assert re.fullmatch(r"[a-z_]+:[a-z_]+", permission.value)
    assert f"{permission.resource}:{permission.verb}" == permission.value
    assert f"{permission.resource}_{permission.verb}".upper() == permission.name


def test_the_sixteen_roles_have_their_levels() -> None:
    assert {role.code: role.level for role in ROLES} == {
        "system_admin": 0,
        "ministry_admin": 1,
        "province_admin": 2,
        "city_admin": 3,
        "county_admin": 4,
        "bureau_clerk": 4,
        "school_admin": 5,
        "student_affairs": 5,
        "unit_operator": 5,
        "college_officer": 6,
        "class_set_admin": 6,
        "counsellor": 7,
        "class_teacher": 7,
        "class_admin": 7,
        "guardian": 8,
        "student": 8,
    }


def test_an_unknown_role_has_no_cell() -> None:
    with pytest.raises(ValueError, match="janitor"):
        hold(Permission.ORG_READ, "janitor")
