"""What a role may be given, and what it must keep. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.access.actor import LOWEST_LEVEL, Actor
from app.access.permissions import Permission
from app.access.roles import ROLES, Hold, hold
from app.core.errors import Conflict, Invalid, NotAllowed

SUPERUSER = "system_admin"
LAST_LEVEL = LOWEST_LEVEL - 1
LONGEST_LABEL = 50
ROLE_CODE = re.compile(r"[a-z][a-z0-9_]{1,31}")

KEPT = frozenset({Permission.ROLE_READ, Permission.ROLE_UPDATE, Permission.SYSTEM_OPERATE})
"""What `system_admin` can never lose: without them nobody could open this screen again or operate the system."""

RESERVED = frozenset(Permission) - frozenset().union(*(r.permissions for r in ROLES if r.code != SUPERUSER))
"""What no other role may ever be given (`docs/roles.md`: the line of `role:update` is the superuser's alone)."""

BY_CHAIN = frozenset(p for p in Permission if any(hold(p, r.code) is Hold.STEP for r in ROLES if r.code != SUPERUSER))
"""What counts only where a plan's chain of review names the role for that step."""


class SuperuserKeeps(Conflict):
    """`system_admin` would lose what everybody would be locked out without."""

    code = "superuser_keeps"


class Reserved(NotAllowed):
    """A role other than `system_admin` would get what belongs to the superuser alone."""

    code = "permission_reserved"


class MoreThanOwn(NotAllowed):
    """The editor would give what none of the own roles allows."""

    code = "more_than_own"


class BuiltIn(Conflict):
    """Built-in roles keep their names."""

    code = "role_built_in"


class Personal(Conflict):
    """Roles at a person (guardian, student) are bound to their codes and cannot be copied."""

    code = "role_personal"


class RoleCodeTaken(Invalid):
    """There is a role of this code."""

    status = 409
    code = "role_code_taken"

    def __init__(self) -> None:
        """Say it beside the code."""
        super().__init__({"code": "role_code_taken"})


@dataclass(frozen=True)
class NewRole:
    """An own role, to be made as a copy of another."""

    code: str
    level: int
    label_zh: str
    label_en: str


@dataclass(frozen=True)
class Difference:
    """What a change of a role's permissions adds and removes, and how many it concerns now."""

    added: frozenset[Permission]
    removed: frozenset[Permission]
    accounts: int = field(default=0)
    sessions: int = field(default=0)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed)


def own_level(actor: Actor, permission: Permission) -> int:
    """The smallest level among the grants that hold the permission; 9 when none does."""
    if actor.is_system:
        return 0
    return min((grant.level for grant in actor.grants if permission in grant.permissions), default=LOWEST_LEVEL)


def check_change(actor: Actor, code: str, added: frozenset[Permission], removed: frozenset[Permission]) -> None:
    """Refuse what locks everybody out (`SuperuserKeeps`), is the superuser's (`Reserved`) or exceeds the editor.

    Level 0 may give whatever is not reserved; anybody below only what the own roles hold (`MoreThanOwn`).
    """
    if code == SUPERUSER and removed & KEPT:
        raise SuperuserKeeps
    if code != SUPERUSER and added & RESERVED:
        raise Reserved
    if own_level(actor, Permission.ROLE_UPDATE) > 0 and not all(actor.holds(p) for p in added):
        raise MoreThanOwn


def check_new(actor: Actor, new: NewRole) -> NewRole:
    """The new role with its names trimmed, or `Invalid`: code, both names, and a level no smaller than the editor's.

    Level 0 is the superuser's alone, so an own role begins at 1.
    """
    fields: dict[str, str] = {}
    smallest = max(1, own_level(actor, Permission.ROLE_UPDATE))
    if not ROLE_CODE.fullmatch(new.code):
        fields["code"] = "role_code_shape"
    if not smallest <= new.level <= LAST_LEVEL:
        fields["level"] = "role_level"
    zh, en = new.label_zh.strip(), new.label_en.strip()
    fields |= _bad_labels(zh, en)
    if fields:
        raise Invalid(fields, smallest=smallest, last=LAST_LEVEL)
    return NewRole(new.code, new.level, zh, en)


def checked_labels(label_zh: str, label_en: str) -> tuple[str, str]:
    """Both names trimmed, or `Invalid` when one is empty or longer than 50 characters."""
    zh, en = label_zh.strip(), label_en.strip()
    fields = _bad_labels(zh, en)
    if fields:
        raise Invalid(fields)
    return zh, en


def _bad_labels(label_zh: str, label_en: str) -> Mapping[str, str]:
    labels = {"label_zh": label_zh, "label_en": label_en}
    return {name: "role_label" for name, label in labels.items() if not 1 <= len(label) <= LONGEST_LABEL}
