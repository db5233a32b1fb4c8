"""Moving a large subtree in the worker: the same service with more time, as the account that asked, exactly once."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor, loaded
from app.access.gate import bind
from app.core.errors import NotFound
from app.core.feature import Job
from app.core.queue import JobRun, defer
from app.orgs.models import OrgNode
from app.orgs.reshape import move

LONGEST = 600
"""Seconds a move may take; 50,000 students take a few."""
KIND = "orgs.move"


def hand_over(session: Session, actor: Actor, *, node: OrgNode, target_code: str, version: int) -> int:
    """Give a move to the worker; returns the job's id. It is judged again when it runs, as the same account."""
    arguments = {"node_id": node.id, "target_code": target_code.strip(), "version": version}
    return defer(session, KIND, arguments, owner_id=actor.user_id, once=f"{KIND}:{node.id}")


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


MOVE = Job(KIND, move_subtree)
