"""Carrying out what somebody may guess at. An extra file: a failure is counted in a transaction of its own.

The act rolls back when it is refused; the count of the refusal must not roll back with it.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeVar

from app.codes.rules import (
    TRIES_BEFORE_ALARM,
    TRIES_PER_ADDRESS,
    TRIES_PER_VISITOR,
    CodeExpired,
    CodeKind,
    CodeLocked,
    CodeReplaced,
    CodeUsed,
    CodeWrong,
)
from app.codes.throttle import count_try, locked_for, network_of
from app.core.db import Database, Session

T = TypeVar("T")
log = logging.getLogger(__name__)

FAILURES = (CodeWrong, CodeUsed, CodeExpired, CodeReplaced)


def try_code(
    run: Callable[[Callable[[Session], T]], T],
    database: Database,
    *,
    kind: CodeKind,
    visitor: str,
    address: str,
    work: Callable[[Session], T],
) -> T:
    """Carry out `work` (a look at or the redemption of a code) by `run`, the edge's own transaction.

    `visitor` names the account or, for somebody not signed in, the browser. Raises `CodeLocked` after 10 failures of
    the visitor or 100 of the address in 10 minutes; the alarm of all together is logged once a window.
    """
    buckets = {f"code:visitor:{visitor}": TRIES_PER_VISITOR, f"code:address:{network_of(address)}": TRIES_PER_ADDRESS}
    seconds = database.transaction(lambda session: locked_for(session, buckets))
    if seconds is not None:
        raise CodeLocked(seconds=seconds)
    try:
        return run(work)
    except FAILURES:
        everybody = f"code:all:{kind}"
        counted = database.transaction(lambda session: count_try(session, {**buckets, everybody: TRIES_BEFORE_ALARM}))
        if counted[everybody] == TRIES_BEFORE_ALARM:
            log.critical("alarm: %s failed tries at %s codes within ten minutes", TRIES_BEFORE_ALARM, kind)
        raise
