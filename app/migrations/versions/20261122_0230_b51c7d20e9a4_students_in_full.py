"""Students: states with day and reason, 学籍号 and the other fields of the roll; revoked recognitions of hardship."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "b51c7d20e9a4"
down_revision = "b7d1c2f4a9e3"
branch_labels = None
depends_on = None

PERSON = ("country", "status_number_kind", "overseas_status", "household_type", "political_status", "health")
STUDENT = ("secondary_status_number", "entry_mode", "left_behind", "state_reason")
SECRET = ("status_number_sealed", "status_number_digest")
PERSON_CHECKS = {
    "country": "country ~ '^[A-Z]{3}$'",
    "overseas_status": (
        "overseas_status IN ('00', '01', '02', '03', '04', '05', '06', '11', '12', '13', '14', '21', '31', '41', '51',"
        " '99')"
    ),
    "household_type": "household_type IN ('1', '2')",
    "political_status": "political_status IN ('01', '02', '03', '13')",
    "health": "health IN ('10', '20', '30', '40', '50')",
    "status_number_kind": "status_number_kind IN ('G', 'J', 'L')",
    "status_number_whole": (
        "(status_number_kind IS NULL) = (status_number_sealed IS NULL)"
        " AND (status_number_kind IS NULL) = (status_number_digest IS NULL)"
    ),
}
STUDENT_CHECKS = {
    "paused_with_reason": (
        "state NOT IN ('on_leave', 'retained') OR (state_on IS NOT NULL AND state_reason IS NOT NULL)"
    ),
    "secondary_status_number": "length(secondary_status_number) BETWEEN 1 AND 30",
    "entry_mode": "entry_mode IN ('11', '12', '21', '22', '23', '99')",
    "left_behind": "left_behind IN ('0', '1', '2')",
}
REVOKED = "(revoked_at IS NULL) = (revoke_reason IS NULL)"


def upgrade() -> None:
    """Go to this schema. Nothing wrote the 学籍号 at the student, so nothing has to be carried to the person."""
    for name in PERSON:
        op.add_column("person", sa.Column(name, sa.Text(), nullable=True))
    for name in SECRET:
        op.add_column("person", sa.Column(name, sa.LargeBinary(), nullable=True))
    for name in STUDENT:
        op.add_column("student", sa.Column(name, sa.Text(), nullable=True))
    op.add_column("student", sa.Column("state_on", sa.Date(), nullable=True))
    op.execute("UPDATE student SET state_on = opened_on, state_reason = '—' WHERE state IN ('on_leave', 'retained')")
    for name, check in PERSON_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_person_{name}"), "person", check)
    for name, check in STUDENT_CHECKS.items():
        op.create_check_constraint(op.f(f"ck_student_{name}"), "student", check)
    op.create_index(
        "uq_person_formal_status_number",
        "person",
        ["status_number_digest"],
        unique=True,
        postgresql_where=sa.text("status_number_kind IN ('G', 'J')"),
    )
    for name in SECRET:
        op.drop_column("student", name)
    op.add_column("hardship_recognition", sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("hardship_recognition", sa.Column("revoke_reason", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_hardship_recognition_revoked_with_reason"), "hardship_recognition", REVOKED)


def downgrade() -> None:
    """Go back to the schema before. Revoked recognitions would count again there, so they are let go."""
    op.execute("DELETE FROM hardship_recognition WHERE revoked_at IS NOT NULL")
    op.drop_constraint(op.f("ck_hardship_recognition_revoked_with_reason"), "hardship_recognition")
    for name in ("revoke_reason", "revoked_at"):
        op.drop_column("hardship_recognition", name)
    for name in reversed(SECRET):
        op.add_column("student", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.drop_index("uq_person_formal_status_number", "person")
    for name in STUDENT_CHECKS:
        op.drop_constraint(op.f(f"ck_student_{name}"), "student")
    for name in PERSON_CHECKS:
        op.drop_constraint(op.f(f"ck_person_{name}"), "person")
    for name in (*STUDENT, "state_on"):
        op.drop_column("student", name)
    for name in (*PERSON, *SECRET):
        op.drop_column("person", name)
