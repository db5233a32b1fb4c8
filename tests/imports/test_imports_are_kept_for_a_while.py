"""What nobody applies does not lie around: rows and file go after a month, or when undoing ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.access.scope import everything
from app.core import clock
from app.core.db import Session
from app.core.errors import NotFound
from app.core.stored import StoredFile, erase_expired
from app.core.workflow import WrongState
from app.sheets import services
from app.sheets.expiry import expire
from app.sheets.models import ImportRow
from app.sheets.returning import error_workbook
from app.sheets.rules import RowsGone
from app.sheets.work import read_batch
from tests.conftest import StandAt
from tests.imports.desk import Desk, student, workbook
from tests.world import KEYRING

BECAUSE = "a test counts all"


def _in(desk: Desk, at: StandAt, **later: float) -> int:
    """How many imports go when so much time has gone by."""
    moment = desk.database.transaction(clock.now) + timedelta(**later)
    at(moment)
    gone = desk.database.transaction(expire)
    desk.database.transaction(lambda session: erase_expired(session, desk.files))
    return gone


def _rows(desk: Desk, batch: int) -> int:
    stmt = select(func.count()).select_from(ImportRow).where(ImportRow.batch_id == batch)
    return desk.database.transaction(lambda session: session.scalar(everything(stmt, because=BECAUSE)) or 0)


def _file(desk: Desk, batch: int) -> bool:
    """Whether the bytes of the uploaded file are there."""

    def work(session: Session) -> StoredFile:
        return session.scalars(select(StoredFile).where(StoredFile.id == desk.batch(batch).file_id)).one()

    return desk.files.path(desk.database.transaction(work).digest).exists()


def test_a_list_nobody_applies_goes_after_thirty_days(desk: Desk, at: StandAt) -> None:
    batch = desk.read(workbook([student(1), student(2)]))
    assert _in(desk, at, days=29) == 0
    assert (_rows(desk, batch), _file(desk, batch)) == (2, True)
    assert _in(desk, at, days=1, hours=1) == 1
    assert (_rows(desk, batch), _file(desk, batch)) == (0, False)
    found = desk.batch(batch)
    assert (found.state, found.new_count) == ("expired", 2)
    assert _in(desk, at, days=1) == 0


@pytest.mark.parametrize("upload", ["received", "refused"])
def test_a_file_that_was_never_read_goes_as_well(desk: Desk, at: StandAt, upload: str) -> None:
    data = workbook([student(1)])
    batch = desk.received(data) if upload == "received" else desk.read(workbook([["x"]], ("甲", "乙")))
    assert _in(desk, at, days=31) == 1
    assert (desk.batch(batch).state, _file(desk, batch)) == ("expired", False)


def test_what_has_gone_can_be_neither_read_nor_applied(desk: Desk, at: StandAt) -> None:
    batch = desk.read(workbook([student(1)]))
    _in(desk, at, days=31)
    with pytest.raises(WrongState):
        desk.confirm(batch)
    with pytest.raises(WrongState):
        read_batch(desk.bench, batch)


def test_a_cancelled_list_stays_cancelled_without_its_rows(desk: Desk, at: StandAt) -> None:
    batch = desk.read(workbook([student(1)]))
    desk.run(lambda s, a: services.cancel(s, a, batch_id=batch, version=desk.batch(batch).version))
    assert _in(desk, at, days=31) == 1
    assert (desk.batch(batch).state, _rows(desk, batch)) == ("cancelled", 0)


def test_an_applied_list_can_be_undone_for_ninety_days(desk: Desk, at: StandAt) -> None:
    batch = desk.apply(workbook([student(1)]))
    assert _in(desk, at, days=89) == 0
    desk.undo(batch)
    assert desk.batch(batch).state == "undone"
    assert _in(desk, at, days=31) == 1
    assert _rows(desk, batch) == 0


def test_after_ninety_days_an_applied_list_stays(desk: Desk, at: StandAt) -> None:
    batch = desk.apply(workbook([student(1)]))
    assert _in(desk, at, days=91) == 1
    assert (desk.batch(batch).state, _rows(desk, batch)) == ("applied", 0)
    with pytest.raises(RowsGone):
        desk.undo(batch)
    with pytest.raises((RowsGone, NotFound)):
        desk.run(lambda s, a: error_workbook(s, a, batch_id=batch, keyring=KEYRING, files=desk.files, locale="zh"))
