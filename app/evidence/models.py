"""What the tables of links have in common: which file proves which record."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, ForeignKey
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from app.access.scope import Gated
from app.core.clock import sql_now
from app.core.db import Numbered


class Attached(Numbered, Gated):
    """A file attached to a record; the table says which record by a key of its own, named `record_key`.

    `reach` of each table follows the record: who may read it may open its files.
    """

    record_key: ClassVar[str]

    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"), unique=True)
    attached_at: Mapped[datetime] = mapped_column(server_default=sql_now())

    @classmethod
    def record_id(cls) -> InstrumentedAttribute[int]:
        """The column that names the record."""
        found: InstrumentedAttribute[int] = getattr(cls, cls.record_key)
        return found

    @classmethod
    def of(cls, record_id: int) -> ColumnElement[bool]:
        """Of this record."""
        condition: Any = cls.record_id() == record_id
        found: ColumnElement[bool] = condition
        return found
