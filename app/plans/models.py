"""Plans and their chain. Amounts are integer fen; windows are half-open [from, to)."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.access.scope import AtNode, InTree, tree_keys
from app.core.clock import sql_now
from app.core.db import Base, Numbered
from app.orgs.models import Kind, one_of
from app.plans.states import PlanState, ReopeningState, WaiverProof


class Product(StrEnum):
    """险种: two products, never merged (spec/domain.md §3.1)."""

    RESIDENT_MEDICAL = "resident_medical"
    STUDENT_ACCIDENT = "student_accident"


class Plan(Numbered, InTree, Base):
    """A campaign of one product for one cover year, made at a place for its subtree (W1)."""

    __tablename__ = "plan"
    __table_args__ = (
        UniqueConstraint("id", "product", "cover_year"),
        CheckConstraint(one_of("product", Product), "product"),
        CheckConstraint(one_of("state", PlanState), "state"),
        CheckConstraint("cover_year BETWEEN 2000 AND 2100", "cover_year"),
        CheckConstraint("(state IN ('open', 'closed')) = (opened_at IS NOT NULL)", "opened_at_if_open"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", "closed_at_if_closed"),
        CheckConstraint("apply_to > apply_from", "window"),
        CheckConstraint("cardinality(audience) > 0", "audience"),
        CheckConstraint(one_of("waiver_proof", WaiverProof), "waiver_proof"),
        *tree_keys("plan"),
    )

    code: Mapped[str] = mapped_column(Text, unique=True)
    name: Mapped[str] = mapped_column(Text)
    product: Mapped[str] = mapped_column(Text)
    cover_year: Mapped[int] = mapped_column(Integer)
    audience: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """The stages of education whose students are asked."""
    counts_stopped: Mapped[bool] = mapped_column(server_default=text("false"))
    waiver_proof: Mapped[str] = mapped_column(Text, server_default="declaration")
    """What who does not enrol hands in (`WaiverProof`)."""
    freeze_status_changes: Mapped[bool] = mapped_column(server_default=text("false"))
    """Whether transfers and changes of status wait while the plan is open (数据冻结)."""
    state: Mapped[str] = mapped_column(Text, server_default="draft")
    apply_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    apply_to: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    opened_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    close_reason: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    version: Mapped[int] = mapped_column(Integer, server_default="1")


class PlanStep(Numbered, Base):
    """One step of a plan's chain: which kind of node reports, who acts, in which window, what must hold to leave."""

    __tablename__ = "plan_step"
    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint(one_of("kind", Kind), "kind"),
        CheckConstraint("leave_condition IN ('all_decided', 'children_approved')", "leave_condition"),
        CheckConstraint("window_to > window_from", "window"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    position: Mapped[int] = mapped_column(Integer)
    kind: Mapped[str] = mapped_column(Text)
    submit_role: Mapped[str] = mapped_column(Text)
    review_role: Mapped[str] = mapped_column(Text)
    leave_condition: Mapped[str] = mapped_column(Text)
    window_from: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    window_to: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class CoverageOption(Numbered, Base):
    """参保年月: a choice of months with its amounts in fen; `personal_amount + fiscal_amount` is the standard."""

    __tablename__ = "coverage_option"
    __table_args__ = (
        UniqueConstraint("plan_id", "position"),
        CheckConstraint("cover_to > cover_from", "period"),
        CheckConstraint("personal_amount >= 0 AND fiscal_amount >= 0", "amounts"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    position: Mapped[int] = mapped_column(Integer)
    label: Mapped[str] = mapped_column(Text)
    cover_from: Mapped[date] = mapped_column(Date)
    cover_to: Mapped[date] = mapped_column(Date)
    personal_amount: Mapped[int] = mapped_column(BigInteger)
    fiscal_amount: Mapped[int] = mapped_column(BigInteger)


class ReportingUnit(Numbered, AtNode, Base):
    """上报单位: a node that submits its rate in a step of a plan; written when the plan opens or the node is made."""

    __tablename__ = "reporting_unit"
    __table_args__ = (
        UniqueConstraint("plan_id", "step_id", "node_id"),
        CheckConstraint("state IN ('open', 'submitted', 'approved', 'returned')", "state"),
        Index("ix_reporting_unit_node_id", "node_id"),
        Index("ix_reporting_unit_step_id", "step_id"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    step_id: Mapped[int] = mapped_column(ForeignKey("plan_step.id"))
    node_id: Mapped[int] = mapped_column(ForeignKey("org_node.id"))
    state: Mapped[str] = mapped_column(Text, server_default="open")
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    ended_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """Since when it reports no more: its node has been moved below another unit of the step, which counts its rows."""


class PlanReopening(Numbered, Base):
    """A wish to open a closed plan again: one person asks with a reason, another one agrees or declines (W1)."""

    __tablename__ = "plan_reopening"
    __table_args__ = (
        CheckConstraint(one_of("state", ReopeningState), "state"),
        CheckConstraint("(state = 'asked') = (decided_at IS NULL)", "decided_at"),
        CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", "decided_by"),
        CheckConstraint("state <> 'agreed' OR decided_by <> asked_by", "two_persons"),
        CheckConstraint("length(reason) BETWEEN 2 AND 500", "reason"),
        Index("uq_plan_reopening_asked", "plan_id", unique=True, postgresql_where=text("state = 'asked'")),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text, server_default="asked")
    asked_by: Mapped[int] = mapped_column(BigInteger)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    decided_by: Mapped[int | None] = mapped_column(BigInteger)
    decided_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
