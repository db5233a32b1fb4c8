"""Which fields records name: the keys of every mapping that a service hands on as `before` or `after`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields

from app.people.identity import Identity
from app.students.rules import Particulars
from tests.promises.source import python_files, read

SIDES = {"before", "after", "old", "facts"}
"""The names under which services keep the sides of a change."""
WRITERS = ("app.audit.services", "app.changes", "write_down")
WHOLE = (Identity, Particulars)
"""Records of which every field can be the one that changed."""


def audited_fields() -> dict[str, str]:
    """Each field of a record → where it is named."""
    found = {field.name: kind.__name__ for kind in WHOLE for field in fields(kind)}
    for path in python_files("app/"):
        source = read(path)
        if any(writer in source for writer in WRITERS):
            found |= dict.fromkeys(_keys(ast.parse(source)), path)
    return found


def _keys(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        for side in _sides(node):
            for mapping in ast.walk(side):
                if isinstance(mapping, ast.Dict):
                    yield from filter(None, map(_word, mapping.keys))


def _word(key: ast.expr | None) -> str:
    return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""


def _sides(node: ast.AST) -> Iterator[ast.expr]:
    """The values given to something called before or after: by assignment, by subscript, as an argument."""
    if isinstance(node, ast.Assign):
        for target in node.targets:
            yield from _assigned(target, node.value)
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        yield from _assigned(node.target, node.value)
    elif isinstance(node, ast.keyword) and node.arg in SIDES:
        yield node.value


def _assigned(target: ast.expr, value: ast.expr) -> Iterator[ast.expr]:
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, given in zip(target.elts, value.elts, strict=True):
            yield from _assigned(one, given)
    elif isinstance(target, ast.Name) and target.id in SIDES:
        yield value
    elif isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) and target.value.id in SIDES:
        yield ast.Dict(keys=[target.slice], values=[value])
