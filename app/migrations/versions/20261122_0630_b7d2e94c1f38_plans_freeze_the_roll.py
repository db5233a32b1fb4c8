"""Plans that freeze the roll while they are open."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b7d2e94c1f38"
down_revision = "b83d5e2a7c14"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema; plans made before freeze nothing."""
    column = sa.Column("freeze_status_changes", sa.Boolean(), server_default=sa.text("false"), nullable=False)
    op.add_column("plan", column)


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_column("plan", "freeze_status_changes")
