"""Figures are kept in counters that differences are added to; triggers on enrolments append the differences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "5c1f0a7d9e21"
down_revision = "c4e8a1d07b52"
branch_labels = None
depends_on = None

SUMS = ("insured", "waived", "pending", "unregistered", "stopped", "waived_hardship", "amount")

# What one row adds to each figure of its class, by the generated word `tally`; NULL is counted nowhere.
EACH = """
 coalesce(sum(r.sign) FILTER (WHERE r.tally = 'insured'), 0) AS insured,
 coalesce(sum(r.sign) FILTER (WHERE r.tally = 'waived'), 0) AS waived,
 coalesce(sum(r.sign) FILTER (WHERE r.tally = 'pending'), 0) AS pending,
 coalesce(sum(r.sign) FILTER (WHERE r.tally = 'unregistered'), 0) AS unregistered,
 coalesce(sum(r.sign) FILTER (WHERE r.tally = 'stopped'), 0) AS stopped,
 coalesce(sum(r.sign) FILTER (WHERE r.tally = 'waived' AND r.hardship), 0) AS waived_hardship,
 coalesce(sum(r.sign * o.personal_amount) FILTER (WHERE r.tally = 'insured'), 0) AS amount
"""


def _appends(rows: str) -> str:
    """Append what changed, one line for each class; what only changed its path changed no figure."""
    return f"""INSERT INTO plan_figure_delta (plan_id, node_id, school_id, {", ".join(SUMS)})
 SELECT * FROM (
  SELECT r.plan_id, r.node_id, r.school_id, {EACH}
  FROM ({rows}) AS r LEFT JOIN coverage_option AS o ON o.id = r.coverage_option_id
  WHERE r.tally IS NOT NULL GROUP BY r.plan_id, r.node_id, r.school_id
 ) AS d
 WHERE (d.insured, d.waived, d.pending, d.unregistered, d.stopped, d.waived_hardship, d.amount)
   <> (0, 0, 0, 0, 0, 0, 0);"""


def _rows(sign: int, table: str) -> str:
    return f"SELECT {sign} AS sign, plan_id, node_id, school_id, tally, hardship, coverage_option_id FROM {table}"


TRIGGERS = f"""
CREATE FUNCTION note_figures() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
 IF TG_OP = 'INSERT' THEN
  {_appends(_rows(1, "new_rows"))}
 ELSIF TG_OP = 'DELETE' THEN
  {_appends(_rows(-1, "old_rows"))}
 ELSE
  {_appends(_rows(1, "new_rows") + " UNION ALL " + _rows(-1, "old_rows"))}
 END IF;
 RETURN NULL;
END $$;
CREATE TRIGGER enrolment_inserted AFTER INSERT ON enrolment
 REFERENCING NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_figures();
CREATE TRIGGER enrolment_updated AFTER UPDATE ON enrolment
 REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows FOR EACH STATEMENT EXECUTE FUNCTION note_figures();
CREATE TRIGGER enrolment_deleted AFTER DELETE ON enrolment
 REFERENCING OLD TABLE AS old_rows FOR EACH STATEMENT EXECUTE FUNCTION note_figures();
"""


def _counted(table: str, node: str) -> str:
    """Count what stands in the database already; the triggers above keep writers out until this is committed."""
    rows = f"SELECT 1 AS sign, e.*, {node} AS stands_at FROM enrolment AS e"
    return f"""INSERT INTO {table} (plan_id, node_id, tree_path, {", ".join(SUMS)})
 SELECT r.plan_id, n.id, n.path, {EACH}
 FROM ({rows}) AS r JOIN org_node AS n ON n.id = r.stands_at
 LEFT JOIN coverage_option AS o ON o.id = r.coverage_option_id
 WHERE r.tally IS NOT NULL GROUP BY r.plan_id, n.id, n.path"""


def _sums() -> list[sa.Column[int]]:
    counts = [sa.Column(name, sa.Integer(), server_default=sa.text("0"), nullable=False) for name in SUMS[:-1]]
    return [*counts, sa.Column("amount", sa.BigInteger(), server_default=sa.text("0"), nullable=False)]


def _figure(table: str) -> None:
    op.create_table(
        table,
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("tree_path", sa.Text(collation="C"), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        *_sums(),
        sa.ForeignKeyConstraint(
            ["node_id", "tree_path"],
            ["org_node.id", "org_node.path"],
            name=f"fk_{table}_place",
            onupdate="CASCADE",
        ),
        sa.ForeignKeyConstraint(["plan_id"], ["plan.id"], name=op.f(f"fk_{table}_plan_id")),
        sa.PrimaryKeyConstraint("plan_id", "node_id", name=op.f(f"pk_{table}")),
        postgresql_with={"fillfactor": "70"},
    )
    op.create_index(f"ix_{table}_node_id", table, ["node_id"])
    op.create_index(f"ix_{table}_tree_path", table, ["tree_path"])
    op.create_index(f"ix_{table}_plan_path", table, ["plan_id", "tree_path"])


def upgrade() -> None:
    """Go to this schema."""
    op.create_table(
        "plan_figure_delta",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("node_id", sa.BigInteger(), nullable=False),
        sa.Column("plan_id", sa.BigInteger(), nullable=False),
        sa.Column("school_id", sa.BigInteger(), nullable=False),
        *_sums(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_figure_delta")),
        postgresql_with={"autovacuum_vacuum_threshold": "1000", "autovacuum_vacuum_scale_factor": "0"},
    )
    for table in ("plan_class_figure", "plan_school_figure"):
        _figure(table)
    op.execute(TRIGGERS)
    op.execute(_counted("plan_class_figure", "e.node_id"))
    op.execute(_counted("plan_school_figure", "e.school_id"))


def downgrade() -> None:
    """Go back to the schema before."""
    op.execute("DROP FUNCTION note_figures CASCADE")
    for table in ("plan_school_figure", "plan_class_figure", "plan_figure_delta"):
        op.drop_table(table)
