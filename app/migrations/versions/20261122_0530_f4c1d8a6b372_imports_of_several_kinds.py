"""Imports of several kinds: what a list is about beside its place, and when its rows were erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "f4c1d8a6b372"
down_revision = "e2a7c9d40b15"
branch_labels = None
depends_on = None

STATE = "ck_import_batch_state"
BEFORE = "'uploaded', 'reading', 'previewed', 'applying', 'applied', 'undone', 'refused', 'cancelled'"


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("import_batch", sa.Column("target", sa.Text(), server_default="", nullable=False))
    op.add_column("import_batch", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f(STATE), "import_batch", type_="check")
    op.create_check_constraint(op.f(STATE), "import_batch", f"state IN ({BEFORE}, 'expired')")
    op.create_check_constraint(
        op.f("ck_import_batch_expired_is_erased"), "import_batch", "state <> 'expired' OR erased_at IS NOT NULL"
    )


def downgrade() -> None:
    """Go back to the schema before; what expired is what was cancelled there."""
    op.drop_constraint(op.f("ck_import_batch_expired_is_erased"), "import_batch", type_="check")
    op.execute("UPDATE import_batch SET state = 'cancelled' WHERE state = 'expired'")
    op.drop_constraint(op.f(STATE), "import_batch", type_="check")
    op.create_check_constraint(op.f(STATE), "import_batch", f"state IN ({BEFORE})")
    op.drop_column("import_batch", "erased_at")
    op.drop_column("import_batch", "target")
