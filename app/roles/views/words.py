"""What a role is called, and the way to its pages. An extra file: all screens of roles use it."""

from __future__ import annotations

from flask import url_for
from flask_babel import get_locale, gettext

from app.roles import queries


def crumbs_to(role: queries.Line | None) -> list[dict[str, str]]:
    """The way to a page of a role."""
    crumbs = [{"label": gettext("Roles"), "href": url_for("RoleView.list")}]
    if role:
        crumbs.append({"label": role_name(role), "href": url_for("RoleView.role", role_id=role.id)})
    return crumbs


def role_name(role: queries.Line) -> str:
    """The role's name in the language of the page."""
    return role.label_zh if _is_chinese() else role.label_en


def other_name(role: queries.Line) -> str:
    """The role's name in the other language."""
    return role.label_en if _is_chinese() else role.label_zh


def _is_chinese() -> bool:
    locale = get_locale()
    return locale is None or locale.language == "zh"
