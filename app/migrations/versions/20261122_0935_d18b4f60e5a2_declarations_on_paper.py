"""Declarations that staff keep on paper, and the participation code of insured lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d18b4f60e5a2"
down_revision = "d4f86b20c5a7"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    paper = sa.Column("declared_on_paper", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("enrolment", paper)
    op.add_column("enrolment", sa.Column("participation_code", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_enrolment_declared_on_paper"), "enrolment", "NOT declared_on_paper OR choice = 'waive'"
    )
    op.create_check_constraint(
        op.f("ck_enrolment_participation_code"), "enrolment", "participation_code IN ('0', '1', '2', '4')"
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_column("enrolment", "participation_code")
    op.drop_column("enrolment", "declared_on_paper")
