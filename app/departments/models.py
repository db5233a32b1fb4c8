"""Departments: offices of schools and authorities."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, DateTime, Index, Integer, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.access.scope import InTree, tree_keys
from app.core.db import Base, Numbered


class Department(Numbered, InTree, Base):
    """部门: an office of a school or authority that users belong to; no level of the tree."""

    __tablename__ = "department"
    __table_args__ = (
        CheckConstraint("length(name) BETWEEN 1 AND 100", "name_length"),
        Index("uq_department_name", "node_id", "name", unique=True, postgresql_where=text("closed_at IS NULL")),
        *tree_keys("department"),
    )

    name: Mapped[str] = mapped_column(Text)
    is_binding: Mapped[bool] = mapped_column(server_default=text("false"))
    closed_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
