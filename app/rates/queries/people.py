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
from app.lists.keyset import Cut, Order, Spot, cut
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.orgs.rules import Lineage
from app.people.models import Person
from app.plans.models import Plan
from app.rates.rules import Status
from app.students.models import Student

OPENS = (Permission.ENROLMENT_READ, Permission.STUDENT_READ)
"""What the page of an application asks for."""
ORDER = Order(OrgNode.sort_path, Student.student_number, Enrolment.id)
WHOLE = 2**31
"""A page no list is longer than."""


@dataclass(frozen=True)
class Member:
    """One person behind a figure; name and student number are None for who may not open names.

    `opens`: whether the application itself may be opened, to go on with what is missing.
    """

    id: int
    student_number: str | None
    name: str | None
    class_code: str
    class_name: str
    school_name: str
    state: str
    opens: bool


def behind(plan: Plan, node: OrgNode, status: Status) -> ColumnElement[bool]:
    """The condition on enrolment rows that a figure counts and its list shows."""
    tallies = [Tally.WAIVED, Tally.PENDING, Tally.UNREGISTERED]
    if status in {Status.TOTAL_ELIGIBLE, Status.NOT_INSURED}:
        tallies += [Tally.INSURED] if status is Status.TOTAL_ELIGIBLE else []
        tallies += [Tally.STOPPED] if plan.counts_stopped else []
    else:
        tallies = [Tally.WAIVED if status is Status.WAIVED_HARDSHIP else Tally(status.value)]
    matching: ColumnElement[bool] = Enrolment.tally.in_(tallies)
    if status is Status.WAIVED_HARDSHIP:
        matching = and_(matching, Enrolment.hardship)
    return and_(Enrolment.plan_id == plan.id, under(Enrolment.tree_path, (node.path,)), matching)


def people(session: Session, actor: Actor, plan: Plan, node: OrgNode, status: Status) -> Sequence[Member]:
    """All persons behind a figure."""
    return people_page(session, actor, plan, node, status, spot=Spot(WHOLE)).rows


def people_page(
    session: Session,
    actor: Actor,
    plan: Plan,
    node: OrgNode,
    status: Status,
    *,
    spot: Spot,
) -> Cut[Member]:
    """A page of the persons behind a figure, by class and student number; names only where `figure:names` holds."""
    along = (Student, Person, OrgNode)
    stmt = visible(_members().where(behind(plan, node, status)), Enrolment, actor, Permission.FIGURE_READ, along=along)
    found = cut(session, stmt, ORDER, spot)
    places = orgs.lineages(session, {row.tree_path for row in found.rows})
    return found.each(
        lambda row: _member(
            row,
            places[row.tree_path],
            named=actor.covers(Permission.FIGURE_NAMES, row.tree_path),
            opens=all(actor.covers(each, row.tree_path) for each in OPENS),
        )
    )


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


def _member(row: Any, lineage: Lineage, *, named: bool, opens: bool) -> Member:
    return Member(
        id=row.id,
        student_number=row.student_number if named else None,
        name=row.name if named else None,
        class_code=row.code,
        class_name=lineage.class_label,
        school_name=lineage.names[ids_in(row.tree_path).index(row.school_id)],
        state=row.state,
        opens=named and opens,
    )
