"""The nightly figures: every class of every open plan, as they are; writing a day again replaces it."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database, Session
from app.core.queue import JobRow, JobRun
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan
from app.plans.services import make
from app.rates import queries
from app.rates.jobs import FIGURE_DAY, figure_day
from app.rates.models import FigureDay
from app.rates.rules import Figures
from app.rates.services import write_figure_day
from tests.at_once import at_once, committed
from tests.campaigns import draft, opened
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import ROOT, A, B, class_of, classes_of
from tests.stage import TEST
from tests.world import World

DAY = date(2026, 11, 21)


def written(session: Session, plan_id: int, day: date = DAY) -> dict[int, Figures]:
    """The figures written down for a plan and a day, by class."""
    stmt = select(FigureDay).where(FigureDay.plan_id == plan_id, FigureDay.day == day)
    rows = session.scalars(everything(stmt.execution_options(populate_existing=True), because=TEST))
    return {
        row.node_id: Figures(row.insured, row.waived, row.pending, row.unregistered, row.stopped, row.waived_hardship)
        for row in rows
    }


def counted(session: Session, plan: Plan, node: OrgNode) -> Figures:
    """The figures as they are now without the amount, which is not kept by day."""
    return replace(queries.at(session, SYSTEM, plan, node), amount=0)


def test_every_class_is_written_as_it_stands(
    session: Session,
    world: World,
    node: Callable[[str], OrgNode],
) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    assert write_figure_day(session, DAY) == 8
    found = written(session, plan.id)
    for code in (*classes_of(A), *classes_of(B)):
        assert found[node(code).id] == counted(session, plan, node(code))
    assert Figures.total(found.values()) == counted(session, plan, node(ROOT))


@pytest.mark.parametrize(("closed_at", "is_written"), [("2026-11-20 23:59+08", False), ("2026-11-21 00:00+08", True)])
def test_plans_that_were_open_on_the_day_are_written(
    session: Session,
    world: World,
    closed_at: str,
    is_written: bool,  # noqa: FBT001  a row of a table
) -> None:
    make(session, SYSTEM, draft("DRAFT"))
    closed = opened(session, "CLOSED")
    session.connection().execute(
        text("UPDATE plan SET state = 'closed', closed_at = cast(:at AS timestamptz) WHERE id = :id"),
        {"id": closed.id, "at": closed_at},
    )
    assert write_figure_day(session, DAY) == 8 + 4 * is_written
    assert (len(written(session, world.plan_id)), bool(written(session, closed.id))) == (8, is_written)


def test_writing_a_day_again_replaces_all_of_it_and_no_other_day(
    session: Session,
    world: World,
    node: Callable[[str], OrgNode],
) -> None:
    yesterday = date(2026, 11, 20)
    write_figure_day(session, yesterday)
    write_figure_day(session, DAY)
    before = written(session, world.plan_id)
    gone, changed = node(class_of(A, 2, 2)).id, node(class_of(A, 1, 1)).id
    session.connection().execute(text("UPDATE enrolment SET removed_at = now() WHERE node_id = :id"), {"id": gone})
    admitted(session, [class_of(A, 1, 1)])
    assert write_figure_day(session, DAY) == 7
    assert written(session, world.plan_id, yesterday) == before
    after = written(session, world.plan_id)
    assert gone not in after
    assert after[changed].unregistered == before[changed].unregistered + 1


def test_a_closed_plans_days_stay_as_they_were_written(session: Session, world: World) -> None:
    plan = opened(session, "P")
    write_figure_day(session, DAY)
    before = written(session, plan.id)
    session.connection().execute(
        text("UPDATE plan SET state = 'closed', closed_at = now() WHERE id = :id"),
        {"id": plan.id},
    )
    write_figure_day(session, DAY)
    assert written(session, plan.id) == before
    assert len(before) == 4
    assert world.plan_id


def test_many_classes_take_as_many_statements_as_few(session: Session, statements: CountStatements) -> None:
    counts = []
    for codes in ([], classes_of(A) * 25):
        admitted(session, codes)
        with statements() as sent:
            write_figure_day(session, DAY)
        counts.append(len(sent))
    assert counts[0] == counts[1] == 2


@pytest.mark.parametrize("what", ["insured = -1", "waived_hardship = waived + 1"])
def test_counts_that_contradict_themselves_cannot_be_stored(session: Session, what: str) -> None:
    write_figure_day(session, DAY)
    with pytest.raises(IntegrityError, match="ck_figure_day_counts"):
        session.connection().execute(text(f"UPDATE figure_day SET {what}"))


@pytest.mark.committed
def test_a_day_written_by_many_at_once_stands_once(database: Database, world: World) -> None:
    writing = committed(database, lambda session: write_figure_day(session, DAY))
    assert at_once(*[writing] * 4) == [8] * 4
    with database.sessions() as session:
        assert len(written(session, world.plan_id)) == 8


@pytest.mark.committed
def test_the_nightly_job_writes_the_day_in_china_it_was_due_on_and_is_done_with_it(
    database: Database,
    world: World,
) -> None:
    lease = uuid.uuid4()
    due = datetime(2026, 11, 21, 15, 55, tzinfo=UTC)
    values = {"kind": FIGURE_DAY.name, "arguments": {}, "state": "running", "lease": lease, "started_at": due}

    def begin(session: Session) -> int:
        row = JobRow(**values, attempts=1)
        session.add(row)
        session.flush()
        return row.id

    job_id = database.transaction(begin)
    figure_day(JobRun(database, job_id, FIGURE_DAY.name, {}, due, 0, 1, lease))
    with database.sessions() as session:
        assert len(written(session, world.plan_id, date(2026, 11, 21))) == 8
        done = session.scalars(select(JobRow).where(JobRow.id == job_id)).one()
        assert (done.state, done.done, done.total, done.lease) == ("done", 8, 8, None)
