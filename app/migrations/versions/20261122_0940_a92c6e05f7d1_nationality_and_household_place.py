"""Nationality and place of household registration of a person."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "a92c6e05f7d1"
down_revision = "d18b4f60e5a2"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("person", sa.Column("nationality", sa.Text(), nullable=True))
    op.add_column("person", sa.Column("household_place_sealed", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(op.f("ck_person_nationality"), "person", "nationality ~ '^[A-Z]{3}$'")


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_column("person", "household_place_sealed")
    op.drop_column("person", "nationality")
