"""Where the program steps around the scope: each use of `everything(` and each textual statement on a gated table.

Run as a program it writes `marks.txt` anew; the difference is what a reviewer looks at.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import app.features  # noqa: F401  every gated table must be known
from app.access.scope import GATED
from tests.promises.source import called, calls, python_files, tree, words

LIST = Path(__file__).with_name("marks.txt")
TEXTUAL = frozenset({"text", "exec_driver_sql", "SQL", "DDL"})
STATEMENT = re.compile(r"\b(select|insert|update|delete|merge|copy|with)\b", re.IGNORECASE)


def marks() -> list[str]:
    """One line a use: file, function, mark, reason (or the gated tables a text names)."""
    return sorted(f"{path} | {function or '(module)'} | {mark}" for path, function, mark in _uses())


def _uses() -> Iterator[tuple[str, str, str]]:
    for path in python_files("app"):
        if path.startswith("app/migrations/"):
            continue  # a migration changes every row, and the schema itself
        for function, call in calls(path):
            if called(call) == "everything":
                yield path, function, f"everything | {_reason(path, call)}"
            elif called(call) in TEXTUAL and (tables := gated_in(words(call))):
                yield path, function, f"text | {', '.join(tables)}"


def _reason(path: str, call: ast.Call) -> str:
    value = next(keyword.value for keyword in call.keywords if keyword.arg == "because")
    return words(_assigned(path, value) if isinstance(value, ast.Name) else value)


def _assigned(path: str, name: ast.Name) -> ast.expr:
    """What a name stands for: the last thing assigned to it above."""
    assigned = [
        node.value
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Assign) and node.lineno < name.lineno and ast.unparse(node.targets[0]) == name.id
    ]
    return assigned[-1]


def gated_in(statement: str) -> list[str]:
    """The gated tables a textual statement names; a fragment that is no statement names none."""
    if not STATEMENT.search(statement):
        return []
    return sorted(set(re.findall(r"[a-z_][a-z_0-9]*", statement.lower())) & set(GATED))


if __name__ == "__main__":
    LIST.write_text("\n".join(marks()) + "\n", "utf-8")
