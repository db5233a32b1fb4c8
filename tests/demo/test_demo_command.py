"""The command `xuebao demo`: what it prints, what it writes, and one clear line when it will not."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from app.cli.demo.command import FEWEST, demo
from app.cli.demo.tree import SMALLEST
from tests.cluster import Cluster


@pytest.fixture(name="environment")
def _environment(cluster: Cluster, tmp_path: Path) -> Iterator[dict[str, str]]:
    with cluster.cloned(f"command_{uuid.uuid4().hex}") as url:
        yield {"DATABASE_URL": url, "XUEBAO_DATA": str(tmp_path / "data"), "XUEBAO_ENV": "development"}


def test_prints_json_and_nothing_else_and_the_second_time_the_same(environment: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "accounts.json"
    arguments = ["--students", "200", "--seed", "3", "--accounts", str(file), "--json"]
    first = CliRunner().invoke(demo, arguments, env=environment)
    assert first.exit_code == 0, first.output
    printed = json.loads(first.stdout)
    written = json.loads(file.read_text(encoding="utf-8"))
    assert printed["accounts"] == str(file)
    assert printed["plan"] == written["plan"]
    assert printed["roles"][:5] == ["school_admin", "class_teacher", "class_admin", "class_set_admin", "guardian"]
    assert not any(account["password"] in first.output for account in written["accounts"])
    second = CliRunner().invoke(demo, arguments, env=environment)
    assert (second.exit_code, second.stdout) == (0, first.stdout)
    assert json.loads(file.read_text(encoding="utf-8")) == written


def test_production_is_refused_in_one_line(environment: dict[str, str]) -> None:
    result = CliRunner().invoke(demo, ["--json"], env=environment | {"XUEBAO_ENV": "production"})
    assert result.exit_code == 1
    assert result.stdout == ""
    assert result.stderr == "Error: Demo data is refused where XUEBAO_ENV=production.\n"


def test_too_few_students_are_refused_before_anything_starts() -> None:
    result = CliRunner().invoke(demo, ["--students", "199"], env={"XUEBAO_ENV": "nonsense"})
    assert result.exit_code == 2
    assert "--students" in result.stderr


def test_a_bad_setting_is_told_in_one_line() -> None:
    result = CliRunner().invoke(demo, [], env={"XUEBAO_ENV": "nonsense"})
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: XUEBAO_ENV")


def test_the_command_asks_for_as_many_students_as_the_tree_needs() -> None:
    assert FEWEST == SMALLEST
