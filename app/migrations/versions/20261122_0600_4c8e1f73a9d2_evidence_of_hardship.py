"""Who recognised a hardship, by which paper; the role of a set of classes is called so in English."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "4c8e1f73a9d2"
down_revision = "6a1f0c9e47d2"
branch_labels = None
depends_on = None
TABLE, COLUMNS = "hardship_recognition", {"evidence_number": 60, "recognised_by": 100}
OLD, NEW = "Department administrator", "Class set administrator"


def upgrade() -> None:
    """Go to this schema."""
    for name, longest in COLUMNS.items():
        op.add_column(TABLE, sa.Column(name, sa.Text(), nullable=True))
        op.create_check_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE, f"length({name}) BETWEEN 1 AND {longest}")
    _call_role(OLD, NEW)


def downgrade() -> None:
    """Go back to the schema before."""
    _call_role(NEW, OLD)
    for name in reversed(COLUMNS):
        op.drop_constraint(op.f(f"ck_{TABLE}_{name}"), TABLE)
        op.drop_column(TABLE, name)


def _call_role(before: str, after: str) -> None:
    """Only where nobody has given the role another name."""
    role = sa.table("role_detail", sa.column("code"), sa.column("label_en"))
    op.execute(
        role.update().where(role.c.code == "class_set_admin", role.c.label_en == before).values(label_en=after)
    )
