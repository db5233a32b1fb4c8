"""Failed tries, counted per bucket and window. An extra file: it is no part of a service's transaction.

A try is counted before it is made, so that of many at one instant no more than allowed are made; one that succeeds is
given back. Both are short transactions of their own.

A bucket is a word and a keyed or random name (`sign-in:name:…`, `code:address:…`), never a clear number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.codes.models import Throttle
from app.codes.rules import WINDOW
from app.core.clock import now, sql_now


@dataclass(frozen=True)
class Reserved:
    """A try that has been counted: in which buckets, in the window that begins then."""

    buckets: tuple[str, ...]
    window_start: datetime


def network_of(address: str) -> str:
    """Whose address it is, for counting tries: of IPv6 the /64 that one household or host is given as a whole."""
    try:
        known = ip_address(address)
    except ValueError:
        return address  # no address at all (a Unix socket): counted as the one word it is
    if isinstance(known, IPv4Address):
        return str(known)
    return str(known.ipv4_mapped or ip_network((known, 64), strict=False).network_address)


def window_start(at: datetime, window: timedelta = WINDOW) -> datetime:
    """The beginning of the window a moment lies in."""
    return at.replace(microsecond=0) - timedelta(seconds=int(at.timestamp()) % int(window.total_seconds()))


def reserve(session: Session, buckets: Mapping[str, int], window: timedelta = WINDOW) -> Reserved | int:
    """Count a try in every bucket; when one has had its tries, the seconds to wait (roll back then: `int` undoes it).

    The window before counts by the part of it that lies within the last ten minutes, so that nobody gets twice the
    tries around the turn of a window. Tries of the same bucket take turns here, and only here.
    """
    at = now(session)
    start = window_start(at, window)
    share = 1 - (at - start) / window
    tries = {bucket: float(count) for bucket, count in count_try(session, buckets).items()}
    before = select(Throttle.bucket, Throttle.tries).where(
        Throttle.bucket.in_(list(buckets)), Throttle.window_start == start - window
    )
    for row in session.execute(before):
        tries[row.bucket] += row.tries * share
    if any(tries[bucket] >= most + 1 for bucket, most in buckets.items()):
        return int((start + window - at).total_seconds()) + 1
    return Reserved(tuple(sorted(buckets)), start)


def give_back(session: Session, reserved: Reserved) -> None:
    """Take a counted try out of its buckets again: it was none that counts."""
    mine = (Throttle.bucket.in_(reserved.buckets), Throttle.window_start == reserved.window_start)
    # the order everybody takes them in
    session.execute(select(Throttle.bucket).where(*mine).order_by(Throttle.bucket).with_for_update())
    session.execute(update(Throttle).where(*mine).values(tries=Throttle.tries - 1))
    session.execute(delete(Throttle).where(*mine, Throttle.tries <= 0))


def count_try(session: Session, buckets: Mapping[str, int]) -> dict[str, int]:
    """Count one try in every bucket and say how many each has in this window now."""
    start = window_start(now(session))
    # one order for everybody, so that two tries never wait for each other
    rows = [{"bucket": bucket, "window_start": start, "tries": 1} for bucket in sorted(buckets)]
    stmt = insert(Throttle).values(rows)
    counted = stmt.on_conflict_do_update(
        index_elements=[Throttle.bucket, Throttle.window_start],
        set_={"tries": Throttle.tries + 1},
    ).returning(Throttle.bucket, Throttle.tries)
    return {row.bucket: row.tries for row in session.execute(counted)}


def forget_windows(session: Session, window: timedelta = WINDOW) -> int:
    """Erase the counts of windows that hold nothing against anybody any more; says how many there were."""
    stmt = delete(Throttle).where(Throttle.window_start < sql_now() - 2 * window).returning(Throttle.bucket)
    return len(session.execute(stmt).all())
