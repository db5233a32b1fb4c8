"""Certificates of guardians, and no guardian twice with one student."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c6e9a14d73b8"
down_revision = "c7a94e51d0b3"
branch_labels = None
depends_on = None

TYPES = (
    "'resident_id', 'household_register', 'hk_macao_permit', 'taiwan_permit', 'hkmt_residence', 'foreign_pr_2017',"
    " 'foreign_pr_2023', 'passport', 'birth_certificate', 'other'"
)
# Of guardians entered twice the one with an account stays, else the oldest; one more with an account keeps it under a
# name that says so, any other is ended (nobody is deleted).
SETTLE_DOUBLES = """
WITH ranked AS (
  SELECT id, account_id, row_number() OVER (PARTITION BY student_id, name ORDER BY account_id IS NULL, id) AS place
    FROM guardian WHERE ended_at IS NULL)
UPDATE guardian AS g
   SET ended_at = CASE WHEN ranked.account_id IS NULL THEN xuebao_now() END,
       name = CASE WHEN ranked.account_id IS NULL THEN g.name ELSE left(g.name, 90) || '(' || ranked.place || ')' END,
       version = g.version + 1
  FROM ranked WHERE ranked.id = g.id AND ranked.place > 1
"""


def upgrade() -> None:
    """Go to this schema."""
    op.add_column("guardian", sa.Column("certificate_type", sa.Text(), nullable=True))
    op.add_column("guardian", sa.Column("number_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("guardian", sa.Column("number_digest", sa.LargeBinary(), nullable=True))
    op.create_check_constraint(
        op.f("ck_guardian_number_sealed_with_digest"),
        "guardian",
        "(number_sealed IS NULL) = (number_digest IS NULL)",
    )
    op.create_check_constraint(
        op.f("ck_guardian_number_of_a_type"), "guardian", "number_sealed IS NULL OR certificate_type IS NOT NULL"
    )
    op.create_check_constraint(op.f("ck_guardian_certificate_type"), "guardian", f"certificate_type IN ({TYPES})")
    op.execute(SETTLE_DOUBLES)
    still = sa.text("ended_at IS NULL")
    op.create_index("uq_guardian_name", "guardian", ["student_id", "name"], unique=True, postgresql_where=still)
    op.create_index(
        "uq_guardian_number_digest", "guardian", ["student_id", "number_digest"], unique=True, postgresql_where=still
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index("uq_guardian_number_digest", table_name="guardian")
    op.drop_index("uq_guardian_name", table_name="guardian")
    op.drop_column("guardian", "number_digest")
    op.drop_column("guardian", "number_sealed")
    op.drop_column("guardian", "certificate_type")
