"""Moving a large subtree in the worker: the same service with more time, as the account that asked, exactly once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import carry_out
from app.core.feature import Job
from app.core.queue import JobRun
from app.orgs.reshape import MOVING, move

LONGEST = 600
"""Seconds a move may take; 50,000 students take a few."""


def move_subtree(run: JobRun) -> None:
    """Carry the move out."""

    def act(session: Session, actor: Actor) -> None:
        facts = run.arguments
        count = move(
            session,
            actor,
            node_id=int(facts["node_id"]),
            target_code=str(facts["target_code"]),
            version=int(facts["version"]),
        )
        run.progress(session, count, count)

    carry_out(run, act, seconds=LONGEST)


MOVE = Job(MOVING, move_subtree)
