"""Every use of PostgreSQL advisory locks, each with its own word, so that no two uses can meet by accident."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from sqlalchemy import Select, func, select, text

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

UNIT = "unit"
PLAN = "plan"
ASKED = "asked"
"""The places whose students are being asked: a plan that opens holds its own, an admission shares all above."""
TREE = "tree"
ROLL = "roll"
"""The schools on whose roll somebody writes (shared), or that move with everyone in them."""
FIGURES = "figures"
"""Whoever adds differences to the counters of figures, or puts the counters right."""
PERSON = "person"
AUDIT = "audit"
"""Whoever seals the lines of the operation log, one after the other."""


def share(session: Session, word: str, keys: Iterable[int]) -> None:
    """Take shared locks on `keys`, distinct and in ascending order, until the transaction ends."""
    _take(session, "pg_advisory_xact_lock_shared", word, keys)


def share_found(session: Session, word: str, keys: Select[int]) -> None:
    """Take shared locks on the keys a statement finds, distinct and in ascending order, until the transaction ends."""
    found = keys.subquery()
    # OFFSET keeps the subquery apart: it is sorted before the locks are taken
    ordered = select(found.c[0].label("k")).distinct().order_by("k").offset(0).subquery()
    session.execute(select(func.pg_advisory_xact_lock_shared(func.hashtextextended(word, ordered.c.k))))


def hold(session: Session, word: str, keys: Iterable[int]) -> None:
    """Take exclusive locks on `keys`, distinct and in ascending order, until the transaction ends."""
    _take(session, "pg_advisory_xact_lock", word, keys)


def _take(session: Session, function: str, word: str, keys: Iterable[int]) -> None:
    # Ordering inside one statement: the subquery is materialised and sorted before the locks are taken.
    ordered = sorted(set(keys))
    if ordered:
        session.execute(
            text(
                f"SELECT {function}(hashtextextended(:word, k)) FROM"  # noqa: S608  the function name is ours
                " (SELECT k FROM unnest(cast(:keys AS bigint[])) AS k ORDER BY k OFFSET 0) AS ordered",
            ),
            {"word": word, "keys": ordered},
        )


def try_share(session: Session, word: str, key: int = 0) -> bool:
    """Take a shared lock until the transaction ends, or say at once that somebody else holds it alone."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock_shared(func.hashtextextended(word, key)))))


def try_hold(session: Session, word: str, key: int = 0) -> bool:
    """Take an exclusive lock until the transaction ends, or say at once that somebody else has it."""
    return bool(session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtextextended(word, key)))))
