"""A new database knows exactly the permissions of the enum and the roles of the matrix."""

from __future__ import annotations

from sqlalchemy import text

from app.access.permissions import Permission
from app.access.roles import ROLES
from app.core.db import Session

KNOWN = text("""
SELECT p.name, v.name FROM ab_permission_view pv
  JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id
""")
HELD = text("""
SELECT d.code, p.name, v.name FROM ab_permission_view_role held
  JOIN role_detail d ON d.role_id = held.role_id
  JOIN ab_permission_view pv ON pv.id = held.permission_view_id
  JOIN ab_permission p ON p.id = pv.permission_id JOIN ab_view_menu v ON v.id = pv.view_menu_id
""")


def _spelled(permission: Permission) -> tuple[str, str]:
    return f"can_{permission.verb}", permission.resource


def test_the_permissions_in_the_database_are_the_enum(session: Session) -> None:
    rows = [tuple(row) for row in session.execute(KNOWN)]
    assert sorted(rows) == sorted(_spelled(permission) for permission in Permission)


def test_each_role_in_the_database_holds_what_the_matrix_says(session: Session) -> None:
    rows = [tuple(row) for row in session.execute(HELD)]
    assert sorted(rows) == sorted((role.code, *_spelled(p)) for role in ROLES for p in role.permissions)


def test_the_roles_in_the_database_have_their_levels_and_names(session: Session) -> None:
    rows = session.execute(text("SELECT code, level, label_en, label_zh FROM role_detail WHERE is_builtin"))
    assert {tuple(row) for row in rows} == {(r.code, r.level, r.label_en, r.label_zh) for r in ROLES}


def test_no_role_exists_without_its_details_and_no_user_holds_one_past_the_grants(session: Session) -> None:
    strangers = "SELECT count(*) FROM ab_role WHERE id NOT IN (SELECT role_id FROM role_detail)"
    assert session.scalar(text(strangers)) == 0
    assert session.scalar(text("SELECT count(*) FROM ab_user_role")) == 0
