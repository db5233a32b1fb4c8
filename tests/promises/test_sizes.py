"""A file can be read in one sitting, a function without scrolling, and a name says what is inside."""

from __future__ import annotations

from pathlib import PurePosixPath

import pytest

from tests.promises.source import functions, python_files, read, tracked

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "misc"}
OURS = ("app/", "scripts/", "tests/", "config.py", "run.py")
VENDORED = "app/web/static/vendor/"


def test_no_file_is_longer_than_400_lines() -> None:
    pages = [p for p in tracked() if p.endswith((".html", ".js")) and p.startswith("app/") and VENDORED not in p]
    long = {path: len(read(path).splitlines()) for path in (*python_files(*OURS), *pages)}
    assert not {path: lines for path, lines in long.items() if lines > LONGEST_FILE}


def test_no_function_is_longer_than_40_lines() -> None:
    assert not [
        f"{path}:{function.lineno} {function.name}"
        for path in python_files(*OURS)
        for function in functions(path)
        if (function.end_lineno or 0) - function.lineno + 1 > LONGEST_FUNCTION
    ]


@pytest.mark.parametrize("top", ["app/", "scripts/", "tests/"])
def test_no_file_or_folder_has_a_name_that_says_nothing(top: str) -> None:
    named = {part for path in tracked() if path.startswith(top) for part in PurePosixPath(path).with_suffix("").parts}
    assert named
    assert not named & EMPTY_NAMES
