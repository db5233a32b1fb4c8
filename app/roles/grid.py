"""Permissions laid out as menu × operation. An extra file: the page of a role, its form and the answer share it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from app.access.permissions import Permission
from app.access.roles import REASONED, ROLE_BY_CODE
from app.roles.labels import GROUPS, RESOURCES, VERBS
from app.roles.rules import BY_CHAIN, KEPT, RESERVED, SUPERUSER
from app.web.language import lazy as _l

COMMON = ("read", "create", "update", "close", "import", "export", "review")
"""The operations most entries share have columns of their own; the others stand together in the last one."""

WITH_REASON = _l("only with a reason, which is logged")
AT_STEPS = _l("only at the steps of review that name this role")
BY_SWITCH = _l("counts only once a system parameter turns it on")
ALWAYS = _l("always ticked here")
SUPERUSER_ONLY = _l("for the system administrator only")
COLON = _l(": ")


@dataclass(frozen=True)
class Cell:
    """One permission in the grid; a fixed one cannot be ticked or unticked for this role."""

    value: str
    label: str
    full_label: str
    is_held: bool
    is_fixed: bool


@dataclass(frozen=True)
class Entry:
    """A line of the grid: an entry of the menu with its operations and what must be known about them."""

    label: str
    common: tuple[tuple[str, Cell | None], ...]
    others: tuple[Cell, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The entries that stand under one heading."""

    label: str
    columns: tuple[str, ...]
    entries: tuple[Entry, ...]


def laid_out(held: Collection[Permission], role_code: str) -> list[Group]:
    """All permissions as lines of the menu, ticked where the role holds them."""
    return [_group(str(label), resources, held, role_code) for label, resources in GROUPS]


def in_order(permissions: Collection[Permission]) -> list[Permission]:
    """Permissions in the order of the grid."""
    places = [resource for _, resources in GROUPS for resource in resources]
    return sorted(permissions, key=lambda p: (places.index(p.resource), _rank(p)))


def operations(resource: str) -> list[Permission]:
    """The permissions of one entry, the common operations first."""
    return sorted((p for p in Permission if p.resource == resource), key=_rank)


def notes_of(permission: Permission, role_code: str) -> list[str]:
    """What restricts a permission beyond the place: a reason, the chain of review, a switch, a fixed tick."""
    built_in = ROLE_BY_CODE.get(role_code)
    found = []
    if permission in REASONED:
        found.append(WITH_REASON)
    if permission in BY_CHAIN:
        found.append(AT_STEPS)
    if built_in and permission in built_in.switched:
        found.append(BY_SWITCH)
    if _is_fixed(permission, role_code):
        found.append(ALWAYS if role_code == SUPERUSER else SUPERUSER_ONLY)
    return [str(note) for note in found]


def _group(label: str, resources: tuple[str, ...], held: Collection[Permission], role_code: str) -> Group:
    """The entries of one heading, with columns only for what some of them know."""
    verbs = tuple(verb for verb in COMMON if any(p.verb == verb for r in resources for p in operations(r)))
    entries = tuple(_entry(resource, verbs, held, role_code) for resource in resources)
    return Group(label, tuple(str(VERBS[verb]) for verb in verbs), entries)


def _entry(resource: str, verbs: tuple[str, ...], held: Collection[Permission], role_code: str) -> Entry:
    permissions = operations(resource)
    cells = {p: _cell(p, held, role_code) for p in permissions}
    by_verb = {p.verb: cell for p, cell in cells.items()}
    notes = [(p, note) for p in permissions for note in notes_of(p, role_code)]
    return Entry(
        label=str(RESOURCES[resource]),
        common=tuple((str(VERBS[verb]), by_verb.get(verb)) for verb in verbs),
        others=tuple(cell for p, cell in cells.items() if p.verb not in COMMON),
        notes=tuple(f"{VERBS[p.verb]}{COLON}{note}" for p, note in notes),
    )


def _cell(permission: Permission, held: Collection[Permission], role_code: str) -> Cell:
    resource, verb = str(RESOURCES[permission.resource]), str(VERBS[permission.verb])
    return Cell(
        value=permission.value,
        label=verb,
        full_label=f"{resource} · {verb}",
        is_held=permission in held,
        is_fixed=_is_fixed(permission, role_code),
    )


def _is_fixed(permission: Permission, role_code: str) -> bool:
    return permission in (KEPT if role_code == SUPERUSER else RESERVED)


def _rank(permission: Permission) -> tuple[int, str]:
    verb = permission.verb
    return (COMMON.index(verb) if verb in COMMON else len(COMMON), verb)
