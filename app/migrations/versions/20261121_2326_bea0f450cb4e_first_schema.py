"""The first schema: organisation, people, students, plans, enrolments, accounts, audit, queue."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from procrastinate.schema import SchemaManager
from sqlalchemy.dialects import postgresql

revision = "bea0f450cb4e"
down_revision = None
branch_labels = None
depends_on = None


CLOCK = """
CREATE FUNCTION xuebao_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE
AS 'SELECT clock_timestamp()'
"""

# Every one- and two-character piece of a name: Chinese names are searched by one to three characters, where trigrams
# cannot help. Characters beyond plane 0 count as one, as everywhere in PostgreSQL.
GRAMS = """
CREATE FUNCTION name_grams(name text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE STRICT
AS $$
  SELECT coalesce(array_agg(DISTINCT substr(lower(name), i, n)), '{}')
  FROM generate_series(1, length(name)) AS i, generate_series(1, 2) AS n
  WHERE i + n - 1 <= length(name)
$$
"""

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$;
CREATE TRIGGER audit_append_only BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_no_truncate BEFORE TRUNCATE ON audit FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER enrolment_no_truncate BEFORE TRUNCATE ON enrolment FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
"""

PROCRASTINATE_GONE = """
DO $$ DECLARE thing record; BEGIN
  FOR thing IN SELECT oid::regclass AS name FROM pg_class
    WHERE relname LIKE 'procrastinate_%' AND relkind = 'r' AND relnamespace = current_schema()::regnamespace LOOP
    EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', thing.name); END LOOP;
  FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc
    WHERE proname LIKE 'procrastinate_%' AND pronamespace = current_schema()::regnamespace LOOP
    EXECUTE format('DROP FUNCTION IF EXISTS %s CASCADE', thing.name); END LOOP;
  FOR thing IN SELECT oid::regtype AS name FROM pg_type
    WHERE typname LIKE 'procrastinate_%' AND typtype IN ('e', 'c')
      AND typnamespace = current_schema()::regnamespace LOOP
    EXECUTE format('DROP TYPE IF EXISTS %s CASCADE', thing.name); END LOOP;
END $$
"""


def upgrade() -> None:
    """Make every table, the clock, the name pieces, the append-only triggers and the queue."""
    op.execute(CLOCK)
    op.execute(GRAMS)
    op.create_table(
        "ab_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("label", sa.String(length=150), nullable=True),
        sa.Column("description", sa.String(length=512), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_group_name")),
    )
    op.create_table(
        "ab_permission",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_permission_name")),
    )
    op.create_table(
        "ab_register_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=False),
        sa.Column("registration_date", sa.DateTime(), nullable=True),
        sa.Column("registration_hash", sa.String(length=256), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_register_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_register_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_register_user_username")),
    )
    op.create_table(
        "ab_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_role")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_role_name")),
    )
    op.create_table(
        "ab_user",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_name", sa.String(length=64), nullable=False),
        sa.Column("last_name", sa.String(length=64), nullable=False),
        sa.Column("username", sa.String(length=128), nullable=False),
        sa.Column("password", sa.String(length=256), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=True),
        sa.Column("email", sa.String(length=320), nullable=True),
        sa.Column("last_login", sa.DateTime(), nullable=True),
        sa.Column("login_count", sa.Integer(), nullable=True),
        sa.Column("fail_login_count", sa.Integer(), nullable=True),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("changed_on", sa.DateTime(), nullable=True),
        sa.Column("created_by_fk", sa.Integer(), nullable=True),
        sa.Column("changed_by_fk", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["changed_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_changed_by_fk")),
        sa.ForeignKeyConstraint(["created_by_fk"], ["ab_user.id"], name=op.f("fk_ab_user_created_by_fk")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user")),
        sa.UniqueConstraint("email", name=op.f("uq_ab_user_email")),
        sa.UniqueConstraint("username", name=op.f("uq_ab_user_username")),
    )
    op.create_table(
        "ab_view_menu",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=250), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_view_menu")),
        sa.UniqueConstraint("name", name=op.f("uq_ab_view_menu_name")),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("actor_name", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("subject_ids", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("tree_path", sa.Text(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index("ix_audit_account_id", "audit", ["account_id", "id"], unique=False)
    op.create_index("ix_audit_tree_path", "audit", ["tree_path", "id"], unique=False)
    op.create_table(
        "first_run_link",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_first_run_link")),
    )
    op.create_index("uq_first_run_link_digest", "first_run_link", ["digest"], unique=True)
    op.create_table(
        "idempotency",
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("status", sa.BigInteger(), nullable=True),
        sa.Column("target", sa.Text(), nullable=True),
        sa.Column("messages", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.CheckConstraint("length(key) BETWEEN 16 AND 64", name=op.f("ck_idempotency_key_length")),
        sa.PrimaryKeyConstraint("account_id", "key", name=op.f("pk_idempotency")),
    )
    op.create_index("ix_idempotency_created_at", "idempotency", ["created_at"], unique=False)
    op.create_table(
        "job",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("arguments", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("done", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=True),
        sa.Column("owner_id", sa.BigInteger(), nullable=True),
        sa.Column("once", sa.Text(), nullable=True),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("lease", sa.UUID(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.CheckConstraint("(state = 'failed') = (error_code IS NOT NULL)", name=op.f("ck_job_failed_with_code")),
        sa.CheckConstraint("(state = 'running') = (lease IS NOT NULL)", name=op.f("ck_job_lease_while_running")),
        sa.CheckConstraint(
            "(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name=op.f("ck_job_finished")
        ),
        sa.CheckConstraint("jsonb_typeof(arguments) = 'object'", name=op.f("ck_job_arguments_object")),
        sa.CheckConstraint(
            "state <> 'cancelled' OR cancel_requested_at IS NOT NULL", name=op.f("ck_job_cancelled_on_request")
        ),
        sa.CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name=op.f("ck_job_state")),
        sa.CheckConstraint("state NOT IN ('running', 'done') OR started_at IS NOT NULL", name=op.f("ck_job_started")),
        sa.CheckConstraint("attempts BETWEEN 0 AND 5", name=op.f("ck_job_attempts")),
        sa.CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name=op.f("ck_job_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    op.create_index("ix_job_owner_id_id", "job", ["owner_id", "id"], unique=False)
    op.create_index("uq_job_once", "job", ["kind", "once"], unique=True, postgresql_where=sa.text("state = 'queued'"))
    op.create_table(
        "org_node",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("entry_year", sa.Integer(), nullable=True),
        sa.Column("sort", sa.Integer(), server_default="0", nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(kind IN ('school', 'unit')) = (school_id IS NOT NULL AND school_id = id)",
            name=op.f("ck_org_node_school_is_itself"),
        ),
        sa.CheckConstraint(
            "kind IN ('ministry', 'province', 'city', 'county', 'school', 'unit', 'campus', 'college', 'education_level', 'faculty', 'major', 'grade', 'class', 'other')",
            name=op.f("ck_org_node_kind"),
        ),
        sa.CheckConstraint(
            "kind NOT IN ('campus','college','education_level','faculty','major','grade','class') OR school_id IS NOT NULL",
            name=op.f("ck_org_node_inside_school"),
        ),
        sa.CheckConstraint("path LIKE '%%/' || id || '/'", name=op.f("ck_org_node_path_ends_with_id")),
        sa.CheckConstraint(
            "stage IS NULL OR stage IN ('kindergarten', 'primary', 'junior', 'senior', 'secondary_vocational', 'junior_college', 'undergraduate', 'master', 'doctor')",
            name=op.f("ck_org_node_stage"),
        ),
        sa.CheckConstraint("(closed_at IS NULL) = (close_reason IS NULL)", name=op.f("ck_org_node_closed_with_reason")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_org_node_name_length")),
        sa.ForeignKeyConstraint(["parent_id"], ["org_node.id"], name=op.f("fk_org_node_parent_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_org_node")),
        sa.UniqueConstraint("code", name=op.f("uq_org_node_code")),
        sa.UniqueConstraint("id", "path", "school_id", name=op.f("uq_org_node_id_path_school_id")),
        sa.UniqueConstraint("id", "path", name=op.f("uq_org_node_id_path")),
        sa.UniqueConstraint("path", name=op.f("uq_org_node_path")),
    )
    op.create_index("ix_org_node_parent_id", "org_node", ["parent_id", "sort", "id"], unique=False)
    op.create_index("ix_org_node_school_id", "org_node", ["school_id"], unique=False)
    op.create_index(
        "uq_org_node_root",
        "org_node",
        [sa.literal_column("(parent_id IS NULL)")],
        unique=True,
        postgresql_where=sa.text("parent_id IS NULL"),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("certificate_type", sa.Text(), nullable=False),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("number_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("number_digest", sa.LargeBinary(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("pinyin", sa.Text(collation="C"), nullable=False),
        sa.Column("initials", sa.Text(collation="C"), nullable=False),
        sa.Column("sex", sa.Text(), server_default="0", nullable=False),
        sa.Column("birth_date", sa.Date(), nullable=True),
        sa.Column("ethnicity", sa.Text(), nullable=True),
        sa.Column("social_card_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("sex IN ('0', '1', '2', '9')", name=op.f("ck_person_sex")),
        sa.CheckConstraint(
            "(number_sealed IS NULL) = (number_digest IS NULL)", name=op.f("ck_person_number_sealed_with_digest")
        ),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_person_name_length")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index(
        "ix_person_name_grams", "person", [sa.literal_column("name_grams(name)")], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_person_pinyin", "person", ["pinyin"], unique=False)
    op.create_index("uq_person_number_digest", "person", ["number_digest"], unique=True)
    op.create_table(
        "throttle",
        sa.Column("bucket", sa.Text(), nullable=False),
        sa.Column("window_start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("bucket", "window_start", name=op.f("pk_throttle")),
    )
    op.create_table(
        "ab_api_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.String(length=36), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("key_hash", sa.String(length=256), nullable=False),
        sa.Column("lookup_hash", sa.String(length=256), nullable=True),
        sa.Column("key_prefix", sa.String(length=16), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_on", sa.DateTime(), nullable=True),
        sa.Column("expires_on", sa.DateTime(), nullable=True),
        sa.Column("revoked_on", sa.DateTime(), nullable=True),
        sa.Column("last_used_on", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_ab_api_key_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_api_key")),
        sa.UniqueConstraint("lookup_hash", name=op.f("uq_ab_api_key_lookup_hash")),
        sa.UniqueConstraint("uuid", name=op.f("uq_ab_api_key_uuid")),
    )
    op.create_index("idx_api_key_lookup_hash", "ab_api_key", ["lookup_hash"], unique=True)
    op.create_index("idx_api_key_prefix", "ab_api_key", ["key_prefix"], unique=False)
    op.create_index("idx_api_key_user_id", "ab_api_key", ["user_id"], unique=False)
    op.create_table(
        "ab_group_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ab_group.id"], name=op.f("fk_ab_group_role_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_ab_group_role_role_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_group_role")),
        sa.UniqueConstraint("group_id", "role_id", name=op.f("uq_ab_group_role_group_id_role_id")),
    )
    op.create_index("idx_group_id", "ab_group_role", ["group_id"], unique=False)
    op.create_index("idx_group_role_id", "ab_group_role", ["role_id"], unique=False)
    op.create_table(
        "ab_permission_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_id", sa.Integer(), nullable=False),
        sa.Column("view_menu_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["permission_id"], ["ab_permission.id"], name=op.f("fk_ab_permission_view_permission_id")
        ),
        sa.ForeignKeyConstraint(["view_menu_id"], ["ab_view_menu.id"], name=op.f("fk_ab_permission_view_view_menu_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view")),
        sa.UniqueConstraint(
            "permission_id", "view_menu_id", name=op.f("uq_ab_permission_view_permission_id_view_menu_id")
        ),
    )
    op.create_index("idx_permission_id", "ab_permission_view", ["permission_id"], unique=False)
    op.create_index("idx_view_menu_id", "ab_permission_view", ["view_menu_id"], unique=False)
    op.create_table(
        "ab_user_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("group_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["ab_group.id"], name=op.f("fk_ab_user_group_group_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_group_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_group")),
        sa.UniqueConstraint("user_id", "group_id", name=op.f("uq_ab_user_group_user_id_group_id")),
    )
    op.create_index("idx_user_group_id", "ab_user_group", ["group_id"], unique=False)
    op.create_index("idx_user_id", "ab_user_group", ["user_id"], unique=False)
    op.create_table(
        "ab_user_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_ab_user_role_role_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_ab_user_role_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_user_role")),
        sa.UniqueConstraint("user_id", "role_id", name=op.f("uq_ab_user_role_user_id_role_id")),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="active", nullable=False),
        sa.Column("session_epoch", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("locale", sa.Text(), server_default="zh_Hans_CN", nullable=False),
        sa.Column("is_demo", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("state IN ('active', 'disabled', 'deregistered')", name=op.f("ck_account_state")),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_account_name_length")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"], ["org_node.id", "org_node.path"], name="fk_account_place", onupdate="CASCADE"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_person_id")),
        sa.ForeignKeyConstraint(["user_id"], ["ab_user.id"], name=op.f("fk_account_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
    )
    op.create_index("ix_account_node_id", "account", ["node_id"], unique=False)
    op.create_index("ix_account_person_id", "account", ["person_id"], unique=False)
    op.create_index("ix_account_tree_path", "account", ["tree_path"], unique=False)
    op.create_index("uq_account_user_id", "account", ["user_id"], unique=True)
    op.create_table(
        "class_group",
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("class_number", sa.Text(), nullable=False),
        sa.CheckConstraint("class_number ~ '^[A-Za-z0-9-]{1,20}$'", name=op.f("ck_class_group_class_number")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path", "school_id"],
            ["org_node.id", "org_node.path", "org_node.school_id"],
            name="fk_class_group_place",
            onupdate="CASCADE",
        ),
        sa.PrimaryKeyConstraint("node_id", name=op.f("pk_class_group")),
        sa.UniqueConstraint("school_id", "class_number", name=op.f("uq_class_group_school_id_class_number")),
    )
    op.create_index("ix_class_group_node_id", "class_group", ["node_id"], unique=False)
    op.create_index("ix_class_group_school_id", "class_group", ["school_id"], unique=False)
    op.create_index("ix_class_group_tree_path", "class_group", ["tree_path"], unique=False)
    op.create_table(
        "class_set",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_class_set_name_length")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"], ["org_node.id", "org_node.path"], name="fk_class_set_place", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_class_set")),
    )
    op.create_index("ix_class_set_node_id", "class_set", ["node_id"], unique=False)
    op.create_index("ix_class_set_tree_path", "class_set", ["tree_path"], unique=False)
    op.create_index(
        "uq_class_set_name",
        "class_set",
        ["node_id", "name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "department",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_binding", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 100", name=op.f("ck_department_name_length")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"], ["org_node.id", "org_node.path"], name="fk_department_place", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_department")),
    )
    op.create_index("ix_department_node_id", "department", ["node_id"], unique=False)
    op.create_index("ix_department_tree_path", "department", ["tree_path"], unique=False)
    op.create_index(
        "uq_department_name",
        "department",
        ["node_id", "name"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "fire",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.Text(), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("fired_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_fire_job_id"), ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fire")),
        sa.UniqueConstraint("schedule_id", "fire_at", name=op.f("uq_fire_schedule_id_fire_at")),
    )
    op.create_index(op.f("ix_fire_job_id"), "fire", ["job_id"], unique=False)
    op.create_table(
        "node_placement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=True),
        sa.Column("path", sa.Text(collation="C"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("ck_node_placement_period")),
        sa.ForeignKeyConstraint(["node_id"], ["org_node.id"], name=op.f("fk_node_placement_node_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_node_placement")),
    )
    op.create_index("ix_node_placement_node_id", "node_placement", ["node_id", "since"], unique=False)
    op.create_index(
        "uq_node_placement_open", "node_placement", ["node_id"], unique=True, postgresql_where=sa.text("until IS NULL")
    )
    op.create_table(
        "plan",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("cover_year", sa.Integer(), nullable=False),
        sa.Column("audience", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("counts_stopped", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("state", sa.Text(), server_default="draft", nullable=False),
        sa.Column("apply_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("apply_to", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_plan_closed_at_if_closed")),
        sa.CheckConstraint(
            "(state IN ('open', 'closed')) = (opened_at IS NOT NULL)", name=op.f("ck_plan_opened_at_if_open")
        ),
        sa.CheckConstraint("product IN ('resident_medical', 'student_accident')", name=op.f("ck_plan_product")),
        sa.CheckConstraint("state IN ('draft', 'opening', 'open', 'closed')", name=op.f("ck_plan_state")),
        sa.CheckConstraint("apply_to > apply_from", name=op.f("ck_plan_window")),
        sa.CheckConstraint("cardinality(audience) > 0", name=op.f("ck_plan_audience")),
        sa.CheckConstraint("cover_year BETWEEN 2000 AND 2100", name=op.f("ck_plan_cover_year")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"], ["org_node.id", "org_node.path"], name="fk_plan_place", onupdate="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan")),
        sa.UniqueConstraint("code", name=op.f("uq_plan_code")),
        sa.UniqueConstraint("id", "product", "cover_year", name=op.f("uq_plan_id_product_cover_year")),
    )
    op.create_index("ix_plan_node_id", "plan", ["node_id"], unique=False)
    op.create_index("ix_plan_tree_path", "plan", ["tree_path"], unique=False)
    op.create_table(
        "role_detail",
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("level", sa.BigInteger(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("label_zh", sa.Text(), nullable=False),
        sa.Column("is_builtin", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint("level BETWEEN 0 AND 8", name=op.f("ck_role_detail_level")),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_role_detail_role_id")),
        sa.PrimaryKeyConstraint("role_id", name=op.f("pk_role_detail")),
        sa.UniqueConstraint("code", name=op.f("uq_role_detail_code")),
    )
    op.create_table(
        "student",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("student_number", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="in_school", nullable=False),
        sa.Column("entry_date", sa.Date(), nullable=True),
        sa.Column("expected_graduation_date", sa.Date(), nullable=True),
        sa.Column("sealed_as", sa.Uuid(), nullable=False),
        sa.Column("phone_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("phone_digest", sa.LargeBinary(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("close_reason", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (state IN ('in_school', 'on_leave', 'retained'))",
            name=op.f("ck_student_open_states"),
        ),
        sa.CheckConstraint(
            "state IN ('in_school', 'on_leave', 'graduated', 'completed', 'incomplete', 'transferred_out', 'withdrawn', 'expelled', 'dropped_out', 'deceased', 'retained')",
            name=op.f("ck_student_state"),
        ),
        sa.CheckConstraint("student_number ~ '^[A-Za-z0-9-]{4,20}$'", name=op.f("ck_student_student_number")),
        sa.CheckConstraint("(closed_on IS NULL) = (close_reason IS NULL)", name=op.f("ck_student_closed_with_reason")),
        sa.CheckConstraint(
            "(phone_sealed IS NULL) = (phone_digest IS NULL)", name=op.f("ck_student_phone_sealed_with_digest")
        ),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path", "school_id"],
            ["org_node.id", "org_node.path", "org_node.school_id"],
            name="fk_student_place",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_student_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_student")),
        sa.UniqueConstraint("school_id", "student_number", name=op.f("uq_student_school_id_student_number")),
    )
    op.create_index("ix_student_node_id", "student", ["node_id"], unique=False)
    op.create_index("ix_student_person_id", "student", ["person_id"], unique=False)
    op.create_index("ix_student_school_id", "student", ["school_id"], unique=False)
    op.create_index("ix_student_tree_path", "student", ["tree_path"], unique=False)
    op.create_index(
        "uq_student_open", "student", ["person_id"], unique=True, postgresql_where=sa.text("closed_on IS NULL")
    )
    op.create_table(
        "ab_permission_view_role",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("permission_view_id", sa.Integer(), nullable=True),
        sa.Column("role_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["permission_view_id"],
            ["ab_permission_view.id"],
            name=op.f("fk_ab_permission_view_role_permission_view_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["role_id"], ["ab_role.id"], name=op.f("fk_ab_permission_view_role_role_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ab_permission_view_role")),
        sa.UniqueConstraint(
            "permission_view_id", "role_id", name=op.f("uq_ab_permission_view_role_permission_view_id_role_id")
        ),
    )
    op.create_index("idx_permission_view_id", "ab_permission_view_role", ["permission_view_id"], unique=False)
    op.create_index("idx_role_id", "ab_permission_view_role", ["role_id"], unique=False)
    op.create_table(
        "account_grant",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("role_id", sa.Integer(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=True),
        sa.Column("tree_path", sa.Text(), nullable=True),
        sa.Column("class_set_id", sa.BigInteger(), nullable=True),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(node_id IS NULL) = (tree_path IS NULL)", name=op.f("ck_account_grant_path_with_node")),
        sa.CheckConstraint(
            "num_nonnulls(node_id, class_set_id, person_id) = 1", name=op.f("ck_account_grant_one_place")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_grant_account_id")),
        sa.ForeignKeyConstraint(["class_set_id"], ["class_set.id"], name=op.f("fk_account_grant_class_set_id")),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name="fk_account_grant_place",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_account_grant_person_id")),
        sa.ForeignKeyConstraint(["role_id"], ["ab_role.id"], name=op.f("fk_account_grant_role_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_grant")),
    )
    op.create_index("ix_account_grant_account_id", "account_grant", ["account_id"], unique=False)
    op.create_index("ix_account_grant_class_set_id", "account_grant", ["class_set_id"], unique=False)
    op.create_index("ix_account_grant_node_id", "account_grant", ["node_id"], unique=False)
    op.create_index("ix_account_grant_person_id", "account_grant", ["person_id"], unique=False)
    op.create_index("ix_account_grant_tree_path", "account_grant", ["tree_path"], unique=False)
    op.create_index(
        "uq_account_grant_live",
        "account_grant",
        ["account_id", "role_id", "node_id", "class_set_id", "person_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "account_session",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.BigInteger(), nullable=False),
        sa.Column("device", sa.Text(), nullable=False),
        sa.Column("idle_minutes", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("ends_at > started_at", name=op.f("ck_account_session_period")),
        sa.CheckConstraint("idle_minutes > 0", name=op.f("ck_account_session_idle")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_account_session_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_session")),
    )
    op.create_index("ix_account_session_account_id", "account_session", ["account_id"], unique=False)
    op.create_index("uq_account_session_digest", "account_session", ["digest"], unique=True)
    op.create_table(
        "class_set_class",
        sa.Column("class_set_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["class_set_id"], ["class_set.id"], name=op.f("fk_class_set_class_class_set_id")),
        sa.ForeignKeyConstraint(["node_id"], ["org_node.id"], name=op.f("fk_class_set_class_node_id")),
        sa.PrimaryKeyConstraint("class_set_id", "node_id", name=op.f("pk_class_set_class")),
    )
    op.create_index("ix_class_set_class_node_id", "class_set_class", ["node_id"], unique=False)
    op.create_table(
        "coverage_option",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("cover_from", sa.Date(), nullable=False),
        sa.Column("cover_to", sa.Date(), nullable=False),
        sa.Column("personal_amount", sa.BigInteger(), nullable=False),
        sa.Column("fiscal_amount", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("cover_to > cover_from", name=op.f("ck_coverage_option_period")),
        sa.CheckConstraint("personal_amount >= 0 AND fiscal_amount >= 0", name=op.f("ck_coverage_option_amounts")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_coverage_option_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coverage_option")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_coverage_option_plan_id_position")),
    )
    op.create_table(
        "figure_day",
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("insured", sa.BigInteger(), nullable=False),
        sa.Column("waived", sa.BigInteger(), nullable=False),
        sa.Column("pending", sa.BigInteger(), nullable=False),
        sa.Column("unregistered", sa.BigInteger(), nullable=False),
        sa.Column("stopped", sa.BigInteger(), nullable=False),
        sa.Column("waived_hardship", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "insured >= 0 AND waived >= 0 AND pending >= 0 AND unregistered >= 0 AND stopped >= 0 AND waived_hardship BETWEEN 0 AND waived",
            name=op.f("ck_figure_day_counts"),
        ),
        sa.ForeignKeyConstraint(["node_id"], ["org_node.id"], name=op.f("fk_figure_day_node_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_figure_day_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "node_id", "day", name=op.f("pk_figure_day")),
    )
    op.create_index("ix_figure_day_node_id", "figure_day", ["node_id"], unique=False)
    op.create_table(
        "hardship_recognition",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("since_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "category IN ('poverty', 'poverty_unstable', 'marginal', 'sudden_difficulty', 'low_income', 'low_income_margin', 'extreme_poverty', 'rigid_expenditure', 'other_low_income', 'orphan', 'no_guardian', 'disabled_student', 'disabled_parent', 'martyr_child', 'preferential', 'hardship_worker', 'serious_illness', 'relocation')",
            name=op.f("ck_hardship_recognition_category"),
        ),
        sa.CheckConstraint("level IN ('special', 'hard', 'general')", name=op.f("ck_hardship_recognition_level")),
        sa.CheckConstraint("until_on IS NULL OR until_on > since_on", name=op.f("ck_hardship_recognition_period")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_hardship_recognition_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hardship_recognition")),
    )
    op.create_index("ix_hardship_recognition_student_id", "hardship_recognition", ["student_id"], unique=False)
    op.create_table(
        "login_name",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(kind = 'student_number') = (school_id IS NOT NULL)", name=op.f("ck_login_name_school_for_students")
        ),
        sa.CheckConstraint(
            "kind IN ('user_name', 'mobile', 'unit_number', 'student_number')", name=op.f("ck_login_name_kind")
        ),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_login_name_account_id")),
        sa.ForeignKeyConstraint(["school_id"], ["org_node.id"], name=op.f("fk_login_name_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_name")),
    )
    op.create_index("ix_login_name_account_id", "login_name", ["account_id"], unique=False)
    op.create_index(
        "uq_login_name_name",
        "login_name",
        ["school_id", sa.literal_column("lower(name)")],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body_text", sa.Text(), nullable=False),
        sa.Column("body_html", sa.Text(), nullable=True),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), server_default="queued", nullable=False),
        sa.Column("tries", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_at_if_sent")),
        sa.CheckConstraint("state IN ('queued', 'sent', 'failed')", name=op.f("ck_outbox_state")),
        sa.ForeignKeyConstraint(["account_id"], ["account.id"], name=op.f("fk_outbox_account_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    op.create_index("ix_outbox_account_id", "outbox", ["account_id"], unique=False)
    op.create_index(
        "ix_outbox_queued", "outbox", ["next_try_at"], unique=False, postgresql_where=sa.text("state = 'queued'")
    )
    op.create_index("uq_outbox_message_id", "outbox", ["message_id"], unique=True)
    op.create_table(
        "placement",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("until IS NULL OR until > since", name=op.f("ck_placement_period")),
        sa.ForeignKeyConstraint(["node_id"], ["org_node.id"], name=op.f("fk_placement_node_id")),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_placement_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    op.create_index("ix_placement_node_id", "placement", ["node_id"], unique=False)
    op.create_index("ix_placement_student_id", "placement", ["student_id", "since"], unique=False)
    op.create_index(
        "uq_placement_open", "placement", ["student_id"], unique=True, postgresql_where=sa.text("until IS NULL")
    )
    op.create_table(
        "plan_step",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("submit_role", sa.Text(), nullable=False),
        sa.Column("review_role", sa.Text(), nullable=False),
        sa.Column("leave_condition", sa.Text(), nullable=False),
        sa.Column("window_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("window_to", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('ministry', 'province', 'city', 'county', 'school', 'unit', 'campus', 'college', 'education_level', 'faculty', 'major', 'grade', 'class', 'other')",
            name=op.f("ck_plan_step_kind"),
        ),
        sa.CheckConstraint(
            "leave_condition IN ('all_decided', 'children_approved')", name=op.f("ck_plan_step_leave_condition")
        ),
        sa.CheckConstraint("window_to > window_from", name=op.f("ck_plan_step_window")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_plan_step_plan_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_step")),
        sa.UniqueConstraint("plan_id", "position", name=op.f("uq_plan_step_plan_id_position")),
    )
    op.create_table(
        "enrolment",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("product", sa.Text(), nullable=False),
        sa.Column("cover_year", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=False),
        sa.Column("student_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="unregistered", nullable=False),
        sa.Column("choice", sa.Text(), nullable=True),
        sa.Column("waiver_reason", sa.Text(), nullable=True),
        sa.Column("coverage_option_id", sa.BigInteger(), nullable=True),
        sa.Column("hardship", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("source", sa.Text(), server_default="roll", nullable=False),
        sa.Column(
            "tally",
            sa.Text(),
            sa.Computed(
                "CASE\n WHEN removed_at IS NOT NULL THEN NULL\n WHEN state IN ('unregistered', 'draft', 'rejected') THEN 'unregistered'\n WHEN state = 'submitted' THEN 'pending'\n ELSE state END",
                persisted=True,
            ),
            nullable=True,
        ),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("xuebao_now()"), nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint("choice IS NULL OR choice IN ('insure', 'waive')", name=op.f("ck_enrolment_choice")),
        sa.CheckConstraint(
            "removed_at IS NULL OR state IN ('unregistered', 'draft', 'submitted', 'rejected')",
            name=op.f("ck_enrolment_removed_undecided"),
        ),
        sa.CheckConstraint(
            "source IN ('roll', 'student', 'counsellor', 'import', 'renewal')", name=op.f("ck_enrolment_source")
        ),
        sa.CheckConstraint("state <> 'insured' OR choice = 'insure'", name=op.f("ck_enrolment_insured_by_choice")),
        sa.CheckConstraint(
            "state <> 'waived' OR (choice = 'waive' AND waiver_reason IS NOT NULL)",
            name=op.f("ck_enrolment_waived_by_choice"),
        ),
        sa.CheckConstraint(
            "state IN ('unregistered', 'draft', 'submitted', 'rejected', 'insured', 'waived', 'stopped')",
            name=op.f("ck_enrolment_state"),
        ),
        sa.CheckConstraint(
            "state NOT IN ('submitted', 'rejected', 'insured', 'waived', 'stopped') OR choice IS NOT NULL",
            name=op.f("ck_enrolment_decided_with_choice"),
        ),
        sa.CheckConstraint(
            "waiver_reason IS NULL OR (choice = 'waive' AND waiver_reason IN ('hometown_resident', 'employee', 'dependent_scheme', 'aid_registered', 'military', 'leaving', 'foreign', 'refuse', 'other'))",
            name=op.f("ck_enrolment_waiver_reason"),
        ),
        sa.ForeignKeyConstraint(
            ["coverage_option_id"], ["coverage_option.id"], name=op.f("fk_enrolment_coverage_option_id")
        ),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path", "school_id"],
            ["org_node.id", "org_node.path", "org_node.school_id"],
            name="fk_enrolment_place",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_enrolment_person_id")),
        sa.ForeignKeyConstraint(
            ["plan_id", "product", "cover_year"],
            ["plan.id", "plan.product", "plan.cover_year"],
            name="fk_enrolment_plan",
        ),
        sa.ForeignKeyConstraint(["student_id"], ["student.id"], name=op.f("fk_enrolment_student_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment")),
    )
    op.create_index("ix_enrolment_node_id", "enrolment", ["node_id"], unique=False)
    op.create_index("ix_enrolment_plan_path", "enrolment", ["plan_id", "tree_path", "tally"], unique=False)
    op.create_index("ix_enrolment_school_id", "enrolment", ["school_id"], unique=False)
    op.create_index("ix_enrolment_student_id", "enrolment", ["student_id"], unique=False)
    op.create_index("ix_enrolment_tree_path", "enrolment", ["tree_path"], unique=False)
    op.create_index(
        "uq_enrolment_live",
        "enrolment",
        ["person_id", "product", "cover_year"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "reporting_unit",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("step_id", sa.BigInteger(), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), server_default="open", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'submitted', 'approved', 'returned')", name=op.f("ck_reporting_unit_state")
        ),
        sa.ForeignKeyConstraint(["node_id"], ["org_node.id"], name=op.f("fk_reporting_unit_node_id")),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f("fk_reporting_unit_plan_id")),
        sa.ForeignKeyConstraint(["step_id"], ["plan_step.id"], name=op.f("fk_reporting_unit_step_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reporting_unit")),
        sa.UniqueConstraint("plan_id", "step_id", "node_id", name=op.f("uq_reporting_unit_plan_id_step_id_node_id")),
    )
    op.create_index("ix_reporting_unit_node_id", "reporting_unit", ["node_id"], unique=False)
    op.create_index("ix_reporting_unit_step_id", "reporting_unit", ["step_id"], unique=False)
    op.execute(APPEND_ONLY)
    # On the driver's connection: the script's percent signs are no placeholders.
    op.get_bind().connection.driver_connection.execute(SchemaManager.get_schema())


def downgrade() -> None:
    """Go back to the schema before."""
    op.drop_index("ix_reporting_unit_step_id", table_name="reporting_unit")
    op.drop_index("ix_reporting_unit_node_id", table_name="reporting_unit")
    op.drop_table("reporting_unit")
    op.drop_index("uq_enrolment_live", table_name="enrolment", postgresql_where=sa.text("removed_at IS NULL"))
    op.drop_index("ix_enrolment_tree_path", table_name="enrolment")
    op.drop_index("ix_enrolment_student_id", table_name="enrolment")
    op.drop_index("ix_enrolment_school_id", table_name="enrolment")
    op.drop_index("ix_enrolment_plan_path", table_name="enrolment")
    op.drop_index("ix_enrolment_node_id", table_name="enrolment")
    op.drop_table("enrolment")
    op.drop_table("plan_step")
    op.drop_index("uq_placement_open", table_name="placement", postgresql_where=sa.text("until IS NULL"))
    op.drop_index("ix_placement_student_id", table_name="placement")
    op.drop_index("ix_placement_node_id", table_name="placement")
    op.drop_table("placement")
    op.drop_index("uq_outbox_message_id", table_name="outbox")
    op.drop_index("ix_outbox_queued", table_name="outbox", postgresql_where=sa.text("state = 'queued'"))
    op.drop_index("ix_outbox_account_id", table_name="outbox")
    op.drop_table("outbox")
    op.drop_index("uq_login_name_name", table_name="login_name", postgresql_nulls_not_distinct=True)
    op.drop_index("ix_login_name_account_id", table_name="login_name")
    op.drop_table("login_name")
    op.drop_index("ix_hardship_recognition_student_id", table_name="hardship_recognition")
    op.drop_table("hardship_recognition")
    op.drop_index("ix_figure_day_node_id", table_name="figure_day")
    op.drop_table("figure_day")
    op.drop_table("coverage_option")
    op.drop_index("ix_class_set_class_node_id", table_name="class_set_class")
    op.drop_table("class_set_class")
    op.drop_index("uq_account_session_digest", table_name="account_session")
    op.drop_index("ix_account_session_account_id", table_name="account_session")
    op.drop_table("account_session")
    op.drop_index(
        "uq_account_grant_live",
        table_name="account_grant",
        postgresql_where=sa.text("ended_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )
    op.drop_index("ix_account_grant_tree_path", table_name="account_grant")
    op.drop_index("ix_account_grant_person_id", table_name="account_grant")
    op.drop_index("ix_account_grant_node_id", table_name="account_grant")
    op.drop_index("ix_account_grant_class_set_id", table_name="account_grant")
    op.drop_index("ix_account_grant_account_id", table_name="account_grant")
    op.drop_table("account_grant")
    op.drop_index("idx_role_id", table_name="ab_permission_view_role")
    op.drop_index("idx_permission_view_id", table_name="ab_permission_view_role")
    op.drop_table("ab_permission_view_role")
    op.drop_index("uq_student_open", table_name="student", postgresql_where=sa.text("closed_on IS NULL"))
    op.drop_index("ix_student_tree_path", table_name="student")
    op.drop_index("ix_student_school_id", table_name="student")
    op.drop_index("ix_student_person_id", table_name="student")
    op.drop_index("ix_student_node_id", table_name="student")
    op.drop_table("student")
    op.drop_table("role_detail")
    op.drop_index("ix_plan_tree_path", table_name="plan")
    op.drop_index("ix_plan_node_id", table_name="plan")
    op.drop_table("plan")
    op.drop_index("uq_node_placement_open", table_name="node_placement", postgresql_where=sa.text("until IS NULL"))
    op.drop_index("ix_node_placement_node_id", table_name="node_placement")
    op.drop_table("node_placement")
    op.drop_index(op.f("ix_fire_job_id"), table_name="fire")
    op.drop_table("fire")
    op.drop_index("uq_department_name", table_name="department", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_department_tree_path", table_name="department")
    op.drop_index("ix_department_node_id", table_name="department")
    op.drop_table("department")
    op.drop_index("uq_class_set_name", table_name="class_set", postgresql_where=sa.text("closed_at IS NULL"))
    op.drop_index("ix_class_set_tree_path", table_name="class_set")
    op.drop_index("ix_class_set_node_id", table_name="class_set")
    op.drop_table("class_set")
    op.drop_index("ix_class_group_tree_path", table_name="class_group")
    op.drop_index("ix_class_group_school_id", table_name="class_group")
    op.drop_index("ix_class_group_node_id", table_name="class_group")
    op.drop_table("class_group")
    op.drop_index("uq_account_user_id", table_name="account")
    op.drop_index("ix_account_tree_path", table_name="account")
    op.drop_index("ix_account_person_id", table_name="account")
    op.drop_index("ix_account_node_id", table_name="account")
    op.drop_table("account")
    op.drop_table("ab_user_role")
    op.drop_index("idx_user_id", table_name="ab_user_group")
    op.drop_index("idx_user_group_id", table_name="ab_user_group")
    op.drop_table("ab_user_group")
    op.drop_index("idx_view_menu_id", table_name="ab_permission_view")
    op.drop_index("idx_permission_id", table_name="ab_permission_view")
    op.drop_table("ab_permission_view")
    op.drop_index("idx_group_role_id", table_name="ab_group_role")
    op.drop_index("idx_group_id", table_name="ab_group_role")
    op.drop_table("ab_group_role")
    op.drop_index("idx_api_key_user_id", table_name="ab_api_key")
    op.drop_index("idx_api_key_prefix", table_name="ab_api_key")
    op.drop_index("idx_api_key_lookup_hash", table_name="ab_api_key")
    op.drop_table("ab_api_key")
    op.drop_table("throttle")
    op.drop_index("uq_person_number_digest", table_name="person")
    op.drop_index("ix_person_pinyin", table_name="person")
    op.drop_index("ix_person_name_grams", table_name="person", postgresql_using="gin")
    op.drop_table("person")
    op.drop_index("uq_org_node_root", table_name="org_node", postgresql_where=sa.text("parent_id IS NULL"))
    op.drop_index("ix_org_node_school_id", table_name="org_node")
    op.drop_index("ix_org_node_parent_id", table_name="org_node")
    op.drop_table("org_node")
    op.drop_index("uq_job_once", table_name="job", postgresql_where=sa.text("state = 'queued'"))
    op.drop_index("ix_job_owner_id_id", table_name="job")
    op.drop_table("job")
    op.drop_index("ix_idempotency_created_at", table_name="idempotency")
    op.drop_table("idempotency")
    op.drop_index("uq_first_run_link_digest", table_name="first_run_link")
    op.drop_table("first_run_link")
    op.drop_index("ix_audit_tree_path", table_name="audit")
    op.drop_index("ix_audit_account_id", table_name="audit")
    op.drop_table("audit")
    op.drop_table("ab_view_menu")
    op.drop_table("ab_user")
    op.drop_table("ab_role")
    op.drop_table("ab_register_user")
    op.drop_table("ab_permission")
    op.drop_table("ab_group")
    op.execute("DROP FUNCTION refuse_change CASCADE")
    op.execute("DROP FUNCTION name_grams(text) CASCADE")
    op.execute("DROP FUNCTION xuebao_now() CASCADE")
    op.execute(PROCRASTINATE_GONE)
