"""Fewer keys and indexes to keep for each student and application: a long list is entered faster.

An application's student and person become one key, which also holds them together. Indexes that another one begins with
go; those on who filed and who decided hold only the rows that somebody filed or decided.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "c7a94e51d0b3"
down_revision = "e2a7c50d9b13"
branch_labels = None
depends_on = None

BY_SCHOOL = ("class_group", "student", "enrolment")
BY_ACCOUNT = ("filed_by", "decided_by")


def upgrade() -> None:
    """Go to this schema; rows whose person is not their student's are refused, and there are none."""
    op.create_unique_constraint(op.f("uq_student_person_id_id"), "student", ["person_id", "id"])
    op.drop_index("ix_student_person_id", table_name="student")
    op.create_foreign_key(
        "fk_enrolment_student", "enrolment", "student", ["student_id", "person_id"], ["id", "person_id"]
    )
    op.drop_constraint(op.f("fk_enrolment_student_id"), "enrolment", type_="foreignkey")
    op.drop_constraint(op.f("fk_enrolment_person_id"), "enrolment", type_="foreignkey")
    for table in BY_SCHOOL:
        op.drop_index(f"ix_{table}_school_id", table_name=table)
    for column in BY_ACCOUNT:
        op.drop_index(f"ix_enrolment_{column}", table_name="enrolment")
        somebody = sa.text(f"{column} IS NOT NULL")
        op.create_index(f"ix_enrolment_{column}", "enrolment", [column], postgresql_where=somebody)


def downgrade() -> None:
    """Go back to the schema before."""
    for column in BY_ACCOUNT:
        op.drop_index(f"ix_enrolment_{column}", table_name="enrolment")
        op.create_index(f"ix_enrolment_{column}", "enrolment", [column])
    for table in BY_SCHOOL:
        op.create_index(f"ix_{table}_school_id", table, ["school_id"])
    op.create_foreign_key(op.f("fk_enrolment_person_id"), "enrolment", "person", ["person_id"], ["id"])
    op.create_foreign_key(op.f("fk_enrolment_student_id"), "enrolment", "student", ["student_id"], ["id"])
    op.drop_constraint("fk_enrolment_student", "enrolment", type_="foreignkey")
    op.create_index("ix_student_person_id", "student", ["person_id"])
    op.drop_constraint(op.f("uq_student_person_id_id"), "student", type_="unique")
