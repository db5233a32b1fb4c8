"""Seals of the operation log: a chain of digests, and the lines that wait for theirs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "e2a7c50d9b13"
down_revision = "b7d2e94c1f38"
branch_labels = None
depends_on = None

WATCHED = """
CREATE FUNCTION note_unsealed() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN INSERT INTO audit_unsealed (audit_id) SELECT id FROM new_rows; RETURN NULL; END $$;
CREATE TRIGGER audit_inserted AFTER INSERT ON audit REFERENCING NEW TABLE AS new_rows
  FOR EACH STATEMENT EXECUTE FUNCTION note_unsealed();
CREATE TRIGGER audit_seal_append_only BEFORE UPDATE OR DELETE ON audit_seal
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_seal_no_truncate BEFORE TRUNCATE ON audit_seal
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
INSERT INTO audit_unsealed (audit_id) SELECT id FROM audit;
"""


def upgrade() -> None:
    """Go to this schema; all lines written before wait for their seals, the oldest first."""
    op.create_table(
        "audit_seal",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("audit_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_seal_audit_id")),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_seal")),
        sa.UniqueConstraint("audit_id", name=op.f("uq_audit_seal_audit_id")),
    )
    op.create_table(
        "audit_unsealed",
        sa.Column("audit_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["audit_id"], ["audit.id"], name=op.f("fk_audit_unsealed_audit_id")),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("pk_audit_unsealed")),
    )
    op.execute(WATCHED)


def downgrade() -> None:
    """Go back to the schema before."""
    op.execute("DROP TRIGGER audit_inserted ON audit")
    op.execute("DROP FUNCTION note_unsealed")
    op.drop_table("audit_unsealed")
    op.drop_table("audit_seal")
