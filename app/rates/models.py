"""What a class's figures were on a day, kept for ever, so that any past day can be asked."""

from __future__ import annotations

from datetime import date

from sqlalchemy import CheckConstraint, Date, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.access.scope import AtNode
from app.core.db import Base


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
