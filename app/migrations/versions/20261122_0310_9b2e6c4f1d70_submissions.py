"""What reporting units submit: figures frozen with those they counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "9b2e6c4f1d70"
down_revision = "7d1c4b9a52e6"
branch_labels = None
depends_on = None

COUNTS = ("insured", "waived", "pending", "unregistered", "stopped", "waived_hardship")
SUMS_HOLD = "insured >= 0 AND waived >= 0 AND stopped >= 0 AND amount >= 0 AND waived_hardship BETWEEN 0 AND waived"


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "submission",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("unit_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), server_default="submitted", nullable=False),
        sa.Column("members", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("marks", sa.Text(), server_default="", nullable=False),
        sa.Column("parts", postgresql.ARRAY(sa.BigInteger()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_by", sa.BigInteger(), nullable=False),
        sa.Column("submitted_name", sa.Text(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("reviewed_by", sa.BigInteger(), nullable=True),
        sa.Column("reviewed_name", sa.Text(), nullable=True),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        *(sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in COUNTS),
        sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint("state IN ('submitted', 'approved', 'returned')", name=op.f("ck_submission_state")),
        sa.CheckConstraint("pending = 0 AND unregistered = 0", name=op.f("ck_submission_complete")),
        sa.CheckConstraint(SUMS_HOLD, name=op.f("ck_submission_counts")),
        sa.CheckConstraint("cardinality(members) = length(marks)", name=op.f("ck_submission_marks")),
        sa.CheckConstraint("(state = 'submitted') = (reviewed_at IS NULL)", name=op.f("ck_submission_reviewed_at")),
        sa.CheckConstraint(
            "(reviewed_at IS NULL) = (reviewed_by IS NULL)", name=op.f("ck_submission_reviewed_by")
        ),
        sa.CheckConstraint("reviewed_by <> submitted_by", name=op.f("ck_submission_not_by_submitter")),
        sa.CheckConstraint(
            "state <> 'returned' OR length(btrim(opinion)) > 0", name=op.f("ck_submission_returned_with_opinion")
        ),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name="fk_submission_place",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_submission_plan_id")),
        sa.ForeignKeyConstraint(["unit_id"], ["reporting_unit.id"], name=op.f("fk_submission_unit_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
        sa.UniqueConstraint("unit_id", "number", name=op.f("uq_submission_unit_id_number")),
    )
    op.create_index(
        "uq_submission_live", "submission", ["unit_id"], unique=True, postgresql_where=sa.text("state <> 'returned'")
    )
    op.create_index("ix_submission_plan_id", "submission", ["plan_id"])
    op.create_index("ix_submission_node_id", "submission", ["node_id"])
    op.create_index("ix_submission_tree_path", "submission", ["tree_path"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("submission")
