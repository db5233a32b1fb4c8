"""Exports of figures: the audit names each, a large summary is a file under 我的导出 with the rows of the list."""

from __future__ import annotations

import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]
from sqlalchemy import select

from app.access.scope import everything
from app.audit.models import Audit
from app.core.crypto import Keyring
from app.core.db import Database, Session
from app.core.queue import JobRow, JobRun
from app.rates.jobs import SUMMARY
from app.rates.views import summary
from tests.site import *  # noqa: F403  fixtures are found by their names
from tests.site import Visit
from tests.stage import TEST
from tests.world import KEYRING, World

pytestmark = pytest.mark.committed
SENT = 303


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application and the worker open what the other sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


def run_of(database: Database, folder: Path) -> JobRun:
    """The only job, begun as the worker does."""
    lease = uuid.uuid4()

    def begin(session: Session) -> JobRun:
        row = session.scalars(select(JobRow)).one()
        row.state, row.lease, row.started_at, row.attempts = "running", lease, row.created_at, 1
        return JobRun(database, row.id, row.kind, dict(row.arguments), None, 0, 1, lease, row.owner_id, folder)

    return database.transaction(begin)


def exports(database: Database) -> list[object]:
    """How many rows each act of the audit took away."""
    with database.sessions() as session:
        stmt = select(Audit).where(Audit.act == "figures:export").order_by(Audit.id)
        return [(row.after or {})["count"] for row in session.scalars(everything(stmt, because=TEST))]


def test_a_large_summary_is_a_file_of_whoever_asked(
    visit: Callable[..., Visit], database: Database, monkeypatch: pytest.MonkeyPatch, world: World, tmp_path: Path
) -> None:
    monkeypatch.setattr(summary, "MOST_AT_ONCE", 0)
    school = visit("school_admin")
    asking = f"/rates/summary/?plan={world.plan}&step=1"
    assert "1 unit is in the list" in school.get(asking).get_data(as_text=True)
    assert school.fill(asking).status_code == SENT
    run = run_of(database, tmp_path / "data")
    SUMMARY.run(run)
    listed = school.get("/exports/").get_data(as_text=True)
    href = re.findall(r'href="(/exports/\d+)"', listed)[0]
    assert "Summary of enrolment rates" in listed
    sheet = load_workbook(io.BytesIO(school.get(href).data)).active
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert rows[0][:3] == ["No.", "Place above", "Unit"]
    assert [row[2] for row in rows[1:]] == ["画眉中学", "Total"]
    assert rows[1][5:7] == rows[2][5:7] == [7, 1]
    assert exports(database) == [1]
    other = visit("county_admin")
    assert href not in other.get("/exports/").get_data(as_text=True)
    assert other.get(href).status_code == 404


def test_a_summary_holds_what_the_list_was_asked_for(visit: Callable[..., Visit], world: World) -> None:
    for state, units in (("mine_lacking", 1), ("mine_ready", 0), ("approved", 0), ("open", 1)):
        data = visit("school_admin").get(f"/rates/summary/?plan={world.plan}&step=1&state={state}").data
        assert load_workbook(io.BytesIO(data)).active.max_row == units + 3
    assert visit("school_admin").get(f"/rates/summary/?plan={world.plan}&step=1&state=nonsense").status_code == 422


def test_whoever_takes_figures_away_is_written_down(
    visit: Callable[..., Visit], database: Database, world: World
) -> None:
    visitor = visit("school_admin")
    for path in (f"/figures/export?plan={world.plan}", f"/rates/summary/?plan={world.plan}&step=1"):
        assert visitor.get(path).status_code == 200
    assert exports(database) == [3, 1]
    assert visit("guardian").get("/exports/").status_code == 200


def test_statistics_show_a_bar_for_each_place_and_the_table_as_words(visit: Callable[..., Visit], world: World) -> None:
    text = visit("school_admin").get(f"/figures/?plan={world.plan}").get_data(as_text=True)
    assert text.count('class="chart-line"') == 2
    assert 'role="img"' in text
    assert "The line stands at the rate of the whole, 14.29%." in text
    alone = visit("class_teacher").get(f"/figures/?plan={world.plan}").get_data(as_text=True)
    assert "chart-line" not in alone
