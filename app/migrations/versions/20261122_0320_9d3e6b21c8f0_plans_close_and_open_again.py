"""A plan is closed with a reason and opened again by two persons; it is never half open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "9d3e6b21c8f0"
down_revision = "8fe80d313b44"
branch_labels = None
depends_on = None

STATES = "state IN ('draft', 'open', 'closed')"
EARLIER = "state IN ('draft', 'opening', 'open', 'closed')"


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("plan", sa.Column("close_reason", sa.Text(), nullable=True))
    op.drop_constraint(op.f("ck_plan_state"), "plan", type_="check")
    op.create_check_constraint(op.f("ck_plan_state"), "plan", STATES)
    op.create_table(
        "plan_reopening",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('asked', 'agreed', 'declined')", name=op.f("ck_plan_reopening_state")),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_plan_reopening_decided_at")),
        sa.CheckConstraint("(decided_at IS NULL) = (decided_by IS NULL)", name=op.f("ck_plan_reopening_decided_by")),
        sa.CheckConstraint("state <> 'agreed' OR decided_by <> asked_by", name=op.f("ck_plan_reopening_two_persons")),
        sa.CheckConstraint("length(reason) BETWEEN 2 AND 500", name=op.f("ck_plan_reopening_reason")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_reopening_plan_id_plan")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_reopening")),
    )
    op.create_index(
        "uq_plan_reopening_asked",
        "plan_reopening",
        ["plan_id"],
        unique=True,
        postgresql_where=sa.text("state = 'asked'"),
    )


def downgrade() -> None:
    """Go back."""
    op.drop_table("plan_reopening")
    op.drop_constraint(op.f("ck_plan_state"), "plan", type_="check")
    op.create_check_constraint(op.f("ck_plan_state"), "plan", EARLIER)
    op.drop_column("plan", "close_reason")
