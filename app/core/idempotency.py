"""A double click gets the first answer: the key of a form is stored with its answer, in the transaction of the act.

The answer is a status, a target and message codes with facts; never a page, never personal data. Kept for 48 hours.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import CheckConstraint, Index, LargeBinary, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import sql_now
from app.core.db import Base
from app.core.errors import Refusal

KEPT = timedelta(hours=48)


class Idempotency(Base):
    """A form that was sent, and what it was answered."""

    __tablename__ = "idempotency"
    __table_args__ = (
        CheckConstraint("length(key) BETWEEN 16 AND 64", "key_length"),
        Index("ix_idempotency_created_at", "created_at"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None]
    target: Mapped[str | None]
    messages: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())


@dataclass(frozen=True)
class Answer:
    """What a form was answered: HTTP status, where to go, message codes with facts."""

    status: int
    target: str
    messages: tuple[Mapping[str, Any], ...] = ()


class OtherBody(Refusal):
    """The same key came with other contents: the browser was tampered with or a page was reused."""

    status = 422
    code = "idempotency_other_body"


def begin(session: Session, account_id: int, key: str, body: bytes) -> Answer | None:
    """Claim a form's key: `None` to go on, or the answer the same form got before (`OtherBody` when it differs).

    A second click waits here until the first one's transaction ends.
    """
    digest = hashlib.sha256(body).digest()
    claimed = session.execute(
        insert(Idempotency)
        .values(account_id=account_id, key=key, digest=digest)
        .on_conflict_do_nothing()
        .returning(Idempotency.key),
    ).first()
    if claimed:
        return None
    row = session.execute(
        select(Idempotency.digest, Idempotency.status, Idempotency.target, Idempotency.messages).where(
            Idempotency.account_id == account_id,
            Idempotency.key == key,
        ),
    ).one()
    if row.digest != digest:
        raise OtherBody
    return Answer(row.status, row.target, tuple(row.messages or ()))


def finish(session: Session, account_id: int, key: str, answer: Answer) -> None:
    """Keep the answer beside the key; only successes get this far, a refusal rolls the claim back."""
    session.execute(
        update(Idempotency)
        .where(Idempotency.account_id == account_id, Idempotency.key == key)
        .values(status=answer.status, target=answer.target, messages=[dict(m) for m in answer.messages]),
    )


def forget(session: Session) -> int:
    """Erase the keys older than 48 hours and say how many there were."""
    outcome = session.execute(
        delete(Idempotency).where(Idempotency.created_at < sql_now() - KEPT).returning(Idempotency.key),
    )
    return len(outcome.all())
