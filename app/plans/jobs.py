"""Opening a large plan in the worker: the same service with more time, as the account that asked, exactly once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import as_owner
from app.core.feature import Job
from app.core.queue import JobRun
from app.plans.services import open_plan
from app.plans.services.opening import OPENING

LONGEST = 900
"""Seconds opening may take; a province of millions takes a few minutes."""


@as_owner(seconds=LONGEST)
def open_it(session: Session, actor: Actor, run: JobRun) -> None:
    """Open the plan the job names."""
    facts = run.arguments
    open_plan(session, actor, plan_id=int(facts["plan_id"]), version=int(facts["version"]))
    run.progress(session, 1, 1)


OPEN = Job(OPENING, open_it)
