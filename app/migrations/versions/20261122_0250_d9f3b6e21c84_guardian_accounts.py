"""The account of a guardian."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d9f3b6e21c84"
down_revision = "d4b02f6e8c31"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("guardian", sa.Column("account_id", sa.BigInteger(), nullable=True))
    op.create_foreign_key(op.f("fk_guardian_account_id"), "guardian", "account", ["account_id"], ["id"])
    op.create_index("ix_guardian_account_id", "guardian", ["account_id"])


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index("ix_guardian_account_id", table_name="guardian")
    op.drop_constraint(op.f("fk_guardian_account_id"), "guardian", type_="foreignkey")
    op.drop_column("guardian", "account_id")
