"""Activation sheets: fresh codes of many accounts, handed out once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "c4e8a1d07b52"
down_revision = "b51c7d20e9a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "activation_sheet",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("refused", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("pdf_id", sa.BigInteger(), nullable=True),
        sa.Column("workbook_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("count >= 0", name=op.f("ck_activation_sheet_count")),
        sa.CheckConstraint("jsonb_typeof(refused) = 'array'", name=op.f("ck_activation_sheet_refused_array")),
        sa.ForeignKeyConstraint(["owner_id"], ["account.id"], name=op.f("fk_activation_sheet_owner_id")),
        sa.ForeignKeyConstraint(["pdf_id"], ["stored_file.id"], name=op.f("fk_activation_sheet_pdf_id")),
        sa.ForeignKeyConstraint(["workbook_id"], ["stored_file.id"], name=op.f("fk_activation_sheet_workbook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_activation_sheet")),
    )
    op.create_index("ix_activation_sheet_owner_id", "activation_sheet", ["owner_id", "id"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("activation_sheet")
