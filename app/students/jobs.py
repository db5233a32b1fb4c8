"""Activation sheets for the students or guardians of a large place: accounts, codes and files in one act."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import loaded
from app.access.gate import bind
from app.accounts.sheet import Order, deliver
from app.core.errors import NotFound
from app.core.feature import Job
from app.core.queue import JobRun
from app.students.services.access import HANDING_OUT, give

LONGEST = 600
"""Seconds the act may take; 5,000 accounts take a few."""


def sheets(run: JobRun) -> None:
    """Make what accounts are missing, issue the codes, keep the files; with the end of the job in one transaction."""
    run.safe_point()

    def step(percent: int) -> None:
        run.safe_point()
        run.progress(None, percent, 100)

    def work(session: Session) -> None:
        if run.owner_id is None:
            raise NotFound(what="account")
        actor = loaded(session, run.owner_id)
        bind(session, actor)
        facts = run.arguments
        order = Order(str(facts["address"]), str(facts["language"]), also_in_use=bool(facts["also"]), by_class=True)
        given = give(session, actor, str(facts["whom"]), ids=[int(each) for each in facts["ids"]])
        deliver(session, actor, order, **vars(given), store=run.files, keyring=run.keyring, step=step)
        run.finish(session)

    run.transaction(work, seconds=LONGEST)


SHEETS = Job(HANDING_OUT, sheets)
