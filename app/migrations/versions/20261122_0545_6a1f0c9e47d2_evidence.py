"""Files that prove what a change request says, in a table of links instead of a column that held one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "6a1f0c9e47d2"
down_revision = "f4c1d8a6b372"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema; the column was never written."""
    op.create_table(
        "change_request_evidence",
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_change_request_evidence_file_id")),
        sa.ForeignKeyConstraint(["request_id"], ["change_request.id"], name=op.f("fk_change_request_evidence_request_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request_evidence")),
        sa.UniqueConstraint("file_id", name=op.f("uq_change_request_evidence_file_id")),
    )
    op.create_index("ix_change_request_evidence_request_id", "change_request_evidence", ["request_id"])
    op.drop_index("ix_change_request_evidence_id", table_name="change_request")
    op.drop_constraint("fk_change_request_evidence_id", "change_request", type_="foreignkey")
    op.drop_column("change_request", "evidence_id")


def downgrade() -> None:
    """Go back to the schema before."""
    op.add_column("change_request", sa.Column("evidence_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key("fk_change_request_evidence_id", "change_request", "stored_file", ["evidence_id"], ["id"])
    op.create_index("ix_change_request_evidence_id", "change_request", ["evidence_id"])
    op.drop_table("change_request_evidence")
