"""`xuebao bench` fills a database of its own, does the main work there, and finds nothing wrong afterwards."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module", name="run")
def _run(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[dict[str, str]], str]:
    """One small run: what it printed, and the report it wrote."""
    report = tmp_path_factory.mktemp("bench") / "benchmarks.md"
    sizes = ("--students", "6000", "--rows", "300", "--writers", "4")
    command = [sys.executable, "-m", "app.cli", "bench", *sizes, "--json", "--write", str(report)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout), report.read_text("utf-8")


def test_every_kind_of_work_is_measured(run: tuple[list[dict[str, str]], str]) -> None:
    words = {"open a plan", "fold", "to preview", "apply", "undo", "approvals", "list of students", "applications"}
    words |= {"rates of every county of the province", "4 writers"}
    names = [line["name"] for line in run[0]]
    assert all(any(word in name for name in names) for word in words)


def test_figures_are_right_after_many_wrote_at_once(run: tuple[list[dict[str, str]], str]) -> None:
    found = [line for line in run[0] if "reconcile" in line]
    assert [line["reconcile"] for line in found] == ["0 differences"]
    assert found[0]["writers"] != "0 decisions/s"


def test_every_row_of_the_list_was_new(run: tuple[list[dict[str, str]], str]) -> None:
    assert [(line["new"], line["bad"]) for line in run[0] if "new" in line] == [("300", "0")]


def test_the_report_says_on_what_it_was_measured(run: tuple[list[dict[str, str]], str]) -> None:
    assert "5,544 enrolments, 11 schools" in run[1]
    assert "PostgreSQL 18" in run[1]
