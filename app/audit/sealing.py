"""Sealing the operation log: each line gets a digest over itself, its number and the digest before it.

An extra file beside `services.py`, of services too: no act calls it, a loop of the worker does. Sealing in the act's
own transaction would let all writers wait for one another; so the last second or two of the log is still unsealed.
Whoever has the database but not the keys cannot make a chain that holds; whoever has both can, which is why the end of
the chain is written down elsewhere (`docs/operators.md`).
"""

from __future__ import annotations

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.audit.models import Audit, AuditSeal, AuditUnsealed
from app.audit.rules import FIRST, LINE, sealed_text
from app.core import locks
from app.core.crypto import Keyring
from app.core.db import any_of

AT_ONCE = 5_000
WHOLE = "the log is sealed as a whole, whoever acted; nothing of it leaves this function"


def seal(session: Session, keyring: Keyring, *, at_most: int = AT_ONCE) -> int:
    """Seal lines that wait, in the order of their ids; returns how many. 0 also while another process does it."""
    if not locks.try_hold(session, locks.AUDIT):
        return 0
    first = select(AuditUnsealed.audit_id).order_by(AuditUnsealed.audit_id).limit(at_most)
    taken = delete(AuditUnsealed).where(AuditUnsealed.audit_id.in_(first)).returning(AuditUnsealed.audit_id)
    ids = list(session.scalars(taken))
    if ids:
        session.execute(insert(AuditSeal), _links(session, keyring, ids))
    return len(ids)


def _links(session: Session, keyring: Keyring, ids: list[int]) -> list[dict[str, object]]:
    newest = select(AuditSeal.seq, AuditSeal.digest).order_by(AuditSeal.seq.desc()).limit(1)
    seq, digest = session.execute(newest).one_or_none() or (0, FIRST)
    columns = [getattr(Audit, name) for name in LINE]
    lines = session.execute(
        everything(select(*columns).where(Audit.id == any_of(ids)).order_by(Audit.id), because=WHOLE)
    )
    links: list[dict[str, object]] = []
    for line in lines.mappings():
        seq += 1
        digest = keyring.digest(sealed_text(digest, seq, dict(line)), "seal")
        links.append({"seq": seq, "audit_id": line["id"], "digest": digest})
    return links
