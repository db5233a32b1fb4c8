"""Activation sheets for the students or guardians of a large place: accounts, codes and files in one act."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import as_owner, step_of
from app.accounts.sheet import Order, deliver
from app.core.feature import Job
from app.core.queue import JobRun
from app.students.services.access import HANDING_OUT, give


@as_owner()
def sheets(session: Session, actor: Actor, run: JobRun) -> None:
    """Make what accounts are missing, issue the codes, keep the files."""
    facts = run.arguments
    order = Order(str(facts["address"]), str(facts["language"]), also_in_use=bool(facts["also"]), by_class=True)
    given = give(session, actor, str(facts["whom"]), ids=[int(each) for each in facts["ids"]])
    deliver(session, actor, order, **vars(given), store=run.files, keyring=run.keyring, step=step_of(run))


SHEETS = Job(HANDING_OUT, sheets)
