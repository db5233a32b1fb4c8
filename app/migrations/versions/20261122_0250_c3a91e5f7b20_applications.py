"""Applications: who filed and who decided, the opinion, the words of a waiver."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c3a91e5f7b20"
down_revision = "5c1f0a7d9e21"
branch_labels = None
depends_on = None

CHECKS = {
    "option_of_insured": "coverage_option_id IS NULL OR choice = 'insure'",
    "waiver_text": "waiver_text IS NULL OR (waiver_reason = 'other' AND length(waiver_text) BETWEEN 1 AND 200)",
    "opinion": "opinion IS NULL OR length(opinion) BETWEEN 1 AND 200",
    "decided_at": "state NOT IN ('insured', 'waived', 'stopped') OR decided_at IS NOT NULL",
    "submitted_at": "state <> 'submitted' OR submitted_at IS NOT NULL",
}


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("enrolment", sa.Column("waiver_text", sa.Text(), nullable=True))
    op.add_column("enrolment", sa.Column("filed_by", sa.BigInteger(), nullable=True))
    op.add_column("enrolment", sa.Column("decided_by", sa.BigInteger(), nullable=True))
    op.add_column("enrolment", sa.Column("opinion", sa.Text(), nullable=True))
    for column in ("filed_by", "decided_by"):
        op.create_foreign_key(op.f(f"fk_enrolment_{column}"), "enrolment", "account", [column], ["id"])
        op.create_index(op.f(f"ix_enrolment_{column}"), "enrolment", [column])
    for name, condition in CHECKS.items():
        op.create_check_constraint(op.f(f"ck_enrolment_{name}"), "enrolment", condition)


def downgrade() -> None:
    """Go back to the schema before."""
    for name in CHECKS:
        op.drop_constraint(op.f(f"ck_enrolment_{name}"), "enrolment", type_="check")
    for column in ("filed_by", "decided_by"):
        op.drop_index(op.f(f"ix_enrolment_{column}"), table_name="enrolment")
        op.drop_constraint(op.f(f"fk_enrolment_{column}"), "enrolment", type_="foreignkey")
    for column in ("opinion", "decided_by", "filed_by", "waiver_text"):
        op.drop_column("enrolment", column)
