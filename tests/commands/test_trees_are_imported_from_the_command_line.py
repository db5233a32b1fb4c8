"""`xuebao import tree` says what a list would do, does it, and takes it back, with one shape of answer."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest

from app.core.crypto import Keyring
from tests.commands.conftest import Installation
from tests.imports.desk import workbook
from tests.make.places import A
from tests.stage import Stage

HEADINGS = ("年级", "班级")
GOOD, BAD = ("七年级", "8班"), ("没有年份", "1班")
AT = ("--under", A, "--as", "school_admin")


@pytest.fixture(name="own")
def _own(stage: Stage, tmp_path: Path) -> Iterator[Installation]:
    """An installation of this test's own: it is written to."""
    Keyring.at(tmp_path)
    name = f"imported_{uuid.uuid4().hex}"
    yield Installation({"DATABASE_URL": stage.clone(name), "XUEBAO_DATA": str(tmp_path)})
    stage.cluster.drop(name)


def _file(tmp_path: Path, *rows: tuple[str, str]) -> str:
    path = tmp_path / "机构.xlsx"
    path.write_bytes(workbook(rows, HEADINGS))
    return str(path)


def test_a_tree_is_previewed_applied_and_undone(own: Installation, tmp_path: Path) -> None:
    file, errors = _file(tmp_path, GOOD, BAD), tmp_path / "errors.xlsx"
    seen = own.answer("import", "tree", file, *AT, "--errors", str(errors))
    assert {name: seen[name] for name in ("rows", "new", "changed", "unchanged", "refused")} == {
        "rows": 2,
        "new": 1,
        "changed": 0,
        "unchanged": 0,
        "refused": None,
    }
    assert [(each["row"], each["column"], each["code"]) for each in seen["bad"]] == [(3, "grade", "other")]
    assert openpyxl.load_workbook(errors).worksheets[0].max_row == 3

    refused = own.run("import", "tree", file, *AT, "--apply", "--json")
    assert (refused.exit_code, json.loads(refused.stdout)["refused"]["code"]) == (1, "import_bad_rows")
    done = own.answer("import", "tree", file, *AT, "--apply", "--good-rows")
    assert own.answer("import", "tree", _file(tmp_path, GOOD), *AT)["unchanged"] == 1
    undone = own.answer("import", "undo", str(done["batch"]), "--as", "school_admin")
    assert undone == {"batch": done["batch"], "undone": True, "blockers": []}
    assert own.answer("import", "tree", _file(tmp_path, GOOD), *AT)["new"] == 1


@pytest.mark.parametrize(("place", "user"), [("CANARY", "school_admin"), (A, "class_teacher"), (A, "nobody")])
def test_a_tree_out_of_scope_is_refused_in_one_line(own: Installation, tmp_path: Path, place: str, user: str) -> None:
    assert own.refusal("import", "tree", _file(tmp_path, GOOD), "--under", place, "--as", user)
