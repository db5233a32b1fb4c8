"""Opening a large plan in the worker: the same service with more time, as the account that asked, exactly once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import loaded
from app.access.gate import bind
from app.core.errors import NotFound
from app.core.feature import Job
from app.core.queue import JobRun
from app.plans.services import open_plan
from app.plans.services.opening import OPENING

LONGEST = 900
"""Seconds opening may take; a province of millions takes a few minutes."""


def carry_out(run: JobRun) -> None:
    """Open the plan; opening and the end of the job are one transaction."""
    run.safe_point()

    def work(session: Session) -> None:
        if run.owner_id is None:
            raise NotFound(what="account")
        actor = loaded(session, run.owner_id)
        bind(session, actor)
        facts = run.arguments
        open_plan(session, actor, plan_id=int(facts["plan_id"]), version=int(facts["version"]))
        run.progress(session, 1, 1)
        run.finish(session)

    run.transaction(work, seconds=LONGEST)


OPEN = Job(OPENING, carry_out)
