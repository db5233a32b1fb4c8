"""Imports: batches, their rows as they were judged, remembered mappings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "8fe80d313b44"
down_revision = "9b2e6c4f1d70"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "import_batch",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("file_id", sa.BigInteger(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="uploaded", nullable=False),
        sa.Column("tables", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("findings", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("row_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("new_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("changed_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("unchanged_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("bad_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("warning_count", sa.Integer(), server_default="0", nullable=False),
        sa.Column("good_rows", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_facts", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(state = 'undone') = (undone_at IS NOT NULL)", name=op.f("ck_import_batch_undone_at")),
        sa.CheckConstraint(
            "(state IN ('applied', 'undone')) = (applied_at IS NOT NULL)", name=op.f("ck_import_batch_applied_at")
        ),
        sa.CheckConstraint(
            "state <> 'refused' OR error_code IS NOT NULL", name=op.f("ck_import_batch_refused_with_code")
        ),
        sa.CheckConstraint(
            "state IN ('uploaded', 'reading', 'previewed', 'applying', 'applied', 'undone', 'refused', 'cancelled')",
            name=op.f("ck_import_batch_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('previewed', 'applying', 'applied') OR read_at IS NOT NULL",
            name=op.f("ck_import_batch_read_at"),
        ),
        sa.CheckConstraint("length(file_name) BETWEEN 1 AND 200", name=op.f("ck_import_batch_file_name")),
        sa.CheckConstraint(
            "row_count = new_count + changed_count + unchanged_count + bad_count", name=op.f("ck_import_batch_counts")
        ),
        sa.ForeignKeyConstraint(["file_id"], ["stored_file.id"], name=op.f("fk_import_batch_file_id")),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_import_batch_job_id")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"], ["org_node.id", "org_node.path"], name="fk_import_batch_place", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_batch")),
    )
    op.create_index("ix_import_batch_account_id", "import_batch", ["account_id", "id"], unique=False)
    op.create_index("ix_import_batch_node_id", "import_batch", ["node_id"], unique=False)
    op.create_index("ix_import_batch_tree_path", "import_batch", ["tree_path"], unique=False)
    op.create_table(
        "import_mapping",
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("headings", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("values", postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("jsonb_typeof(headings) = 'object'", name=op.f("ck_import_mapping_headings_object")),
        sa.CheckConstraint("jsonb_typeof(\"values\") = 'object'", name=op.f("ck_import_mapping_values_object")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name="fk_import_mapping_place",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("node_id", "kind", name=op.f("pk_import_mapping")),
    )
    op.create_index("ix_import_mapping_node_id", "import_mapping", ["node_id"], unique=False)
    op.create_index("ix_import_mapping_tree_path", "import_mapping", ["tree_path"], unique=False)
    op.create_table(
        "import_row",
        sa.Column("batch_id", sa.BigInteger(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("data", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("undo", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("problems", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("warnings", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.CheckConstraint("(verdict = 'bad') = (problems IS NOT NULL)", name=op.f("ck_import_row_bad_with_problems")),
        sa.CheckConstraint("verdict <> 'changed' OR before IS NOT NULL", name=op.f("ck_import_row_changed_from")),
        sa.CheckConstraint("verdict = 'bad' OR subject_id IS NOT NULL", name=op.f("ck_import_row_subject")),
        sa.CheckConstraint("verdict IN ('new', 'changed', 'unchanged', 'bad')", name=op.f("ck_import_row_verdict")),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["import_batch.id"], name=op.f("fk_import_row_batch_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("batch_id", "n", name=op.f("pk_import_row")),
    )
    op.create_index("ix_import_row_verdict", "import_row", ["batch_id", "verdict", "n"], unique=False)
    op.create_index(
        "ix_import_row_warned",
        "import_row",
        ["batch_id", "n"],
        unique=False,
        postgresql_where=sa.text("warnings IS NOT NULL"),
    )
    op.create_index("ix_enrolment_person_id", "enrolment", ["person_id"], unique=False)


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index("ix_enrolment_person_id", table_name="enrolment")
    op.drop_index("ix_import_row_warned", table_name="import_row", postgresql_where=sa.text("warnings IS NOT NULL"))
    op.drop_index("ix_import_row_verdict", table_name="import_row")
    op.drop_table("import_row")
    op.drop_index("ix_import_mapping_tree_path", table_name="import_mapping")
    op.drop_index("ix_import_mapping_node_id", table_name="import_mapping")
    op.drop_table("import_mapping")
    op.drop_index("ix_import_batch_tree_path", table_name="import_batch")
    op.drop_index("ix_import_batch_node_id", table_name="import_batch")
    op.drop_index("ix_import_batch_account_id", table_name="import_batch")
    op.drop_table("import_batch")
