"""Work in the worker as the account that asked for it: with its grants as they are when it runs, exactly once."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from sqlalchemy.orm import Session

from app.access.actor import Actor, loaded
from app.access.gate import bind
from app.core.errors import NotFound
from app.core.queue import JobRun

LONGEST = 600
"""Seconds a statement of such work may take, unless it says otherwise; 50,000 students take a few."""


def owner_of(session: Session, run: JobRun) -> Actor:
    """The account that handed the work over; `NotFound` when it is closed or disabled by now."""
    if run.owner_id is None:
        raise NotFound(what="account")
    actor = loaded(session, run.owner_id)
    bind(session, actor)
    return actor


def as_owner(
    *, seconds: int = LONGEST
) -> Callable[[Callable[[Session, Actor, JobRun], object]], Callable[[JobRun], None]]:
    """Make an act what a job runs: as the owner, each statement allowed so many seconds.

    The act and the end of the job are one transaction, so it happens once or not at all.
    """

    def decorate(act: Callable[[Session, Actor, JobRun], object]) -> Callable[[JobRun], None]:
        @wraps(act)
        def carry_out(run: JobRun) -> None:
            run.safe_point()

            def work(session: Session) -> None:
                act(session, owner_of(session, run), run)
                run.finish(session)

            run.transaction(work, seconds=seconds)

        return carry_out

    return decorate


def step_of(run: JobRun) -> Callable[[int], None]:
    """What a long act calls between its parts: it tells the progress in per cent and ends a run that was cancelled."""

    def step(percent: int) -> None:
        run.safe_point()
        run.progress(None, percent, 100)

    return step
