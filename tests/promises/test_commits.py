"""Only edges and the tools of the core end a transaction; a service that did would split what belongs together."""

from __future__ import annotations

from pathlib import PurePosixPath

from tests.promises.source import called, calls, python_files

EDGES = {"views.py", "jobs.py", "cli.py"}
EDGE_FOLDERS = ("app/web/", "app/cli/")
TOOLS = {
    "app/core/db.py": "the one place that runs a unit of work",
    "app/migrations/env.py": "each migration is a transaction of its own",
}


def _may_commit(path: str) -> bool:
    return path in TOOLS or PurePosixPath(path).name in EDGES or path.startswith(EDGE_FOLDERS)


def _commits(path: str) -> list[str]:
    return [f"{path}:{call.lineno}" for _, call in calls(path) if called(call) in {"commit", "rollback"}]


def test_nothing_below_an_edge_ends_a_transaction() -> None:
    assert not [place for path in python_files("app") if not _may_commit(path) for place in _commits(path)]


def test_the_tools_that_may_are_still_there() -> None:
    assert set(TOOLS) <= set(python_files("app"))
