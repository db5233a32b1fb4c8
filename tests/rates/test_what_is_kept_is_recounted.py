"""`reconcile` counts every figure again, names what is kept wrongly and puts it right; a night job runs it as well."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from app.access.actor import SYSTEM
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.queue import JobRow, JobRun
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries
from app.rates.jobs import RECOUNT, recount
from app.rates.models import SUMS
from app.rates.queries.recount import differences
from app.rates.rules import FiguresDiffer
from app.rates.services import fold, reconcile
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.crowd import admitted
from tests.make.places import A, class_of, classes_of
from tests.rates.recounted import agree, raw
from tests.world import World


def test_nothing_is_said_when_all_is_well(session: Session, acts: Callable[[], list[Audit]]) -> None:
    assert reconcile(session) == reconcile(session, repair=True) == []
    fold(session)
    assert reconcile(session) == []
    assert acts() == []


def test_a_wrong_counter_is_named_with_what_is_kept_and_what_was_counted(session: Session, world: World) -> None:
    fold(session)
    raw(
        session,
        "UPDATE plan_class_figure SET insured = insured + 5 WHERE node_id = :id",
        id=world.nodes[class_of(A, 1, 1)],
    )
    (found,) = reconcile(session)
    assert (found.level, found.plan, found.node) == ("class", world.plan, class_of(A, 1, 1))
    assert (found.kept["insured"], found.counted["insured"]) == (6, 1)
    assert {name for name in SUMS if found.kept[name] != found.counted[name]} == {"insured"}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE plan_class_figure SET waived = 7",
        "UPDATE plan_school_figure SET amount = 1, pending = -3",
        "DELETE FROM plan_class_figure",
        "DELETE FROM plan_school_figure",
        "DELETE FROM plan_figure_delta WHERE id % 2 = 0",
        "UPDATE plan_figure_delta SET insured = insured + 1",
    ],
)
def test_whatever_is_wrong_is_put_right_and_audited(
    session: Session, sql: str, acts: Callable[[], list[Audit]]
) -> None:
    fold(session)
    admitted(session, classes_of(A) * 2)
    assert raw(session, sql) > 0
    wrong = reconcile(session)
    assert wrong
    assert differences(session) == wrong
    assert reconcile(session, repair=True) == wrong
    session.expire_all()
    agree(session)
    first, second = [act for act in acts() if act.act == "figure:reconcile"]
    assert (first.after or {})["repaired"] is False
    assert ((second.after or {})["repaired"], (second.after or {})["differences"]) == (True, len(wrong))


def test_figures_are_right_again_on_the_screens(session: Session, world: World, node: Callable[[str], OrgNode]) -> None:
    plan = plans.find(session, SYSTEM, code=world.plan)
    before = queries.at(session, SYSTEM, plan, node(A))
    raw(session, "DELETE FROM plan_figure_delta")
    assert queries.at(session, SYSTEM, plan, node(A)) != before
    reconcile(session, repair=True)
    assert queries.at(session, SYSTEM, plan, node(A)) == before


def test_a_recount_takes_as_many_statements_for_many_as_for_few(session: Session, statements: CountStatements) -> None:
    counts = []
    for codes in ([], classes_of(A) * 25):
        admitted(session, codes)
        with statements() as sent:
            reconcile(session)
        counts.append(len(sent))
    assert counts == [2, 2]


@pytest.mark.committed
def test_a_repair_beside_writers_and_folding_leaves_the_truth(database: Database, world: World) -> None:
    del world
    with database.sessions() as session:
        raw(session, "UPDATE plan_figure_delta SET waived = waived + 1")
        session.commit()

    def write(session: Session) -> object:
        return len(admitted(session, [class_of(A, 2, 2)]))

    def repair(session: Session) -> object:
        return len(reconcile(session, repair=True))

    acts: list[Callable[[Session], object]] = [write, fold, repair, write, fold, write]
    outcomes = at_once(*[committed(database, act) for act in acts])
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    with database.sessions() as session:
        agree(session)


@pytest.mark.committed
def test_the_nightly_job_is_done_when_all_is_well_and_fails_in_sight_when_not(database: Database, world: World) -> None:
    del world
    run = _run(database)
    recount(run)
    with database.sessions() as session:
        raw(session, "DELETE FROM plan_figure_delta")
        session.commit()
    with pytest.raises(FiguresDiffer):
        recount(run)
    with database.sessions() as session:
        assert session.scalar(select(JobRow.state).where(JobRow.id == run.job_id)) == "running"
        assert len(differences(session)) == 8 + 2


def _run(database: Database) -> JobRun:
    due = datetime(2026, 11, 21, 18, 40, tzinfo=UTC)
    lease = uuid.uuid4()
    row = JobRow(kind=RECOUNT.name, arguments={}, state="running", lease=lease, started_at=due, attempts=1)

    def begin(session: Session) -> int:
        session.add(row)
        session.flush()
        return row.id

    return JobRun(database, database.transaction(begin), RECOUNT.name, {}, due, 0, 1, lease)
