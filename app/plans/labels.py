"""The words for plans, in both languages. An extra file: list, page, forms and other features name plans."""

from __future__ import annotations

from app.access.roles import ROLE_BY_CODE, ROLES
from app.web.language import is_chinese
from app.web.language import lazy as _l

PRODUCTS = {
    "resident_medical": _l("Resident medical insurance"),
    "student_accident": _l("Student accident insurance"),
}
PLAN_STATES = {
    "draft": _l("Draft"),
    "open": _l("Open"),
    "closed": _l("Closed"),
}
WAITING = {
    "to_open": _l("Waiting to be opened by me"),
    "to_agree": _l("Waiting for my agreement"),
}
"""Which plans wait for the visitor, as a list is asked for them."""
WAIVER_PROOFS = {
    "declaration": _l("The declaration, ticked"),
    "reason": _l("The declaration, and a file where the reason can be proved"),
    "always": _l("The declaration, and always a file (signed, or a proof)"),
}
REOPENINGS = {
    "asked": _l("Asked for"),
    "agreed": _l("Agreed"),
    "declined": _l("Declined"),
}
LEAVE_CONDITIONS = {
    "all_decided": _l("everybody below has been decided"),
    "children_approved": _l("every unit below has been approved"),
}
CHAIN_NAMES = {
    "school": _l("Class → school"),
    "county": _l("Class → school → county"),
    "province": _l("Class → school → county → city → province"),
    "university": _l("Grade → college → university"),
}


def role_name(code: str) -> str:
    """What a built-in role is called in the language of the page; one of the superusers' making by its code."""
    role = ROLE_BY_CODE.get(code)
    if role is None:
        return code
    return role.label_zh if is_chinese() else role.label_en


def role_choices() -> list[tuple[str, str]]:
    """The roles a step can name, highest first."""
    return [(role.code, role_name(role.code)) for role in ROLES]
