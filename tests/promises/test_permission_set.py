"""What may be done is one closed list: in the code, in the database, in the published page, at every route and menu."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, text

import app.features
from app.access.permissions import Permission
from app.access.roles import MATRIX, POSTS, ROLE_BY_CODE, ROLES, hold
from app.accounts.models import RoleDetail
from app.accounts.seed import known_permissions, role_permissions, sync_roles
from app.core.db import Base, Session
from app.web.permissions import fab_names, from_fab
from tests.promises.source import ROOT, called, calls, python_files

PAGE = Path(ROOT, "docs", "roles.md")
WRITTEN = re.compile(r"^\|(?P<names>.*`[a-z_]+:[a-z_]+`.*?)\|(?P<cells>.*)\|$", re.MULTILINE)
ASKED_FOR = {"ask", "申请"}
"""The words of a cell in which the role must ask for the thing: not held."""
held = Base.metadata.tables["ab_permission_view_role"]


def _held(session: Session) -> dict[str, frozenset[Permission]]:
    ids = {row.code: row.role_id for row in session.execute(select(RoleDetail.code, RoleDetail.role_id))}
    by_id = role_permissions(session, ids.values())
    return {code: by_id[role_id] for code, role_id in ids.items()}


def test_the_database_knows_the_enum_and_nothing_else(session: Session) -> None:
    assert set(known_permissions(session)) == set(Permission)
    assert session.scalar(text("SELECT count(*) FROM ab_permission_view")) == len(Permission)
    verbs = set(session.scalars(text("SELECT name FROM ab_permission")))
    resources = set(session.scalars(text("SELECT name FROM ab_view_menu")))
    assert verbs == {fab_names(permission)[0] for permission in Permission}
    assert resources == {fab_names(permission)[1] for permission in Permission}


def test_a_new_database_gives_each_built_in_role_what_the_matrix_says(session: Session) -> None:
    assert _held(session) == {role.code: role.permissions for role in ROLES}


def test_the_published_page_names_each_permission_with_the_cells_of_the_matrix() -> None:
    rows = {
        name: [cell.strip() for cell in found["cells"].split("|")]
        for found in WRITTEN.finditer(PAGE.read_text("utf-8"))
        for name in re.findall(r"`([a-z_]+:[a-z_]+)`", found["names"])
    }
    assert set(rows) == {permission.value for permission in Permission}
    for permission, cells in rows.items():
        marks = cells[-len(POSTS) :]
        wanted = [hold(Permission(permission), code).is_held for code, *_ in POSTS]
        assert [bool(mark) and mark not in ASKED_FOR for mark in marks] == wanted, permission


def test_the_spelling_of_the_framework_is_read_back_without_loss() -> None:
    spelled = {fab_names(permission): permission for permission in Permission}
    assert len(spelled) == len(Permission)
    assert all(from_fab(*names) is permission for names, permission in spelled.items())
    for near in (
        ("can_read", "students"),
        ("can_reads", "student"),
        ("read", "student"),
        ("can_", ""),
        ("can_Read", "student"),
    ):
        assert from_fab(*near) is None, near


def test_syncing_again_changes_nothing(session: Session) -> None:
    before = _held(session)
    sync_roles(session)
    sync_roles(session)
    assert _held(session) == before


def test_a_role_that_superusers_have_changed_stays_as_they_left_it(session: Session) -> None:
    role_id = session.scalars(select(RoleDetail.role_id).where(RoleDetail.code == "class_teacher")).one()
    ids = known_permissions(session)
    taken, given = Permission.STUDENT_READ, Permission.AUDIT_READ
    assert taken in ROLE_BY_CODE["class_teacher"].permissions
    assert given not in ROLE_BY_CODE["class_teacher"].permissions
    session.execute(delete(held).where(held.c.role_id == role_id, held.c.permission_view_id == ids[taken]))
    session.execute(insert(held).values(role_id=role_id, permission_view_id=ids[given]))
    sync_roles(session)
    now_held = _held(session)["class_teacher"]
    assert now_held == (ROLE_BY_CODE["class_teacher"].permissions - {taken}) | {given}


def test_a_permission_that_is_new_comes_as_the_matrix_says_and_leaves_the_rest(session: Session) -> None:
    ids = known_permissions(session)
    new, kept_away = Permission.STUDENT_EXPORT, Permission.STUDENT_READ
    role_id = session.scalars(select(RoleDetail.role_id).where(RoleDetail.code == "class_teacher")).one()
    session.execute(delete(held).where(held.c.role_id == role_id, held.c.permission_view_id == ids[kept_away]))
    session.execute(delete(held).where(held.c.permission_view_id == ids[new]))
    session.execute(text("DELETE FROM ab_permission_view WHERE id = :id"), {"id": ids[new]})
    sync_roles(session)
    after = _held(session)
    assert {code for code, permissions in after.items() if new in permissions} == {
        role.code for role in ROLES if new in role.permissions
    }
    assert kept_away not in after["class_teacher"]


def test_a_permission_nobody_knows_any_more_goes_and_takes_its_holders_along(session: Session) -> None:
    session.execute(text("INSERT INTO ab_permission (id, name) VALUES (9001, 'can_old')"))
    session.execute(text("INSERT INTO ab_view_menu (id, name) VALUES (9001, 'thing')"))
    session.execute(text("INSERT INTO ab_permission_view (id, permission_id, view_menu_id) VALUES (9001, 9001, 9001)"))
    role_id = session.scalars(select(RoleDetail.role_id).limit(1)).one()
    session.execute(insert(held).values(role_id=role_id, permission_view_id=9001))
    sync_roles(session)
    assert set(known_permissions(session)) == set(Permission)
    assert session.scalar(text("SELECT count(*) FROM ab_permission_view_role WHERE permission_view_id = 9001")) == 0


def test_a_role_of_the_superusers_own_making_is_left_alone(session: Session) -> None:
    session.execute(text("INSERT INTO ab_role (id, name) VALUES (9001, 'school_nurse')"))
    session.execute(
        insert(RoleDetail).values(
            role_id=9001, code="school_nurse", level=7, label_en="Nurse", label_zh="校医", is_builtin=False
        )
    )
    ids = known_permissions(session)
    session.execute(insert(held).values(role_id=9001, permission_view_id=ids[Permission.STUDENT_READ]))
    sync_roles(session)
    assert _held(session)["school_nurse"] == {Permission.STUDENT_READ}


def test_every_menu_entry_needs_a_permission_of_the_list() -> None:
    for feature in app.features.FEATURES:
        for item in feature.menu:
            assert Permission(item.permission) in MATRIX


def test_no_permission_is_spelled_as_a_text_outside_the_list() -> None:
    """A text like `student:read` handed to `require`, `covers` or `needs` would compare unequal to nothing."""
    judging = {
        "require",
        "holds",
        "covers",
        "places",
        "persons",
        "needs",
        "needs_any",
        "visible",
        "reaching",
        "entering",
    }
    spelled = [
        f"{path}:{call.lineno}"
        for path in python_files("app")
        for _, call in calls(path)
        if called(call) in judging and any(_is_spelled(argument) for argument in call.args)
    ]
    assert spelled == []


def _is_spelled(argument: object) -> bool:
    value = getattr(argument, "value", None)
    return isinstance(value, str) and value in set(Permission)


@pytest.mark.parametrize("role", [role.code for role in ROLES if role.code != "system_admin"])
def test_only_superusers_change_roles_run_the_system_and_move_its_parameters(role: str) -> None:
    kept = {Permission.ROLE_UPDATE, Permission.SYSTEM_OPERATE, Permission.PARAMETER_UPDATE, Permission.CHAIN_UPDATE}
    assert not kept & ROLE_BY_CODE[role].permissions
