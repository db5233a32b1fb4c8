"""Scheduler → fire → worker with the real nightly schedule and the real worker: two fire, one job, one set of rows."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.access.scope import everything
from app.core.db import Database
from app.core.queue import JobRow
from app.core.schedule import Fire, fire
from app.rates.jobs import EACH_NIGHT
from app.rates.models import FigureDay
from config import PROJECT_ROOT
from tests.stage import TEST

DUE = datetime(2026, 11, 21, 15, 55, tzinfo=UTC)
PATIENCE = 60.0


@pytest.fixture(name="worker")
def _worker(database: Database, tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """`xuebao worker` on this test's database."""
    environment = os.environ | {"DATABASE_URL": database.url, "XUEBAO_DATA": str(tmp_path / "data")}
    process = subprocess.Popen(
        [sys.executable, "-m", "app.cli", "worker"],
        cwd=PROJECT_ROOT,
        env=environment,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield process
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) is not None


def ended(database: Database) -> str:
    """The state of the one job, once it has ended."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        state = database.transaction(lambda session: session.scalar(select(JobRow.state)))
        if state in {"done", "failed", "cancelled"}:
            return str(state)
        time.sleep(0.1)
    return "never"


@pytest.mark.committed
def test_one_due_time_fired_twice_writes_the_day_once(database: Database, worker: subprocess.Popen[bytes]) -> None:
    fired = [database.transaction(lambda session: fire(session, EACH_NIGHT, DUE)) for _ in range(2)]
    assert fired == [True, False]
    assert ended(database) == "done"
    assert worker.poll() is None
    days = select(FigureDay.day, func.count()).group_by(FigureDay.day)
    rows = database.transaction(lambda session: session.execute(everything(days, because=TEST)).all())
    assert [tuple(row) for row in rows] == [(date(2026, 11, 21), 8)]
    facts = select(Fire.job_id, JobRow.id).join(JobRow, JobRow.id == Fire.job_id)
    assert len(database.transaction(lambda session: session.execute(facts).all())) == 1
