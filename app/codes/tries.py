"""Carrying out what somebody may guess at. An extra file: a failure is counted in a transaction of its own.

The act rolls back when it is refused; the count of the refusal must not roll back with it. It is counted before the
act, so that many tries at one instant are not all made before the first is counted.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
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
from app.codes.throttle import Reserved, count_try, give_back, network_of, reserve
from app.core.db import Database, Session
from app.core.errors import Refusal, TooMany

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
    return guessed(database, buckets, CodeLocked, FAILURES, lambda: _alarmed(run, database, kind, work))


def guessed(
    database: Database,
    buckets: Mapping[str, int],
    locked: type[TooMany],
    failures: tuple[type[Refusal], ...],
    work: Callable[[], T],
) -> T:
    """Carry out what somebody may guess at: counted before, given back unless it ends in one of the failures.

    Raises `locked` with the seconds to wait when a bucket has had its tries; then nothing is tried.
    """
    reserved = database.transaction(lambda session: _reserved(session, buckets, locked))
    try:
        done = work()
    except failures:
        raise
    except BaseException:
        database.transaction(lambda session: give_back(session, reserved))
        raise
    database.transaction(lambda session: give_back(session, reserved))
    return done


def _reserved(session: Session, buckets: Mapping[str, int], locked: type[TooMany]) -> Reserved:
    found = reserve(session, buckets)
    if isinstance(found, int):
        raise locked(seconds=found)
    return found


def _alarmed(
    run: Callable[[Callable[[Session], T]], T], database: Database, kind: CodeKind, work: Callable[[Session], T]
) -> T:
    """Carry out the act; the failures of everybody together raise the alarm once a window."""
    try:
        return run(work)
    except FAILURES:
        everybody = f"code:all:{kind}"
        counted = database.transaction(lambda session: count_try(session, {everybody: TRIES_BEFORE_ALARM}))
        if counted[everybody] == TRIES_BEFORE_ALARM:
            log.critical("alarm: %s failed tries at %s codes within ten minutes", TRIES_BEFORE_ALARM, kind)
        raise
