"""What who does not enrol hands in: the plan says what, the application keeps it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b83d5e2a7c14"
down_revision = "4c8e1f73a9d2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("plan", sa.Column("waiver_proof", sa.Text(), server_default="declaration", nullable=False))
    op.create_check_constraint(
        op.f("ck_plan_waiver_proof"), "plan", "waiver_proof IN ('declaration', 'reason', 'always')"
    )
    op.add_column("enrolment", sa.Column("declaration", sa.SmallInteger(), nullable=True))
    op.create_check_constraint(op.f("ck_enrolment_declaration"), "enrolment", "declaration > 0")
    op.create_table(
        "enrolment_evidence",
        sa.Column("enrolment_id", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("attached_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.ForeignKeyConstraint(["enrolment_id"], ["enrolment.id"], name=op.f("fk_enrolment_evidence_enrolment_id")),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_enrolment_evidence_file_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_evidence")),
        sa.UniqueConstraint("file_id", name=op.f("uq_enrolment_evidence_file_id")),
    )
    op.create_index("ix_enrolment_evidence_enrolment_id", "enrolment_evidence", ["enrolment_id"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("enrolment_evidence")
    op.drop_column("enrolment", "declaration")
    op.drop_column("plan", "waiver_proof")
