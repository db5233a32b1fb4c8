"""Figures as they are kept: counters of classes and schools, differences not yet added to them, and each past day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import BigInteger, CheckConstraint, Date, ForeignKey, Index, Integer, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.scope import AtNode, InTree, tree_keys
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
