"""Whatever an operator may set is explained to operators."""

from __future__ import annotations

import ast
import re
from itertools import pairwise

import pytest

from tests.promises.source import python_files, read, tree

DOCUMENT = "docs/operators.md"
HAND_ON = {
    "app/cli/children.py": "a child takes over the address of the database from the one who started it",
    "app/sheets/reading.py": "tells the process that reads files no more of it than where Python is",
    "app/cli/serve.py": "hands the environment and that address on to its children",
}


def _settings() -> dict[str, str]:
    """Field of `config.Settings` → its variable, read from the words under the field."""
    body = next(n for n in tree("config.py").body if isinstance(n, ast.ClassDef) and n.name == "Settings").body
    found: dict[str, str] = {}
    for field, words in pairwise(body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            text = ast.literal_eval(words.value) if isinstance(words, ast.Expr) else ""
            found[field.target.id] = text.split(":")[0]
    return found


def test_every_setting_names_its_variable() -> None:
    assert len(_settings()) >= 10
    assert not {field: name for field, name in _settings().items() if not re.fullmatch(r"[A-Z][A-Z_]+", name)}


@pytest.mark.parametrize("variable", sorted(_settings().values()))
def test_every_setting_is_explained_to_operators(variable: str) -> None:
    assert f"`{variable}`" in read(DOCUMENT)


def test_only_the_settings_read_the_environment() -> None:
    readers = {
        path
        for path in python_files("app", "run.py", "config.py")
        if re.search(r"\bos\.(environ|getenv)\b", read(path))
    }
    assert readers == {"config.py", *HAND_ON}
