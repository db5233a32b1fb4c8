"""What the values of records refer to. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

Reference = tuple[str, str]
"""Something named by a record: what it is (node, code, set, account, plan, department) and its id or code."""
Known = Mapping[Reference, str]
"""The names of those things a record refers to that its reader may see."""

REFERRING = {
    "parent": "node",
    "school": "node",
    "into": "code",
    "account": "account",
    "plan": "plan",
    "department_id": "department",
}
"""Fields whose value is a number or code of something else."""
KINDS = frozenset({"node", "set", "person"})
"""What a grant may stand at; written as `node:5`."""


def reference(field: str, value: object) -> Reference | None:
    """What a value refers to, or None when it means itself."""
    if field == "places" and isinstance(value, str):
        kind, _, number = value.partition(":")
        return (kind, number) if kind in KINDS and number.isdigit() else None
    return (REFERRING[field], str(value)) if field in REFERRING and not isinstance(value, dict | list | None) else None


def references(sides: Iterable[Mapping[str, object] | None]) -> set[Reference]:
    """Everything the sides of some records refer to."""
    return {found for side in sides for found in _in_side(side or {})}


def _in_side(side: Mapping[str, object]) -> Iterator[Reference]:
    for field, value in side.items():
        for one in value if isinstance(value, list) else [value]:
            found = reference(field, one)
            if found:
                yield found
