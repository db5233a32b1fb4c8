"""激活单 for students over HTTP: ticked, or everybody of a place; large places go to the worker, once."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from pathlib import Path

import openpyxl  # type: ignore[import-untyped]
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.core.db import Database
from app.core.queue import JobRow, JobRun, Lost
from app.students.jobs import sheets
from tests.crowd import admitted
from tests.make.places import A, class_of
from tests.site import Visit
from tests.world import World

pytestmark = pytest.mark.committed
PATH = "/students/access/"
Enter = Callable[..., Visit]


def book(client: FlaskClient, path: str) -> list[tuple[object, ...]]:
    """The rows of a workbook, without its head."""
    data = client.get(f"{path}/workbook", base_url="http://localhost").data
    return list(openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2, values_only=True))


def count(database: Database, what: str) -> int:
    """How many rows a table holds."""
    return database.transaction(
        lambda s: int(s.connection().execute(text(f"SELECT count(*) FROM {what}")).scalar_one())
    )


def test_ticked_students_are_shown_and_then_get_their_codes(visit: Enter, world: World, database: Database) -> None:
    admin: Visit = visit("school_admin")
    pupils = world.of(A)[:3]
    ticked = {"rowid": [pupil.student_id for pupil in pupils]}
    token = {"csrf_token": admin.hidden(PATH)["csrf_token"]}
    shown = admin.post(PATH, {**token, **ticked}).get_data(as_text=True)
    assert all(pupil.name in shown for pupil in pupils)
    assert count(database, "code") == 0
    answer = admin.fill(PATH, **ticked, whom="students")
    assert answer.status_code == 303
    rows = book(admin.client, answer.location)
    assert {(row[2], row[4]) for row in rows} == {(pupil.name, pupil.student_number) for pupil in pupils}


def test_a_place_stands_for_everybody_in_it(visit: Enter, world: World) -> None:
    admin: Visit = visit("school_admin")
    answer = admin.fill(PATH, place=class_of(A, 1, 2), whom="students")
    wanted = {pupil.student_number for pupil in world.of(A) if pupil.class_code == class_of(A, 1, 2)}
    assert {row[4] for row in book(admin.client, answer.location)} == wanted


@pytest.mark.parametrize("place", ["CANARY", "CANARY-1-1", "nowhere", ""])
def test_a_place_of_others_is_no_place(visit: Enter, database: Database, place: str) -> None:
    answer = visit("school_admin").fill(PATH, place=place, whom="students")
    assert answer.status_code == 422
    assert count(database, "code") == 0


def test_who_may_make_no_accounts_sees_no_page(visit: Enter) -> None:
    teacher: Visit = visit("class_teacher")
    assert teacher.get(PATH).status_code == 403


def test_a_large_place_is_done_by_the_worker_once(
    visit: Enter, world: World, database: Database, tmp_path: Path
) -> None:
    def crowd(session: Session) -> None:
        bind(session, SYSTEM)
        admitted(session, [class_of(A, 1, 1)] * 301)

    database.transaction(crowd)
    admin: Visit = visit("school_admin")
    answer = admin.fill(PATH, place=A, whom="students")
    assert answer.location.startswith("/work/")
    lease = uuid.uuid4()

    def begin(session: Session) -> JobRow:
        row = session.scalars(select(JobRow).where(JobRow.kind == "students.sheets")).one()
        row.state, row.lease, row.started_at, row.attempts = "running", lease, row.created_at, 1
        return row

    row = database.transaction(begin)
    facts = (row.kind, row.arguments, None, 0, 1)
    run = JobRun(database, row.id, *facts, lease=lease, owner_id=row.owner_id, data=tmp_path / "data")
    sheets(run)
    everybody = 301 + len(world.of(A))
    assert count(database, "code") == everybody
    assert f"Codes: {everybody}" in admin.get("/users/sheets/").get_data(as_text=True)
    with pytest.raises(Lost):
        sheets(run)
    assert count(database, "code") == everybody
