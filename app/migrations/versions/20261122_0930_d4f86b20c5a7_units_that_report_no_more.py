"""Reporting units that lie within another one since their place was moved report no more."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "d4f86b20c5a7"
down_revision = "c6e9a14d73b8"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("reporting_unit", sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_column("reporting_unit", "ended_at")
