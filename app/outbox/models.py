"""A mail: stored first, sent later, with one stable Message-ID however often it is tried."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.clock import sql_now
from app.core.db import Base, Numbered


class Outbox(Numbered, Base):
    """One mail to one address."""

    __tablename__ = "outbox"
    __table_args__ = (
        CheckConstraint("state IN ('queued', 'sent', 'failed')", "state"),
        CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", "sent_at_if_sent"),
        Index("uq_outbox_message_id", "message_id", unique=True),
        Index("ix_outbox_queued", "next_try_at", postgresql_where=text("state = 'queued'")),
        Index("ix_outbox_account_id", "account_id"),
    )

    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    address: Mapped[str]
    subject: Mapped[str]
    body_text: Mapped[str]
    body_html: Mapped[str | None]
    message_id: Mapped[str]
    state: Mapped[str] = mapped_column(server_default="queued")
    tries: Mapped[int] = mapped_column(server_default="0")
    next_try_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    sent_at: Mapped[datetime | None]
