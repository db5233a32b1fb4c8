"""Figures as they are kept: counters, differences not yet added to them, each past day, and what units submitted."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.access.scope import AtNode, InTree, tree_keys
from app.core.clock import sql_now
from app.core.db import Base, Numbered

COUNTS = ("insured", "waived", "pending", "unregistered", "stopped", "waived_hardship")
"""The columns that hold numbers of persons, in the order of `Figures`."""
SUMS = (*COUNTS, "amount")
"""All columns that add up: `amount` is what the insured pay, in fen."""
IN_PLACE = {"fillfactor": "70"}
"""Counters change every second: with room in its page, a row is changed without touching an index."""
SWEPT = {"autovacuum_vacuum_threshold": "1000", "autovacuum_vacuum_scale_factor": "0"}
"""Differences live for a second: what they leave behind is cleared away often."""


class Counted:
    """Columns of numbers that add up."""

    insured: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    waived: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    pending: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    unregistered: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    stopped: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    waived_hardship: Mapped[int] = mapped_column(Integer, server_default=text("0"))
    amount: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """What the insured pay by their coverage options, in fen."""


class PlanFigureDelta(Numbered, AtNode, Counted, Base):
    """A difference in the figures of one class, appended by the triggers on `enrolment` and by nobody else.

    No foreign keys: the enrolments it comes from have them, and a writer pays for each.
    """

    __tablename__ = "plan_figure_delta"
    __table_args__ = ({"postgresql_with": SWEPT},)

    plan_id: Mapped[int] = mapped_column()
    school_id: Mapped[int] = mapped_column()


class PlanClassFigure(InTree, Counted, Base):
    """The figures of a class in a plan, as far as differences have been added to them."""

    __tablename__ = "plan_class_figure"
    __table_args__ = (
        Index("ix_plan_class_figure_plan_path", "plan_id", "tree_path"),
        *tree_keys("plan_class_figure"),
        {"postgresql_with": IN_PLACE},
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class PlanSchoolFigure(InTree, Counted, Base):
    """The figures of a school in a plan, as far as differences have been added to them; `node_id` is the school."""

    __tablename__ = "plan_school_figure"
    __table_args__ = (
        Index("ix_plan_school_figure_plan_path", "plan_id", "tree_path"),
        *tree_keys("plan_school_figure"),
        {"postgresql_with": IN_PLACE},
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class FigureDay(AtNode, Base):
    """The figures of one class in one plan at the end of one day in China, written each night."""

    __tablename__ = "figure_day"
    __table_args__ = (
        CheckConstraint(
            "insured >= 0 AND waived >= 0 AND pending >= 0 AND unregistered >= 0 AND stopped >= 0"
            " AND waived_hardship BETWEEN 0 AND waived",
            "counts",
        ),
        Index("ix_figure_day_node_id", "node_id"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"), primary_key=True)
    node_id: Mapped[int] = mapped_column(ForeignKey("org_node.id"), primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    insured: Mapped[int]
    waived: Mapped[int]
    pending: Mapped[int]
    unregistered: Mapped[int]
    stopped: Mapped[int]
    waived_hardship: Mapped[int]


class Submission(Numbered, InTree, Counted, Base):
    """What a reporting unit submitted: figures frozen at that instant, and who they counted (UM-11).

    A unit of the first step keeps its `members` (enrolments, ascending) with one letter each in `marks`: I insured,
    W waived, H waived in hardship, S stopped. A unit further up keeps `parts`, the submissions whose sum it is.
    `digest` is the SHA-256 of either.
    """

    __tablename__ = "submission"
    __table_args__ = (
        UniqueConstraint("unit_id", "number"),
        CheckConstraint("state IN ('submitted', 'approved', 'returned')", "state"),
        CheckConstraint("pending = 0 AND unregistered = 0", "complete"),
        CheckConstraint(
            "insured >= 0 AND waived >= 0 AND stopped >= 0 AND amount >= 0 AND waived_hardship BETWEEN 0 AND waived",
            "counts",
        ),
        CheckConstraint("cardinality(members) = length(marks)", "marks"),
        CheckConstraint("(state = 'submitted') = (reviewed_at IS NULL)", "reviewed_at"),
        CheckConstraint("(reviewed_at IS NULL) = (reviewed_by IS NULL)", "reviewed_by"),
        CheckConstraint("reviewed_by <> submitted_by", "not_by_submitter"),
        CheckConstraint("state <> 'returned' OR length(btrim(opinion)) > 0", "returned_with_opinion"),
        Index("uq_submission_live", "unit_id", unique=True, postgresql_where=text("state <> 'returned'")),
        Index("ix_submission_plan_id", "plan_id"),
        *tree_keys("submission"),
    )

    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    unit_id: Mapped[int] = mapped_column(ForeignKey("reporting_unit.id"))
    number: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(Text, server_default="submitted")
    members: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    marks: Mapped[str] = mapped_column(Text, server_default="")
    parts: Mapped[list[int]] = mapped_column(ARRAY(BigInteger), server_default=text("'{}'"))
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    submitted_by: Mapped[int] = mapped_column(BigInteger)
    submitted_name: Mapped[str] = mapped_column(Text)
    submitted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    reviewed_by: Mapped[int | None] = mapped_column(BigInteger)
    reviewed_name: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    opinion: Mapped[str | None] = mapped_column(Text)
