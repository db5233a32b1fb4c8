"""The words for states of accounts and for roles, in the language of the page."""

from __future__ import annotations

from flask_babel import get_locale

from app.access.roles import ROLE_BY_CODE
from app.accounts.queries import RoleChoice
from app.web.language import lazy as _l

STATES = {
    "active": _l("In use"),
    "disabled": _l("Disabled"),
    "deregistered": _l("Deregistered"),
}
WAITING = {"without_access": _l("Never signed in (staff)")}
"""What a list may be asked for beside the states."""


def role_word(role: RoleChoice) -> str:
    """What a role is called in the language of the page."""
    return role.label_zh if str(get_locale()).startswith("zh") else role.label_en


def role_words(codes: tuple[str, ...]) -> str:
    """What roles are called, one after the other; a role of the superusers' making by its code."""
    is_chinese = str(get_locale()).startswith("zh")
    words = []
    for code in codes:
        role = ROLE_BY_CODE.get(code)
        words.append((role.label_zh if is_chinese else role.label_en) if role else code)
    return ("、" if is_chinese else ", ").join(words)
