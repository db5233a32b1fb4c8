"""Basic records that students keep, and requests to change what is locked in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "d4b02f6e8c31"
down_revision = "c3a91e5f7b20"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "student_profile",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "contact_name IS NULL OR length(contact_name) BETWEEN 1 AND 100",
            name=op.f("ck_student_profile_contact_name"),
        ),
        sa.CheckConstraint(
            "(contact_name IS NULL) = (contact_phone_sealed IS NULL)", name=op.f("ck_student_profile_contact_whole")
        ),
        sa.CheckConstraint(
            "completed_at IS NULL OR contact_name IS NOT NULL", name=op.f("ck_student_profile_complete_with_contact")
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_student_profile_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student_profile")),
        sa.UniqueConstraint("student_id", name=op.f("uq_student_profile_student_id")),
    )
    op.create_table("change_request", *_columns(), *_constraints())
    waiting = sa.text("state = 'asked'")
    op.create_index("uq_change_request_asked", "change_request", ["student_id"], unique=True, postgresql_where=waiting)
    op.create_index("ix_change_request_student_id", "change_request", ["student_id", "id"])
    for column in ("asked_by", "decided_by", "evidence_id"):
        op.create_index(f"ix_change_request_{column}", "change_request", [column])


def _columns() -> tuple[sa.Column[object], ...]:
    jsonb = postgresql.JSONB(astext_type=sa.Text())
    now = sa.text("xuebao_now()")
    return (
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="asked", nullable=False),
        sa.Column("before", jsonb, nullable=False),
        sa.Column("wanted", jsonb, nullable=False),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("wanted_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("evidence_id", sa.BigInteger(), nullable=True),
        sa.Column("asked_by", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=now, nullable=False),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opinion", sa.Text(), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
    )


def _constraints() -> tuple[sa.Constraint, ...]:
    return (
        sa.CheckConstraint(
            "state IN ('asked', 'approved', 'declined', 'withdrawn')", name=op.f("ck_change_request_state")
        ),
        sa.CheckConstraint("(state = 'asked') = (decided_at IS NULL)", name=op.f("ck_change_request_decided_at")),
        sa.CheckConstraint(
            "state <> 'declined' OR opinion IS NOT NULL", name=op.f("ck_change_request_declined_with_opinion")
        ),
        sa.CheckConstraint("length(reason) BETWEEN 2 AND 200", name=op.f("ck_change_request_reason")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_change_request_student_id")),
        sa.ForeignKeyConstraint(["evidence_id"], ["stored_file.id"], name=op.f("fk_change_request_evidence_id")),
        sa.ForeignKeyConstraint(["asked_by"], ["account.id"], name=op.f("fk_change_request_asked_by")),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_change_request_decided_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_request")),
    )


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_table("change_request")
    op.drop_table("student_profile")
