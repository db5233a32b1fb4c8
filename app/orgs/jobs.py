"""Moving a large subtree in the worker: the same service with more time, as the account that asked, exactly once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import as_owner
from app.core.feature import Job
from app.core.queue import JobRun
from app.orgs.reshape import MOVING, move


@as_owner()
def move_subtree(session: Session, actor: Actor, run: JobRun) -> None:
    """Carry the move out."""
    facts = run.arguments
    node_id, target, version = int(facts["node_id"]), str(facts["target_code"]), int(facts["version"])
    count = move(session, actor, node_id=node_id, target_code=target, version=version)
    run.progress(session, count, count)


MOVE = Job(MOVING, move_subtree)
