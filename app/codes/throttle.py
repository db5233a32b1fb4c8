"""Failed tries, counted per bucket and window. An extra file: it is no part of a service's transaction.

A bucket is a word and a keyed or random name (`sign-in:name:…`, `code:address:…`), never a clear number.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.codes.models import Throttle
from app.codes.rules import WINDOW
from app.core.clock import now


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


def locked_for(session: Session, buckets: Mapping[str, int], window: timedelta = WINDOW) -> int | None:
    """How many seconds to wait when a bucket has had its tries, else None.

    The window before counts by the part of it that lies within the last ten minutes, so that nobody gets twice the
    tries around the turn of a window.
    """
    at = now(session)
    start = window_start(at, window)
    share = 1 - (at - start) / window
    rows = session.execute(
        select(Throttle.bucket, Throttle.window_start, Throttle.tries).where(
            Throttle.bucket.in_(list(buckets)),
            Throttle.window_start >= start - window,
        ),
    )
    tries = dict.fromkeys(buckets, 0.0)
    for row in rows:
        tries[row.bucket] += row.tries if row.window_start == start else row.tries * share
    if any(tries[bucket] >= most for bucket, most in buckets.items()):
        return int((start + window - at).total_seconds()) + 1
    return None


def count_try(session: Session, buckets: Mapping[str, int]) -> dict[str, int]:
    """Count one failed try in every bucket and say how many each has in this window now."""
    start = window_start(now(session))
    # one order for everybody, so that two refusals never wait for each other
    rows = [{"bucket": bucket, "window_start": start, "tries": 1} for bucket in sorted(buckets)]
    stmt = insert(Throttle).values(rows)
    counted = stmt.on_conflict_do_update(
        index_elements=[Throttle.bucket, Throttle.window_start],
        set_={"tries": Throttle.tries + 1},
    ).returning(Throttle.bucket, Throttle.tries)
    return {row.bucket: row.tries for row in session.execute(counted)}
