"""Enrolments. `tally` is the one word a row is counted under, computed by the database; NULL is counted nowhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    DateTime,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    SmallInteger,
    Text,
    and_,
    exists,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import InSchool, marked, school_keys
from app.core.clock import sql_now
from app.core.db import Base, Numbered
from app.enrolment.states import EnrolmentState, Source, Tally, WaiverReason
from app.enrolment.states import EnrolmentState as S
from app.evidence.models import Attached
from app.orgs.models import one_of

__all__ = ["Enrolment", "EnrolmentState", "Source", "Tally", "WaiverReason"]

NOT_DECIDED = "state NOT IN ('insured', 'waived', 'stopped')"
TALLY_SQL = """CASE
 WHEN removed_at IS NOT NULL THEN NULL
 WHEN state IN ('unregistered', 'draft', 'rejected') THEN 'unregistered'
 WHEN state = 'submitted' THEN 'pending'
 ELSE state END"""


class Enrolment(Numbered, InSchool, Base):
    """One person in one plan: at most one live row per product and cover year (DESIGN, Enrolment)."""

    __tablename__ = "enrolment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["plan_id", "product", "cover_year"],
            ["plan.id", "plan.product", "plan.cover_year"],
            name="fk_enrolment_plan",
        ),
        ForeignKeyConstraint(
            ["student_id", "person_id"], ["student.id", "student.person_id"], name="fk_enrolment_student"
        ),
        CheckConstraint(one_of("state", EnrolmentState), "state"),
        CheckConstraint(one_of("source", Source), "source"),
        CheckConstraint("choice IS NULL OR choice IN ('insure', 'waive')", "choice"),
        CheckConstraint(
            f"waiver_reason IS NULL OR (choice = 'waive' AND {one_of('waiver_reason', WaiverReason)})",
            "waiver_reason",
        ),
        CheckConstraint(
            "state NOT IN ('submitted', 'rejected', 'insured', 'waived', 'stopped') OR choice IS NOT NULL",
            "decided_with_choice",
        ),
        CheckConstraint("state <> 'insured' OR choice = 'insure'", "insured_by_choice"),
        CheckConstraint("state <> 'waived' OR (choice = 'waive' AND waiver_reason IS NOT NULL)", "waived_by_choice"),
        CheckConstraint(
            "removed_at IS NULL OR state IN ('unregistered', 'draft', 'submitted', 'rejected')",
            "removed_undecided",
        ),
        CheckConstraint("coverage_option_id IS NULL OR choice = 'insure'", "option_of_insured"),
        CheckConstraint(
            "waiver_text IS NULL OR (waiver_reason = 'other' AND length(waiver_text) BETWEEN 1 AND 200)", "waiver_text"
        ),
        CheckConstraint("declaration > 0", "declaration"),
        CheckConstraint("NOT declared_on_paper OR choice = 'waive'", "declared_on_paper"),
        CheckConstraint("participation_code IN ('0', '1', '2', '4')", "participation_code"),
        CheckConstraint("opinion IS NULL OR length(opinion) BETWEEN 1 AND 200", "opinion"),
        CheckConstraint(f"{NOT_DECIDED} OR decided_at IS NOT NULL", "decided_at"),
        CheckConstraint("state <> 'submitted' OR submitted_at IS NOT NULL", "submitted_at"),
        Index(
            "uq_enrolment_live",
            "person_id",
            "product",
            "cover_year",
            unique=True,
            postgresql_where=text("removed_at IS NULL"),
        ),
        Index("ix_enrolment_plan_path", "plan_id", "tree_path", "tally"),
        Index("ix_enrolment_student_id", "student_id"),
        # most rows nobody has filed or decided: only those that somebody did stand in these two
        Index("ix_enrolment_filed_by", "filed_by", postgresql_where=text("filed_by IS NOT NULL")),
        Index("ix_enrolment_decided_by", "decided_by", postgresql_where=text("decided_by IS NOT NULL")),
        Index("ix_enrolment_person_id", "person_id"),
        *school_keys("enrolment"),
    )
    families_read = True

    plan_id: Mapped[int] = mapped_column()
    product: Mapped[str] = mapped_column(Text)
    cover_year: Mapped[int] = mapped_column(Integer)
    person_id: Mapped[int]
    """The person of `student_id`, as one key with it says."""
    student_id: Mapped[int]
    state: Mapped[str] = mapped_column(Text, server_default="unregistered")
    choice: Mapped[str | None] = mapped_column(Text)
    waiver_reason: Mapped[str | None] = mapped_column(Text)
    waiver_text: Mapped[str | None] = mapped_column(Text)
    """What the reason `other` means, in words."""
    declaration: Mapped[int | None] = mapped_column(SmallInteger)
    """Which wording of the 不参保声明 was ticked, by `filed_by` at `submitted_at`; counts for a family's own waiver."""
    declared_on_paper: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether `decided_by` has the signed declaration, with the proofs the plan asks for, on paper."""
    participation_code: Mapped[str | None] = mapped_column(Text)
    """psn_insu_stas as an insured list gave it; 4 (终止参保) has no state of its own here (spec/domain.md §3.2)."""
    coverage_option_id: Mapped[int | None] = mapped_column(ForeignKey("coverage_option.id"))
    hardship: Mapped[bool] = mapped_column(server_default=text("false"))
    source: Mapped[str] = mapped_column(Text, server_default="roll")
    tally: Mapped[str | None] = mapped_column(Text, Computed(TALLY_SQL, persisted=True))
    submitted_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    filed_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    """The account that submitted the application, or entered it on behalf (then `source` is counsellor)."""
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    opinion: Mapped[str | None] = mapped_column(Text)
    """The opinion of the last review; kept while the application is mended."""
    removed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class ApplicationEvidence(Attached, Base):
    """A file that proves what an application says.

    The family opens it always; whoever of the staff may read the application, once it was submitted: a draft is nobody
    else's business, nor is what a family began before the staff entered something else.
    """

    __tablename__ = "enrolment_evidence"
    __table_args__ = (Index("ix_enrolment_evidence_enrolment_id", "enrolment_id"),)
    record_key = "enrolment_id"

    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolment.id"))

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of an application the permission opens, and that was submitted unless it is the family's own."""
        row = aliased(Enrolment)
        submitted = and_(row.source == Source.STUDENT, row.state.not_in((S.UNREGISTERED, S.DRAFT)))
        own = or_(submitted, row.person_id.in_(actor.persons(permission)))
        found = select(row.id).where(row.id == entity.enrolment_id, own, row.reach(row, actor, permission))
        return exists(marked(found, "enrolment"))
