"""kill -9 of the worker in the middle of an import: nothing is lost, doubled or half-done."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path

import pytest

from app.core.db import Database
from app.core.files import FileStore
from app.sheets import queries, services
from tests.imports.desk import Desk, student, workbook
from tests.imports.test_an_import_is_applied_and_undone import snapshot
from tests.processes.started import started, wait_for, wait_for_state
from tests.world import KEYRING, World

Roll = dict[str, list[tuple[object, ...]]]
pytestmark = pytest.mark.committed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder of an installation with the keys of the cast."""
    keys = {name: base64.b64encode(key).decode() for name, key in KEYRING.keys.items()}
    (tmp_path / "keys.json").write_text(json.dumps({"key_id": KEYRING.key_id, **keys}))
    return tmp_path


@pytest.fixture
def desk(database: Database, world: World, folder: Path) -> Desk:
    """The desk of an installation whose worker is another process."""
    return Desk(database, world, FileStore(folder))


def _killed_then_done(desk: Desk, folder: Path, step: str, job_id: int) -> Roll:
    """Let a worker get to the middle of a step and kill it; what stood then, and another one that goes on."""
    command = (sys.executable, "-m", "tests.imports.slow_worker", desk.database.url, str(folder), step)
    with started(*command) as worker:
        wait_for((folder / "reached").exists)
        worker.kill()
        worker.wait()
    between = snapshot(desk)
    with started(*command):
        wait_for_state(desk.database, job_id, "done")
    return between


def test_killed_while_reading(desk: Desk, folder: Path) -> None:
    batch = desk.received(workbook([student(1), student(3), student(5, 班级="")]))
    job = desk.run(lambda s, a: services.hand_over(s, a, queries.batch(s, a, batch_id=batch), services.READING))
    _killed_then_done(desk, folder, "read", job)
    assert desk.batch(batch).state == "previewed"
    assert desk.counts(batch) == (2, 0, 0, 1)
    assert [row.number for row in desk.rows(batch, "new")] == [2, 3]


def test_killed_while_applying(desk: Desk, folder: Path) -> None:
    before = snapshot(desk)
    batch = desk.read(workbook([student(1), student(3)]))
    desk.confirm(batch)
    job = desk.run(lambda s, a: services.hand_over(s, a, queries.batch(s, a, batch_id=batch), services.APPLYING))
    between = _killed_then_done(desk, folder, "apply", job)
    assert between == before
    assert desk.batch(batch).state == "applied"
    assert len(snapshot(desk)["student"]) == len(before["student"]) + 2
    desk.undo(batch)
    assert snapshot(desk) == before


def test_killed_while_undoing(desk: Desk, folder: Path) -> None:
    before = snapshot(desk)
    batch = desk.apply(workbook([student(1), student(3)]))
    applied, version = snapshot(desk), desk.batch(batch).version
    job = desk.run(lambda s, a: services.ask_undo(s, a, batch_id=batch, version=version))
    assert _killed_then_done(desk, folder, "undo", job) == applied
    assert (desk.batch(batch).state, snapshot(desk)) == ("undone", before)
