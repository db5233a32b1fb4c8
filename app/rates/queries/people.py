"""The list behind each figure: exactly the persons it counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import under, visible
from app.enrolment.models import Enrolment, Tally
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.people.models import Person
from app.plans.models import Plan
from app.rates.rules import Status
from app.students.models import Student


@dataclass(frozen=True)
class Member:
    """One person behind a figure; name and student number are None for who may not open names."""

    id: int
    student_number: str | None
    name: str | None
    class_code: str
    class_name: str
    school_name: str
    state: str


def behind(plan: Plan, node: OrgNode, status: Status) -> ColumnElement[bool]:
    """The condition on enrolment rows that a figure counts and its list shows."""
    tallies = [Tally.INSURED, Tally.WAIVED, Tally.PENDING, Tally.UNREGISTERED]
    if status is not Status.TOTAL_ELIGIBLE:
        tallies = [Tally.WAIVED if status is Status.WAIVED_HARDSHIP else Tally(status.value)]
    elif plan.counts_stopped:
        tallies.append(Tally.STOPPED)
    matching: ColumnElement[bool] = Enrolment.tally.in_(tallies)
    if status is Status.WAIVED_HARDSHIP:
        matching = and_(matching, Enrolment.hardship)
    return and_(Enrolment.plan_id == plan.id, under(Enrolment.tree_path, (node.path,)), matching)


def people(  # noqa: PLR0913  which figure of which plan where, and which page of its list
    session: Session,
    actor: Actor,
    plan: Plan,
    node: OrgNode,
    status: Status,
    *,
    limit: int | None = None,
    offset: int = 0,
) -> list[Member]:
    """The persons behind a figure, by class and student number; names only where `figure:names` holds."""
    stmt = _members().where(behind(plan, node, status))
    stmt = stmt.order_by(Enrolment.tree_path, Student.student_number, Enrolment.id).limit(limit).offset(offset)
    along = (Student, Person, OrgNode)
    rows = session.execute(visible(stmt, Enrolment, actor, Permission.FIGURE_READ, along=along)).all()
    names = orgs.names_of(session, {row.tree_path for row in rows})
    return [
        _member(row, names[row.tree_path], named=actor.covers(Permission.FIGURE_NAMES, row.tree_path)) for row in rows
    ]


def _members() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Enrolment.id,
            Enrolment.tree_path,
            Enrolment.school_id,
            Enrolment.state,
            Student.student_number,
            Person.name,
            OrgNode.code,
        )
        .join(Student, Student.id == Enrolment.student_id)
        .join(Person, Person.id == Enrolment.person_id)
        .join(OrgNode, OrgNode.id == Enrolment.node_id)
    )


def _member(row: Any, lineage: Sequence[str], *, named: bool) -> Member:
    return Member(
        id=row.id,
        student_number=row.student_number if named else None,
        name=row.name if named else None,
        class_code=row.code,
        class_name=lineage[-1],
        school_name=lineage[ids_in(row.tree_path).index(row.school_id)],
        state=row.state,
    )
