"""The contracts of pyproject.toml hold, and each of them catches what it is there for."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises.source import ROOT

PLANTED = {
    "Packages form one staircase": ("orgs/queries.py", "import app.students.models"),
    "Edges, then services, then queries, then models": ("orgs/models.py", "import app.orgs.services"),
    "Only edges know the web": ("students/queries.py", "import flask"),
    "Rules and workflows are pure": ("people/rules.py", "import sqlalchemy"),
    "Edges are private": ("rates/queries.py", "import app.orgs.views"),
}


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """Judge the package `app` in a folder by the contracts of the pyproject.toml beside it."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, check=False, capture_output=True, text=True)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the program in which wrong imports may be planted."""
    shutil.copytree(ROOT / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__", "static", "templates"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_every_contract_holds() -> None:
    done = lint_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"{len(PLANTED)} kept, 0 broken" in done.stdout


@pytest.mark.parametrize("contract", PLANTED)
def test_a_wrong_import_breaks_its_contract(contract: str, copy: Path) -> None:
    file, line = PLANTED[contract]
    with (copy / "app" / file).open("a", encoding="utf-8") as planted:
        planted.write(f"\n{line}\n")
    done = lint_imports(copy)
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"{contract} BROKEN" in done.stdout


def test_a_package_without_a_stair_is_refused(copy: Path) -> None:
    (copy / "app" / "dormitories").mkdir()
    (copy / "app" / "dormitories" / "__init__.py").write_text('"""Dormitories."""\n', "utf-8")
    done = lint_imports(copy)
    assert done.returncode == 1
    assert "dormitories" in done.stdout
