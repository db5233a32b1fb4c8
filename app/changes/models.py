"""Change records: append-only, one per thing changed, with the values before and after in field terms, masked."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, or_
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import InTree, tree_keys, under
from app.core.clock import sql_now
from app.core.db import Base, Numbered


class ChangeRecord(Numbered, InTree, Base):
    """One change of one thing at the place where it stands; `kind` is a code of `changes.rules.ChangeKind`."""

    __tablename__ = "change_record"
    __table_args__ = (
        Index("ix_change_record_subject", "subject", "subject_id", "id"),
        Index("ix_change_record_person_id", "person_id", "id"),
        *tree_keys("change_record"),
    )

    at: Mapped[datetime] = mapped_column(server_default=sql_now())
    account_id: Mapped[int]
    actor_name: Mapped[str]
    kind: Mapped[str]
    subject: Mapped[str]
    subject_id: Mapped[int]
    subject_name: Mapped[str]
    person_id: Mapped[int | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    reason: Mapped[str | None]
    source: Mapped[str] = mapped_column(server_default="screen")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Within the subtrees, or about the own person; of people only where students may be read."""
        inside = super().reach(entity, actor, permission)
        people = actor.places(Permission.STUDENT_READ)
        if not all(actor.covers(Permission.STUDENT_READ, place) for place in actor.places(permission)):
            inside = and_(inside, or_(entity.person_id.is_(None), under(entity.tree_path, people)))
        persons = actor.persons(permission)
        return or_(inside, entity.person_id.in_(persons)) if persons else inside
