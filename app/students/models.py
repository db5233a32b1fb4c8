"""Students, where they were placed, and who was recognised as being in hardship."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    Date,
    DateTime,
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
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import AtNode, Gated, InSchool, marked, school_keys
from app.core.clock import sql_now
from app.core.db import Base, Numbered
from app.orgs.models import one_of
from app.people.certificates import CertificateType
from app.people.models import PERSON_REACHES, code_in
from app.students.rules import ENTRY_MODES, HARDSHIP_LEVELS, LEFT_BEHIND, HardshipCategory
from app.students.workflow import StudentState, open_states_sql, paused_sql

PHONE_AT, ADDRESS_AT = "student.phone", "student.address"
GUARDIAN_PHONE_AT, GUARDIAN_NUMBER_AT = "guardian.phone", "guardian.number"
"""Where the secrets of a student are sealed."""


class Student(Numbered, InSchool, Base):
    """One person's time at one school; at most one open row per person. Dates are days in China."""

    __tablename__ = "student"
    __table_args__ = (
        UniqueConstraint("school_id", "student_number"),
        # what refers to a student and names the person as well (enrolment) refers to this key
        UniqueConstraint("person_id", "id"),
        CheckConstraint("student_number ~ '^[A-Za-z0-9-]{4,20}$'", "student_number"),
        CheckConstraint(one_of("state", StudentState), "state"),
        CheckConstraint(open_states_sql(), "open_states"),
        CheckConstraint(paused_sql(), "paused_with_reason"),
        CheckConstraint("(closed_on IS NULL) = (close_reason IS NULL)", "closed_with_reason"),
        CheckConstraint("class_roll_number IS NULL OR class_roll_number BETWEEN 1 AND 99", "class_roll_number"),
        CheckConstraint("boarding IS NULL OR boarding IN ('1', '2')", "boarding"),
        CheckConstraint("length(secondary_status_number) BETWEEN 1 AND 30", "secondary_status_number"),
        CheckConstraint(code_in("entry_mode", ENTRY_MODES), "entry_mode"),
        CheckConstraint(code_in("left_behind", LEFT_BEHIND), "left_behind"),
        CheckConstraint("(phone_sealed IS NULL) = (phone_digest IS NULL)", "phone_sealed_with_digest"),
        Index("uq_student_open", "person_id", unique=True, postgresql_where=text("closed_on IS NULL")),
        Index("ix_student_number", "student_number", postgresql_ops={"student_number": "text_pattern_ops"}),
        *school_keys("student"),
    )
    families_read = True

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    student_number: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="in_school")
    entry_date: Mapped[date | None] = mapped_column(Date)
    expected_graduation_date: Mapped[date | None] = mapped_column(Date)
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    class_roll_number: Mapped[int | None]
    boarding: Mapped[str | None] = mapped_column(Text)
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    secondary_status_number: Mapped[str | None] = mapped_column(Text)
    entry_mode: Mapped[str | None] = mapped_column(Text)
    left_behind: Mapped[str | None] = mapped_column(Text)
    state_on: Mapped[date | None] = mapped_column(Date)
    state_reason: Mapped[str | None] = mapped_column(Text)
    opened_on: Mapped[date] = mapped_column(Date)
    closed_on: Mapped[date | None] = mapped_column(Date)
    close_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    version: Mapped[int] = mapped_column(server_default="1")


def _person_by_student(person: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
    student = aliased(Student)
    own = select(student.id).where(student.person_id == person.id, Student.reach(student, actor, permission))
    return exists(marked(own, "student"))


PERSON_REACHES.append(_person_by_student)


class Placement(Numbered, AtNode, Base):
    """Which class a student was in from when to when; written by the services, never changed afterwards but closed."""

    __tablename__ = "placement"
    __table_args__ = (
        CheckConstraint("until IS NULL OR until > since", "period"),
        Index("ix_placement_student_id", "student_id", "since"),
        Index("ix_placement_node_id", "node_id"),
        Index("uq_placement_open", "student_id", unique=True, postgresql_where=text("until IS NULL")),
    )

    student_id: Mapped[int] = mapped_column(ForeignKey("student.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("org_node.id"))
    since: Mapped[datetime] = mapped_column("since", DateTime(timezone=True), server_default=sql_now())
    until: Mapped[datetime | None] = mapped_column("until", DateTime(timezone=True))


class HardshipRecognition(Numbered, Gated, Base):
    """困难认定: a category with its period; counts for a plan when the period overlaps the plan's cover year.

    One that was entered by mistake is revoked: it is kept and shown, and counts nowhere.
    """

    __tablename__ = "hardship_recognition"
    __table_args__ = (
        CheckConstraint(one_of("category", HardshipCategory), "category"),
        CheckConstraint(code_in("level", HARDSHIP_LEVELS), "level"),
        CheckConstraint("until_on IS NULL OR until_on > since_on", "period"),
        CheckConstraint("(revoked_at IS NULL) = (revoke_reason IS NULL)", "revoked_with_reason"),
        CheckConstraint("length(evidence_number) BETWEEN 1 AND 60", "evidence_number"),
        CheckConstraint("length(recognised_by) BETWEEN 1 AND 100", "recognised_by"),
        Index("ix_hardship_recognition_student_id", "student_id"),
    )

    student_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("student.id"))
    category: Mapped[str] = mapped_column(Text)
    level: Mapped[str] = mapped_column(Text)
    since_on: Mapped[date] = mapped_column(Date)
    until_on: Mapped[date | None] = mapped_column(Date)
    evidence_number: Mapped[str | None] = mapped_column(Text)
    recognised_by: Mapped[str | None] = mapped_column(Text)
    revoked_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    revoke_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    version: Mapped[int] = mapped_column(server_default="1")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of a student the permission opens."""
        student = aliased(Student)
        own = select(student.id).where(student.id == entity.student_id, Student.reach(student, actor, permission))
        return exists(marked(own, "student"))


class Guardian(Numbered, Gated, Base):
    """家长(监护人): who answers for a student, with phone and certificate number, whether or not they have an account.

    A student has a guardian of one name, or of one certificate, only once.
    """

    __tablename__ = "guardian"
    __table_args__ = (
        CheckConstraint("relation IN ('father', 'mother', 'grandparent', 'other')", "relation"),
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name_length"),
        CheckConstraint("(phone_sealed IS NULL) = (phone_digest IS NULL)", "phone_sealed_with_digest"),
        CheckConstraint("(number_sealed IS NULL) = (number_digest IS NULL)", "number_sealed_with_digest"),
        CheckConstraint("number_sealed IS NULL OR certificate_type IS NOT NULL", "number_of_a_type"),
        CheckConstraint(one_of("certificate_type", CertificateType), "certificate_type"),
        Index("ix_guardian_student_id", "student_id"),
        Index("uq_guardian_name", "student_id", "name", unique=True, postgresql_where=text("ended_at IS NULL")),
        Index(
            "uq_guardian_number_digest",
            "student_id",
            "number_digest",
            unique=True,
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index("ix_guardian_account_id", "account_id"),
    )

    student_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("student.id"))
    name: Mapped[str] = mapped_column(Text)
    relation: Mapped[str] = mapped_column(Text)
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    certificate_type: Mapped[str | None] = mapped_column(Text)
    number_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    number_digest: Mapped[bytes | None] = mapped_column(LargeBinary)
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(server_default="1")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of a student the permission opens."""
        student = aliased(Student)
        mine = select(student.id).where(student.id == entity.student_id, Student.reach(student, actor, permission))
        return exists(marked(mine, "student"))
