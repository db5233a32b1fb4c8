"""The program's own text, for the promises that read it."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
WRITTEN_ONCE = "app/migrations/versions/"
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def tracked() -> tuple[str, ...]:
    """Every file of the project, by its path from the top: what git tracks or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    return tuple(sorted(path for path in listed.split("\0") if path and (ROOT / path).is_file()))


def python_files(*tops: str) -> Iterator[str]:
    """The Python files under the given folders or of these names; migrations, written once, are left out."""
    for path in tracked():
        if path.endswith(".py") and path.startswith(tops) and not path.startswith(WRITTEN_ONCE):
            yield path


def read(path: str) -> str:
    """The text of a file."""
    return (ROOT / path).read_text("utf-8")


@cache
def tree(path: str) -> ast.Module:
    """A Python file, parsed."""
    return ast.parse(read(path), path)


@cache
def functions(path: str) -> tuple[Function, ...]:
    """Every function and method of a file, inner ones included."""
    return tuple(node for node in ast.walk(tree(path)) if isinstance(node, Function))


@cache
def calls(path: str) -> tuple[tuple[str, ast.Call], ...]:
    """Every call in a file with the function it stands in (`""` at the top of the file)."""
    found: list[tuple[str, ast.Call]] = []
    _note_calls(tree(path), "", found)
    return tuple(found)


def _note_calls(node: ast.AST, inside: str, found: list[tuple[str, ast.Call]]) -> None:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            found.append((inside, child))
        name = f"{inside}.{child.name}".lstrip(".") if isinstance(child, Function | ast.ClassDef) else inside
        _note_calls(child, name, found)


def called(call: ast.Call) -> str:
    """The last word of what is called: `text` for `text(…)` and `sa.text(…)`."""
    target = call.func
    return target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")


def words(node: ast.AST) -> str:
    """The constant text in an expression, formatted strings included."""
    return " ".join(
        part.value for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)
    )
