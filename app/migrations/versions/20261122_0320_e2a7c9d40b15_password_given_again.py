"""When the password of a session was last given."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e2a7c9d40b15"
down_revision = "9d3e6b21c8f0"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column(
        "account_session",
        sa.Column("proved_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_column("account_session", "proved_at")
