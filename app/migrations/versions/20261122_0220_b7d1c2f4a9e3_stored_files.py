"""Files of one account with an end."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b7d1c2f4a9e3"
down_revision = "037097b509c4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "stored_file",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("owner_id", sa.BigInteger(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("expires_at > created_at", name=op.f("ck_stored_file_period")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name=op.f("ck_stored_file_name_length")),
        sa.CheckConstraint("size >= 0", name=op.f("ck_stored_file_size")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stored_file")),
    )
    op.create_index("ix_stored_file_owner_id", "stored_file", ["owner_id", "id"])
    op.create_index(
        "ix_stored_file_expires_at", "stored_file", ["expires_at"], postgresql_where=sa.text("erased_at IS NULL")
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("stored_file")
