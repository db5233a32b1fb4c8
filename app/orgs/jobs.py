"""Moving a large subtree in the worker: the same service with more time, as the account that asked, exactly once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import loaded
from app.access.gate import bind
from app.core.errors import NotFound
from app.core.feature import Job
from app.core.queue import JobRun
from app.orgs.reshape import MOVING, move

LONGEST = 600
"""Seconds a move may take; 50,000 students take a few."""


def move_subtree(run: JobRun) -> None:
    """Carry the move out; move and end of the job are one transaction."""
    run.safe_point()

    def work(session: Session) -> None:
        if run.owner_id is None:
            raise NotFound(what="account")
        actor = loaded(session, run.owner_id)
        bind(session, actor)
        facts = run.arguments
        count = move(
            session,
            actor,
            node_id=int(facts["node_id"]),
            target_code=str(facts["target_code"]),
            version=int(facts["version"]),
        )
        run.progress(session, count, count)
        run.finish(session)

    run.transaction(work, seconds=LONGEST)


MOVE = Job(MOVING, move_subtree)
