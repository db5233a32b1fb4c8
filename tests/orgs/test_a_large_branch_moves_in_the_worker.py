"""A school with 5,000 more students is moved by the job: every row follows, figures stay, it happens once."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import func, select

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.scope import everything
from app.core.db import Database, Session
from app.core.errors import Stale
from app.core.queue import JobRow, JobRun, Lost
from app.enrolment.models import Enrolment
from app.orgs import reshape
from app.orgs.jobs import move_subtree
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.rates import queries as rates
from app.rates.rules import Figures
from app.students.models import Student
from tests.crowd import admitted
from tests.make.places import COUNTY_B, A, classes_of
from tests.stage import TEST
from tests.world import World

PUPILS = 5_000


def school(session: Session) -> OrgNode:
    """School A as it stands now."""
    return session.scalars(everything(select(OrgNode).where(OrgNode.code == A), because=TEST)).one()


def figures(session: Session, world: World) -> Figures:
    """What the plan counts in school A."""
    return rates.at(session, SYSTEM, plans.find(session, SYSTEM, code=world.plan), school(session))


def drifted(session: Session) -> int:
    """Rows whose place is not that of their node."""
    total = 0
    for table in (Student, Enrolment):
        stmt = select(func.count()).select_from(table).join(OrgNode, OrgNode.id == table.node_id)
        wrong = (table.tree_path != OrgNode.path) | (table.school_id != OrgNode.school_id)
        total += session.scalar(everything(stmt.where(wrong), because=TEST)) or 0
    return total


def handed_over(database: Database, session: Session, world: World) -> JobRun:
    """Give the move to the worker as the root's admin does; returns the run a worker would begin."""
    found = school(session)
    actor = world.actor(session, "root_admin")
    job_id = reshape.hand_over(session, actor, node=found, target_code=COUNTY_B, version=found.version)
    row = session.execute(select(JobRow).where(JobRow.id == job_id)).scalar_one()
    row.state, row.lease, row.started_at, row.attempts = "running", uuid.uuid4(), row.created_at, 1
    session.flush()
    return JobRun(
        database=database,
        job_id=job_id,
        kind=row.kind,
        arguments=row.arguments,
        fire_at=None,
        done=0,
        attempts=1,
        lease=row.lease,
        owner_id=row.owner_id,
    )


@pytest.mark.committed
def test_nothing_drifts_and_a_second_run_changes_nothing(database: Database, world: World) -> None:
    def prepare(session: Session) -> tuple[Figures, JobRun]:
        bind(session, SYSTEM)
        admitted(session, (classes_of(A) * PUPILS)[:PUPILS])
        return figures(session, world), handed_over(database, session, world)

    before, run = database.transaction(prepare)
    move_subtree(run)

    def look(session: Session) -> tuple[int, Figures, str]:
        bind(session, SYSTEM)
        state = session.scalars(select(JobRow.state).where(JobRow.id == run.job_id)).one()
        return drifted(session), figures(session, world), state

    assert database.transaction(look) == (0, before, "done")
    assert before.total_eligible >= PUPILS
    with pytest.raises((Stale, Lost)):
        move_subtree(run)
