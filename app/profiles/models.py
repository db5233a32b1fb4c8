"""What students keep up to date themselves, and what is asked about their locked fields."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    Uuid,
    exists,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import Gated, marked
from app.core.clock import sql_now
from app.core.db import Base, Numbered
from app.evidence.models import Attached
from app.students.models import Student

CONTACT_AT, WANTED_AT = "student_profile.contact_phone", "change_request.wanted"
"""Where the secrets of this package are sealed."""


class OfStudent(Gated):
    """Rows that hang on a student: who may see the student may see them, with the permission that is asked about."""

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of a student the permission opens."""
        student = aliased(Student)
        own = select(student.id).where(student.id == entity.student_id, Student.reach(student, actor, permission))
        return exists(marked(own, "student"))


class StudentProfile(Numbered, OfStudent, Base):
    """学生基本信息 beyond the record the school keeps: a contact for emergencies, and when it was called complete."""

    __tablename__ = "student_profile"
    __table_args__ = (
        UniqueConstraint("student_id"),
        CheckConstraint("contact_name IS NULL OR length(contact_name) BETWEEN 1 AND 100", "contact_name"),
        CheckConstraint("(contact_name IS NULL) = (contact_phone_sealed IS NULL)", "contact_whole"),
        CheckConstraint("completed_at IS NULL OR contact_name IS NOT NULL", "complete_with_contact"),
    )

    student_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("student.id"))
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    contact_name: Mapped[str | None] = mapped_column(Text)
    contact_phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    completed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    version: Mapped[int] = mapped_column(server_default="1")


class ChangeRequest(Numbered, OfStudent, Base):
    """信息变更申请: locked fields somebody wants changed, before and after (masked), decided with an opinion.

    `wanted` holds what is shown; the values themselves are sealed, for they may be numbers nobody reads in clear.
    """

    __tablename__ = "change_request"
    __table_args__ = (
        CheckConstraint("state IN ('asked', 'approved', 'declined', 'withdrawn')", "state"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", "decided_at"),
        CheckConstraint("state <> 'declined' OR opinion IS NOT NULL", "declined_with_opinion"),
        CheckConstraint("length(reason) BETWEEN 2 AND 200", "reason"),
        Index("uq_change_request_asked", "student_id", unique=True, postgresql_where=text("state = 'asked'")),
        Index("ix_change_request_student_id", "student_id", "id"),
        Index("ix_change_request_asked_by", "asked_by"),
        Index("ix_change_request_decided_by", "decided_by"),
    )

    student_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("student.id"))
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    before: Mapped[dict[str, Any]] = mapped_column(JSONB)
    wanted: Mapped[dict[str, Any]] = mapped_column(JSONB)
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    wanted_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    reason: Mapped[str] = mapped_column(Text)
    asked_by: Mapped[int] = mapped_column(ForeignKey("account.id"))
    asked_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime | None]
    opinion: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")


class RequestEvidence(Attached, Base):
    """A file that proves what a change request says; whoever may read the request may open it."""

    __tablename__ = "change_request_evidence"
    __table_args__ = (Index("ix_change_request_evidence_request_id", "request_id"),)
    record_key = "request_id"

    request_id: Mapped[int] = mapped_column(ForeignKey("change_request.id"))

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of a request the permission opens."""
        asked = aliased(ChangeRequest)
        own = select(asked.id).where(asked.id == entity.request_id, asked.reach(asked, actor, permission))
        return exists(marked(own, "change_request"))
