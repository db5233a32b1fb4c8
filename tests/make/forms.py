"""Every way we know to put a gated table into a statement, each as a statement that reads or changes all students.

Each form is run by the tests as it is (refused) and with a mark for all (the database takes it, so it is a real one).
Loading along relations is tried with `tests.make.relations`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    Executable,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    lambda_stmt,
    literal_column,
    not_,
    select,
    table,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Bundle, aliased, with_loader_criteria

from app.accounts.models import RoleDetail
from app.core.db import Base
from app.enrolment.models import Enrolment
from app.outbox.models import Outbox
from app.people.models import Person
from app.students.models import Student

core = Base.metadata.tables["student"]
other = aliased(Student)
alias = core.alias()
mails = Base.metadata.tables["outbox"]
numbers = select(Student.student_number.label("number"))
beside = numbers.lateral("them")
READ = "SELECT student_number FROM student"
MAIL = {"address": "a@b", "subject": "x", "body_text": "x"}

READING: Mapping[str, Callable[[], Executable]] = {
    "plain": lambda: select(Student),
    "one column": lambda: select(Student.student_number),
    "a bundle of columns": lambda: select(Bundle("them", Student.student_number)),
    "count of rows": lambda: select(func.count()).select_from(Student),
    "count of a column": lambda: select(func.count(Student.id)),
    "aggregate into JSON": lambda: select(cast(func.jsonb_agg(Student.student_number), JSONB)),
    "distinct": lambda: select(Student.student_number).distinct(),
    "aliased": lambda: select(other.student_number),
    "aliased by Core": lambda: select(alias.c.student_number),
    "Core table": lambda: select(core),
    "one column of a Core table": lambda: select(core.c.student_number),
    "a table named by hand": lambda: select(table("student", column("student_number")).c.student_number),
    "a sample of the table": lambda: select(core.tablesample(100).c.student_number),
    "subquery": lambda: select(numbers.subquery().c.number),
    "scalar subquery": lambda: select(RoleDetail.code, numbers.order_by("number").limit(1).scalar_subquery()),
    "scalar subquery in the order": lambda: select(RoleDetail.code).order_by(numbers.limit(1).scalar_subquery()),
    "CTE": lambda: select(numbers.cte("them").c.number),
    "recursive CTE": lambda: select(_recursive().c.number),
    "EXISTS": lambda: select(RoleDetail.code).where(exists(select(Student.id))),
    "NOT EXISTS": lambda: select(RoleDetail.code).where(not_(exists(select(core.c.id).where(core.c.id < 0)))),
    "IN a subquery": lambda: select(RoleDetail.code).where(RoleDetail.role_id.not_in(select(Student.id))),
    "union": lambda: union_all(select(RoleDetail.code), numbers),
    "union inside a subquery": lambda: select(union_all(select(RoleDetail.code), numbers).subquery().c.code),
    "joined from the other side": lambda: select(RoleDetail.code, Student.student_number).join(Student, true()),
    "outer joined": lambda: select(RoleDetail.code).outerjoin(Student, Student.id == RoleDetail.role_id),
    "only in the condition": lambda: select(RoleDetail.code).where(RoleDetail.role_id != Student.id),
    "lateral": lambda: select(RoleDetail.code, beside.c.number).join(beside, true()),
    "window": lambda: select(func.row_number().over(order_by=Student.student_number)),
    "a whole row as one value": lambda: select(func.to_jsonb(core.table_valued())),
    "lambda": lambda: lambda_stmt(lambda: select(Student.student_number)),
    "lambda in the condition": lambda: select(RoleDetail.code).where(lambda: exists(select(Student.id))),
    "with loader criteria": lambda: select(Student).options(with_loader_criteria(Student, Student.id > 0)),
    "a person through a student": lambda: select(Person.name).join(Student, Student.person_id == Person.id),
    "an enrolment through a student": lambda: select(Enrolment.state).join(Student, Student.id == Enrolment.student_id),
    "text": lambda: text(READ),
    "text with quotes and capitals": lambda: text('SELECT s.student_number FROM ONLY public."student" AS s'),
    "text behind a comment": lambda: text("SELECT student_number FROM/* */student"),
    "text with columns": lambda: text(READ).columns(Outbox.subject),
    "text as a subquery": lambda: select(text(READ).columns(column("student_number")).subquery().c.student_number),
    "text as a table": lambda: select(text("student_number")).select_from(text("student")),
    "literal column": lambda: select(literal_column(f"({READ} ORDER BY 1 LIMIT 1)")),
    "text in a prefix": lambda: select(RoleDetail.code).prefix_with(text(f"({READ} ORDER BY 1 LIMIT 1),")),
    "text in a suffix": lambda: select(RoleDetail.code).suffix_with(text(f"UNION ALL {READ}")),
    "text in a hint": lambda: select(RoleDetail.code).with_statement_hint(f"UNION ALL {READ}"),
    "from a statement": lambda: select(Student).from_statement(select(core)),
    "from a text": lambda: select(Student).from_statement(text("SELECT * FROM student")),
    "a locked row": lambda: select(Student.id).with_for_update(),
    "what a CTE deleted": lambda: select(_deleting().c.student_number),
}

WRITING: Mapping[str, Callable[[], Executable]] = {
    "update": lambda: update(Student).values(version=9),
    "Core update": lambda: update(core).values(version=9),
    "update from a student": lambda: (
        update(Outbox).values(subject=Student.student_number).where(Outbox.id != Student.id)
    ),
    "update from an alias": lambda: (
        update(mails).values(subject=alias.c.student_number).where(mails.c.id == alias.c.id)
    ),
    "update by a subquery": lambda: update(Outbox).values(subject=numbers.limit(1).scalar_subquery()),
    "delete": lambda: delete(Enrolment),
    "Core delete": lambda: delete(Base.metadata.tables["enrolment"]),
    "delete using a student": lambda: delete(Outbox).where(Outbox.id == Student.id),
    "insert": lambda: insert(Student).values(**_new()),
    "Core insert": lambda: insert(core).values(**_new()),
    "insert unless there": lambda: upsert(Student).values(**_new()).on_conflict_do_nothing(),
    "insert from select": lambda: insert(Outbox).from_select(
        ["address", "subject", "body_text", "message_id"], _mails()
    ),
    "insert of a subquery": lambda: insert(Outbox).values(**MAIL, message_id=numbers.limit(1).scalar_subquery()),
    "insert returning": lambda: insert(Student).values(**_new()).returning(Student.id),
    "text": lambda: text("UPDATE student SET version = 9"),
}


def _recursive() -> Any:  # noqa: ANN401  the columns of a subquery have no type of their own
    start = numbers.cte("start", recursive=True)
    return start.union_all(select(start.c.number).where(start.c.number == ""))


def _deleting() -> Any:  # noqa: ANN401  the same
    return delete(core).where(core.c.id < 0).returning(core.c.student_number).cte("gone")


def _mails() -> Any:  # noqa: ANN401  the same
    return select(Student.student_number, Student.student_number, Student.student_number, Student.student_number)


def _new() -> dict[str, Any]:
    same = select(Student).where(and_(Student.closed_on.is_(None), Student.id > 0)).limit(1).subquery()
    copied = ("person_id", "node_id", "tree_path", "school_id", "sealed_as")
    values = {name: select(same.c[name]).scalar_subquery() for name in copied}
    closed = {"state": "graduated", "closed_on": date(2026, 1, 2), "close_reason": "x"}
    return {**values, **closed, "student_number": "NEW-1", "opened_on": date(2026, 1, 1)}
