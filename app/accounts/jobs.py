"""Activation sheets for more accounts than a browser waits for, and what the night clears away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import as_owner, step_of
from app.accounts.services.sheets import HANDING_OUT
from app.accounts.sheet import Order, deliver
from app.core.feature import Job, Schedule
from app.core.idempotency import forget
from app.core.queue import JobRun
from app.core.stored import erase_expired

TIDYING = "accounts.tidy"


@as_owner()
def sheets(session: Session, actor: Actor, run: JobRun) -> None:
    """Issue the codes and keep the files."""
    facts = run.arguments
    order = Order(str(facts["address"]), str(facts["language"]), also_in_use=bool(facts["also_in_use"]))
    ids = [int(each) for each in facts["ids"]]
    deliver(session, actor, order, account_ids=ids, store=run.files, keyring=run.keyring, step=step_of(run))


def tidy(run: JobRun) -> None:
    """Erase the answers kept for double clicks, and files whose time is over, until none is left."""
    run.transaction(forget)
    store = run.files
    while run.transaction(lambda session: erase_expired(session, store)):
        run.safe_point()


SHEETS = Job(HANDING_OUT, sheets)
TIDY = Job(TIDYING, tidy)
EACH_HOUR = Schedule("accounts.tidy", "17 * * * *", TIDYING)
