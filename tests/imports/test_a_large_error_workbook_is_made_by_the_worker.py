"""The error workbook of a large file is made in the background, for who asked, and lies ready there for a day."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core.crypto import Keyring
from app.core.files import FileStore
from app.core.queue import JobRow, JobRun
from app.sheets.jobs import XLSX, errors
from app.sheets.services import RETURNING
from app.sheets.views import batch as screen
from app.sheets.work import Bench, read_batch, receive_file
from tests.imports.desk import Desk, student, workbook
from tests.make.places import A
from tests.site import *  # noqa: F403
from tests.site import Visit

pytestmark = pytest.mark.committed


@pytest.fixture(autouse=True)
def _small_files_are_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(screen, "MOST_AT_ONCE", 1)


def _read(desk: Desk, data: Path) -> int:
    """A file with a wrong row, kept and read as the application would."""
    keyring, files = Keyring.at(data), FileStore(data)
    sent = workbook([student(1), student(2, 班级="没有这个班")])
    kept: dict[str, Any] = {"place_code": A, "name": "名单.xlsx", "data": sent, "keyring": keyring, "files": files}
    batch_id = desk.run(lambda session, actor: receive_file(session, actor, desk.kind, **kept).id)
    read_batch(Bench(desk.run, keyring, files), batch_id)
    return batch_id


def _begun(desk: Desk, data: Path) -> JobRun:
    """The job as the worker begins it."""
    lease = uuid.uuid4()

    def work(session: Session) -> JobRow:
        row = session.scalars(select(JobRow).where(JobRow.kind == RETURNING, JobRow.state == "queued")).one()
        row.state, row.lease, row.started_at, row.attempts = "running", lease, row.created_at, 1
        session.flush()
        session.expunge(row)
        return row

    row = desk.database.transaction(work)
    return JobRun(desk.database, row.id, RETURNING, row.arguments, None, 0, 1, lease, row.owner_id, data)


def test_it_is_asked_for_made_and_fetched(desk: Desk, visit: Callable[..., Visit], tmp_path: Path) -> None:
    someone, data = visit("school_admin", "zh_Hans_CN"), tmp_path / "data"
    address = f"/imports/{_read(desk, data)}/errors"
    assert someone.get(address).mimetype == "text/html"
    handed_over = someone.fill(address)
    assert (handed_over.status_code, handed_over.headers["Location"][:6]) == (303, "/work/")
    assert someone.get(address).mimetype == "text/html"

    errors(_begun(desk, data))
    answer = someone.get(address)
    assert answer.mimetype == XLSX
    page = openpyxl.load_workbook(io.BytesIO(answer.data)).worksheets[0]
    assert "本校没有名为" in str(page.cell(3, page.max_column).value)
    assert visit("student_affairs").get(address).mimetype == "text/html"  # a file is for who asked


def test_an_import_of_another_school_gives_none(desk: Desk, visit: Callable[..., Visit], tmp_path: Path) -> None:
    address = f"/imports/{_read(desk, tmp_path / 'data')}/errors"
    assert visit("school_admin_b").get(address).status_code == 404
