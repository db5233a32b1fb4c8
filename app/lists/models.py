"""Column settings, one row per account and list."""

from __future__ import annotations

from sqlalchemy import CheckConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base


class ListSetting(Base):
    """What one account chose for one list; what it did not choose follows the list's own defaults."""

    __tablename__ = "list_setting"
    __table_args__ = (
        CheckConstraint("page_size IS NULL OR page_size IN (10, 20, 50, 100, 500)", "page_size"),
        CheckConstraint("columns IS NULL OR jsonb_typeof(columns) = 'array'", "columns"),
    )

    account_id: Mapped[int] = mapped_column(primary_key=True)
    list_name: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[list[str] | None] = mapped_column(JSONB)
    page_size: Mapped[int | None]
