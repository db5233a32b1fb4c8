"""Imports: the batch (one file), its rows as they were judged, and how a place's headings were understood before.

What is secret in a row is sealed before it is stored; certificate numbers of rows that are wrong are not stored at all.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    Text,
    and_,
    exists,
    or_,
    select,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, mapped_column

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import Gated, InTree, marked, tree_keys
from app.core.clock import sql_now
from app.core.db import Base, Numbered
from app.sheets.workflow import BatchState

STATES = ", ".join(repr(str(state)) for state in BatchState)


class ImportBatch(Numbered, InTree, Base):
    """One uploaded file, at the school it is for. Counts, `tables` and `findings` are those of the last reading.

    `tables` says how each table was understood: {"sheet", "rows", "class_hint", "columns": [[heading, key or ""]]}.
    `target` is what the list is about beside its place, as its kind understands it (the code of a plan), or empty.
    `erased_at` is when its rows and its file were erased, as they are after some weeks.
    `good_rows` says that only the good rows were applied. `error_code` is why the last reading or applying failed.
    """

    __tablename__ = "import_batch"
    __table_args__ = (
        CheckConstraint(f"state IN ({STATES})", "state"),
        CheckConstraint("length(file_name) BETWEEN 1 AND 200", "file_name"),
        CheckConstraint("(state IN ('applied', 'undone')) = (applied_at IS NOT NULL)", "applied_at"),
        CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", "undone_at"),
        CheckConstraint("state <> 'refused' OR error_code IS NOT NULL", "refused_with_code"),
        CheckConstraint("state NOT IN ('previewed', 'applying', 'applied') OR read_at IS NOT NULL", "read_at"),
        CheckConstraint("state <> 'expired' OR erased_at IS NOT NULL", "expired_is_erased"),
        CheckConstraint("row_count = new_count + changed_count + unchanged_count + bad_count", "counts"),
        Index("ix_import_batch_account_id", "account_id", "id"),
        *tree_keys("import_batch"),
    )

    kind: Mapped[str] = mapped_column(Text)
    account_id: Mapped[int] = mapped_column(BigInteger)
    actor_name: Mapped[str] = mapped_column(Text)
    file_id: Mapped[int] = mapped_column(ForeignKey("stored_file.id"))
    file_name: Mapped[str] = mapped_column(Text)
    target: Mapped[str] = mapped_column(Text, server_default="")
    state: Mapped[str] = mapped_column(Text, server_default="uploaded")
    tables: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    findings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    row_count: Mapped[int] = mapped_column(Integer, server_default="0")
    new_count: Mapped[int] = mapped_column(Integer, server_default="0")
    changed_count: Mapped[int] = mapped_column(Integer, server_default="0")
    unchanged_count: Mapped[int] = mapped_column(Integer, server_default="0")
    bad_count: Mapped[int] = mapped_column(Integer, server_default="0")
    warning_count: Mapped[int] = mapped_column(Integer, server_default="0")
    good_rows: Mapped[bool] = mapped_column(server_default=text("false"))
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id"))
    error_code: Mapped[str | None] = mapped_column(Text)
    error_facts: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=sql_now())
    read_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    applied_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    undone_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    erased_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    version: Mapped[int] = mapped_column(Integer, server_default="1")

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Within the subtrees; who keeps only classes of the school sees the own imports into it."""
        inside = super().reach(entity, actor, permission)
        own = and_(entity.account_id == actor.user_id, entity.node_id.in_(actor.lineage(permission)))
        return or_(inside, own)


class ImportRow(Gated, Base):
    """One row of a batch as it was judged; `number` counts as Excel does, `n` over the whole file.

    `subject_id` is the record the row is about, or the id kept for the one it will make. `data` holds what will be
    written, `before` what is there now of the fields that differ, `undo` the record as it was when the row was applied;
    secrets in all three are sealed. `problems` and `warnings` are lists of {"column", "code", "facts"}.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        CheckConstraint("verdict IN ('new', 'changed', 'unchanged', 'bad')", "verdict"),
        CheckConstraint("(verdict = 'bad') = (problems IS NOT NULL)", "bad_with_problems"),
        CheckConstraint("verdict = 'bad' OR subject_id IS NOT NULL", "subject"),
        CheckConstraint("verdict <> 'changed' OR before IS NOT NULL", "changed_from"),
        Index("ix_import_row_verdict", "batch_id", "verdict", "n"),
        Index("ix_import_row_warned", "batch_id", "n", postgresql_where=text("warnings IS NOT NULL")),
    )

    batch_id: Mapped[int] = mapped_column(ForeignKey("import_batch.id", ondelete="CASCADE"), primary_key=True)
    n: Mapped[int] = mapped_column(Integer, primary_key=True)
    sheet: Mapped[str] = mapped_column(Text)
    number: Mapped[int] = mapped_column(Integer)
    verdict: Mapped[str] = mapped_column(Text)
    subject_id: Mapped[int | None] = mapped_column(BigInteger)
    data: Mapped[dict[str, Any]] = mapped_column(JSONB)
    before: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    undo: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    problems: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)
    warnings: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB)

    @classmethod
    def reach(cls, entity: Any, actor: Actor, permission: Permission) -> ColumnElement[bool]:
        """Of a batch the permission opens."""
        batch = aliased(ImportBatch)
        own = select(batch.id).where(batch.id == entity.batch_id, ImportBatch.reach(batch, actor, permission))
        return exists(marked(own, "import_batch"))


class ImportMapping(InTree, Base):
    """How the headings of a kind of list, and words in its cells, were understood at a place before."""

    __tablename__ = "import_mapping"
    __table_args__ = (
        CheckConstraint("jsonb_typeof(headings) = 'object'", "headings_object"),
        CheckConstraint("jsonb_typeof(\"values\") = 'object'", "values_object"),
        *tree_keys("import_mapping"),
    )

    node_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    headings: Mapped[dict[str, str]] = mapped_column(JSONB, server_default=text("'{}'"))
    values: Mapped[dict[str, str]] = mapped_column("values", JSONB, server_default=text("'{}'"))
    version: Mapped[int] = mapped_column(Integer, server_default="1")
