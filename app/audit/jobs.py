"""The operation log by itself: sealed every second, checked each night."""

from __future__ import annotations

import logging
from pathlib import Path

from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.audit.queries import verify
from app.audit.rules import ChainBroken, Verdict
from app.audit.sealing import AT_ONCE, seal
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.feature import Job, Loop, Schedule
from app.core.queue import JobRun

LONGEST = 3600
"""Seconds a check may take; ten million lines take some minutes."""
log = logging.getLogger(__name__)


def seal_lines(database: Database, data: Path | None) -> None:
    """Seal all lines that wait, a few thousand in a transaction."""
    if data is None:
        return
    keyring = Keyring.at(data)

    def work(session: Session) -> int:
        bind(session, SYSTEM)
        return seal(session, keyring)

    while database.transaction(work) == AT_ONCE:
        pass


def check_chain(run: JobRun) -> None:
    """Check the whole chain; its end is logged for other machines to keep, and a break lets the job fail."""

    def work(session: Session) -> Verdict:
        bind(session, SYSTEM)
        return verify(session, run.keyring)

    verdict = run.transaction(work, seconds=LONGEST)
    if verdict.breaks:
        log.error("the chain of the operation log is broken: %s", "; ".join(map(str, verdict.breaks)))
        raise ChainBroken(count=len(verdict.breaks))
    log.warning("the chain of the operation log holds, its end is %d:%s", verdict.sealed, verdict.head)

    def finish(session: Session) -> None:
        run.progress(session, verdict.sealed, verdict.sealed)
        run.finish(session)

    run.transaction(finish)


EACH_SECOND = Loop("audit.seal", 1.0, seal_lines)
CHECK = Job("audit.check", check_chain)
AFTER_MIDNIGHT = Schedule("audit.check.nightly", "20 3 * * *", CHECK.name)
