"""The audit table. Never clear numbers in it: field names, masked values, counts, reasons."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import Gated, under
from app.core.clock import sql_now
from app.core.db import Base, Numbered


class Audit(Numbered, Gated, Base):
    """One act, with the place it concerned (the path as it was then) and what changed."""

    __tablename__ = "audit"
    __table_args__ = (Index("ix_audit_tree_path", "tree_path", "id"), Index("ix_audit_account_id", "account_id", "id"))

    at: Mapped[datetime] = mapped_column(server_default=sql_now())
    account_id: Mapped[int]
    actor_name: Mapped[str]
    address: Mapped[str | None]
    act: Mapped[str]
    subject: Mapped[str]
    subject_ids: Mapped[list[int]] = mapped_column(JSONB)
    tree_path: Mapped[str]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str | None]

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Within the subtrees where the permission holds."""
        return under(entity.tree_path, actor.places(permission))


class AuditSeal(Base):
    """One line of the log in its place in the chain: the digest covers the line, its number and the digest before."""

    __tablename__ = "audit_seal"

    seq: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), unique=True)
    digest: Mapped[bytes]
    sealed_at: Mapped[datetime] = mapped_column(server_default=sql_now())


class AuditUnsealed(Base):
    """A line that waits for its seal; the database itself notes it with the line, in the transaction of the act."""

    __tablename__ = "audit_unsealed"

    audit_id: Mapped[int] = mapped_column(ForeignKey("audit.id"), primary_key=True, autoincrement=False)
