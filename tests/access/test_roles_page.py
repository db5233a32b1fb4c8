"""What is published about roles equals what the code does."""

from __future__ import annotations

from app.access.permissions import Permission
from app.access.roles import ROLES
from scripts.roles_page import PAGE, RESOURCES, VERBS, page


def test_the_published_page_is_the_matrix_in_the_code() -> None:
    assert PAGE.read_text("utf-8") == page(), "run scripts/roles_page.py"


def test_the_page_names_every_role_in_both_languages_and_every_permission() -> None:
    text = page()
    for role in ROLES:
        assert role.label_en in text
        assert role.label_zh in text
    assert all(text.count(f"`{permission.value}`") == 2 for permission in Permission)


def test_no_word_of_the_page_is_left_over() -> None:
    assert set(RESOURCES) == {permission.resource for permission in Permission}
    assert set(VERBS) == {permission.verb for permission in Permission}
