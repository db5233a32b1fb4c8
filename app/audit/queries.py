"""Checking the chain of the operation log from its beginning to its end."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.audit.models import Audit, AuditSeal, AuditUnsealed
from app.audit.rules import FIRST, LINE, Break, Verdict, sealed_text
from app.core.clock import sql_now
from app.core.crypto import Keyring

MOST = 20
"""So many breaks are told; the first ones say enough."""
PATIENCE = timedelta(minutes=10)
"""A line older than this should long have been sealed."""
A_FEW = 2_000
WHOLE = "the chain is checked as a whole; only numbers of lines leave this function"


def verify(session: Session, keyring: Keyring, *, noted: tuple[int, str] | None = None) -> Verdict:
    """Compute the chain anew and compare; `noted` is an end (number, digest in hex) written down elsewhere before.

    Reads the log once, a few lines at a time. Each changed line is told by itself: the chain goes on from what is kept.
    """
    breaks: list[Break] = []
    seq, digest = 0, FIRST
    heads = {0: FIRST.hex()}
    for row in _sealed(session):
        if len(breaks) < MOST:  # of a log sealed with another key every line is one
            breaks += _breaks_at(keyring, seq, digest, row)
        seq, digest = row.seq, row.digest
        if noted and seq == noted[0]:
            heads[seq] = digest.hex()
    if noted and heads.get(noted[0]) != noted[1]:
        breaks.insert(0, Break("other_head", noted[0]))
    breaks += [Break("unsealed", audit_id=number) for number in _forgotten(session)]
    waiting = session.scalar(select(func.count()).select_from(AuditUnsealed)) or 0
    return Verdict(seq, digest.hex(), waiting, tuple(breaks[:MOST]))


def _sealed(session: Session) -> Iterator[Row[*tuple[Any, ...]]]:
    columns = [getattr(Audit, name) for name in LINE]
    stmt = (
        select(AuditSeal.seq, AuditSeal.audit_id, AuditSeal.digest, *columns)
        .outerjoin(Audit, Audit.id == AuditSeal.audit_id)
        .order_by(AuditSeal.seq)
        .execution_options(yield_per=A_FEW)
    )
    yield from session.execute(everything(stmt, because=WHOLE))


def _breaks_at(keyring: Keyring, seq: int, digest: bytes, row: Row[*tuple[Any, ...]]) -> list[Break]:
    """What does not hold between the link before, with its number and digest, and this one."""
    breaks = [Break("gone", missing) for missing in range(seq + 1, min(row.seq, seq + 1 + MOST))]
    if row.id is None:
        breaks.append(Break("gone", row.seq, row.audit_id))
    elif not _holds(keyring, digest, row):
        breaks.append(Break("changed", row.seq, row.audit_id))
    return breaks


def _holds(keyring: Keyring, previous: bytes, row: Row[*tuple[Any, ...]]) -> bool:
    wanted = keyring.digest(sealed_text(previous, row.seq, dict(row._mapping)), "seal")  # noqa: SLF001  its public name
    return hmac.compare_digest(wanted, row.digest)


def _forgotten(session: Session) -> list[int]:
    """Lines without a seal that have waited too long, or that wait for none."""
    sealed = select(AuditSeal.audit_id).where(AuditSeal.audit_id == Audit.id).exists()
    queued = select(AuditUnsealed.audit_id).where(AuditUnsealed.audit_id == Audit.id).exists()
    stmt = select(Audit.id).where(~sealed, ~queued | (Audit.at < sql_now() - PATIENCE)).order_by(Audit.id).limit(MOST)
    return list(session.scalars(everything(stmt, because=WHOLE)))
