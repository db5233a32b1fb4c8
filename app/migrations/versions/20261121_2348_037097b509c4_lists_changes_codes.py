"""Column settings, change records, codes, guardians; what accounts and students need for their forms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "037097b509c4"
down_revision = "bea0f450cb4e"
branch_labels = None
depends_on = None

APPEND_ONLY = """
CREATE TRIGGER change_record_append_only BEFORE DELETE ON change_record
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER change_record_no_truncate BEFORE TRUNCATE ON change_record
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "list_setting",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.Column("columns", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("page_size", sa.BigInteger(), nullable=True),
        sa.CheckConstraint("columns IS NULL OR jsonb_typeof(columns) = 'array'", name=op.f("ck_list_setting_columns")),
        sa.CheckConstraint(
            "page_size IS NULL OR page_size IN (10, 20, 50, 100, 500)", name=op.f("ck_list_setting_page_size")
        ),
        sa.PrimaryKeyConstraint("account_id", "list_name", name=op.f("pk_list_setting")),
    )
    op.create_table(
        "change_record",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("subject_name", sa.Text(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), server_default="screen", nullable=False),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name="fk_change_record_place",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_record")),
    )
    op.create_index("ix_change_record_node_id", "change_record", ["node_id"], unique=False)
    op.create_index("ix_change_record_person_id", "change_record", ["person_id", "id"], unique=False)
    op.create_index("ix_change_record_subject", "change_record", ["subject", "subject_id", "id"], unique=False)
    op.create_index("ix_change_record_tree_path", "change_record", ["tree_path"], unique=False)
    op.create_table(
        "code",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), server_default="issued", nullable=False),
        sa.Column("issued_by", sa.BigInteger(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("used_by", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "(sealed IS NULL) = (kind NOT IN ('registration', 'upload'))", name=op.f("ck_code_sealed_if_reprintable")
        ),
        sa.CheckConstraint("(state = 'used') = (used_at IS NOT NULL)", name=op.f("ck_code_used_at_if_used")),
        sa.CheckConstraint(
            "kind IN ('activation', 'binding', 'registration', 'upload', 'download')", name=op.f("ck_code_kind")
        ),
        sa.CheckConstraint("state IN ('issued', 'used', 'replaced')", name=op.f("ck_code_state")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"], ["org_node.id", "org_node.path"], name="fk_code_place", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_code")),
    )
    op.create_index("ix_code_node_id", "code", ["node_id"], unique=False)
    op.create_index("ix_code_tree_path", "code", ["tree_path"], unique=False)
    op.create_index("uq_code_digest", "code", ["kind", "digest"], unique=True)
    op.create_index(
        "uq_code_live", "code", ["kind", "subject_id"], unique=True, postgresql_where=sa.text("state = 'issued'")
    )
    op.create_table(
        "guardian",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.Text(), nullable=False),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_digest", sa.LargeBinary(), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "relation IN ('father', 'mother', 'grandparent', 'other')", name=op.f("ck_guardian_relation")
        ),
        sa.CheckConstraint(
            "(phone_sealed IS NULL) = (phone_digest IS NULL)", name=op.f("ck_guardian_phone_sealed_with_digest")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_guardian_name_length")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_guardian_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guardian")),
    )
    op.create_index("ix_guardian_student_id", "guardian", ["student_id"], unique=False)
    op.add_column("account", sa.Column("department_id", sa.BigInteger(), nullable=True))
    op.add_column("account", sa.Column("sealed_as", sa.Uuid(), nullable=True))
    op.add_column("account", sa.Column("mobile_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("account", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("account", sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("account", sa.Column("last_sign_in_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_account_department_id", "account", ["department_id"], unique=False)
    op.create_foreign_key(op.f("fk_account_department_id"), "account", "department", ["department_id"], ["id"])
    op.add_column("student", sa.Column("class_roll_number", sa.BigInteger(), nullable=True))
    op.add_column("student", sa.Column("boarding", sa.Text(), nullable=True))
    op.add_column("student", sa.Column("address_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("student", sa.Column("status_number_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("student", sa.Column("status_number_digest", sa.LargeBinary(), nullable=True))
    op.execute(APPEND_ONLY)


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_column("student", "status_number_digest")
    op.drop_column("student", "status_number_sealed")
    op.drop_column("student", "address_sealed")
    op.drop_column("student", "boarding")
    op.drop_column("student", "class_roll_number")
    op.drop_constraint(op.f("fk_account_department_id"), "account", type_="foreignkey")
    op.drop_index("ix_account_department_id", table_name="account")
    op.drop_column("account", "last_sign_in_at")
    op.drop_column("account", "activated_at")
    op.drop_column("account", "email")
    op.drop_column("account", "mobile_sealed")
    op.drop_column("account", "sealed_as")
    op.drop_column("account", "department_id")
    op.drop_index("ix_guardian_student_id", table_name="guardian")
    op.drop_table("guardian")
    op.drop_index("uq_code_live", table_name="code", postgresql_where=sa.text("state = 'issued'"))
    op.drop_index("uq_code_digest", table_name="code")
    op.drop_index("ix_code_tree_path", table_name="code")
    op.drop_index("ix_code_node_id", table_name="code")
    op.drop_table("code")
    op.drop_index("ix_change_record_tree_path", table_name="change_record")
    op.drop_index("ix_change_record_subject", table_name="change_record")
    op.drop_index("ix_change_record_person_id", table_name="change_record")
    op.drop_index("ix_change_record_node_id", table_name="change_record")
    op.drop_table("change_record")
    op.drop_table("list_setting")
