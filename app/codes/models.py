"""Codes: only a keyed digest is stored, and for those that may be reprinted an encrypted copy."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, LargeBinary, Uuid, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.scope import InTree, tree_keys
from app.core.clock import sql_now
from app.core.db import Base, Numbered


class Code(Numbered, InTree, Base):
    """One code for one subject (an account, a node, a student) at a place; at most one live per subject and kind."""

    __tablename__ = "code"
    __table_args__ = (
        CheckConstraint("kind IN ('activation', 'binding', 'registration', 'upload', 'download')", "kind"),
        CheckConstraint("state IN ('issued', 'used', 'replaced')", "state"),
        CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", "used_at_if_used"),
        CheckConstraint("(sealed IS NULL) = (kind NOT IN ('registration', 'upload'))", "sealed_if_reprintable"),
        Index("uq_code_digest", "kind", "digest", unique=True),
        Index("uq_code_live", "kind", "subject_id", unique=True, postgresql_where=text("state = 'issued'")),
        *tree_keys("code"),
    )

    kind: Mapped[str]
    subject_id: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    state: Mapped[str] = mapped_column(server_default="issued")
    issued_by: Mapped[int]
    issued_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    used_by: Mapped[int | None]


class Throttle(Base):
    """Failed tries counted per bucket (account, address, …) and window, in a transaction of their own."""

    __tablename__ = "throttle"

    bucket: Mapped[str] = mapped_column(primary_key=True)
    window_start: Mapped[datetime] = mapped_column(primary_key=True)
    tries: Mapped[int]
