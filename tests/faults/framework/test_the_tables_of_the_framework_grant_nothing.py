"""FAB §2.1, FAB §2.2: rights came from patterns that matched beginnings, from user roles, and from groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from app.access.permissions import Permission
from app.web.permissions import fab_names, from_fab
from tests.faults.conftest import House

ADMIN = "(SELECT id FROM ab_role WHERE name = 'system_admin')"
USER = "(SELECT user_id FROM account WHERE id = :account)"


def test_a_permission_is_compared_whole(house: House) -> None:
    """FAB §2.1: nothing opens because its name begins like something held."""
    assert "FAB_ROLES" not in house.app.config
    for permission in Permission:
        verb, resource = fab_names(permission)
        near = [(verb, f"{resource}SecretImport"), (f"{verb}_secret", resource), (verb[:-1], resource), (verb, ".*")]
        assert [pair for pair in near if from_fab(*pair) is permission] == []


@contextmanager
def _given(house: House, *statements: str) -> Iterator[None]:
    """Rows written into the framework's tables, and taken out again."""
    values = {"account": house.world.accounts["class_teacher"]}
    with house.stage.database.engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement), values)
    try:
        yield
    finally:
        with house.stage.database.engine.begin() as connection:
            for table in ("ab_user_role", "ab_user_group", "ab_group_role", "ab_group"):
                connection.execute(text(f"DELETE FROM {table}"))


@pytest.mark.parametrize(
    "statements",
    [
        (f"INSERT INTO ab_user_role (user_id, role_id) VALUES ({USER}, {ADMIN})",),
        (
            "INSERT INTO ab_group (name, label, description) VALUES ('all', 'all', '')",
            f"INSERT INTO ab_user_group (user_id, group_id) SELECT {USER}, id FROM ab_group",
            f"INSERT INTO ab_group_role (group_id, role_id) SELECT id, {ADMIN} FROM ab_group",
        ),
    ],
    ids=["a role of the user", "a role of a group"],
)
def test_a_role_in_the_framework_tables_opens_no_door(statements: tuple[str, ...], house: House) -> None:
    """FAB §2.2: only grants count."""
    with _given(house, *statements):
        for path in ("/roles/", "/users/", "/audit/", "/departments/"):
            assert house.get("class_teacher", path).status_code == 403
        menu = house.get("class_teacher", "/").text
    assert "/roles/" not in menu
    assert "/students/" in menu


def test_nobody_signed_out_holds_a_public_role(house: House) -> None:
    """FAB §2.2: the framework's public role opens nothing either."""
    manager = house.app.extensions["appbuilder"].sm
    with house.app.test_request_context():
        assert not manager.is_item_public("can_read", "student")
        assert not manager.has_access("can_read", "student")
        assert manager.get_user_menu_access(["Student management"]) == set()
