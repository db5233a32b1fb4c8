"""Live figures, and the list behind each. A figure and its list share one condition, so they cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, under, visible
from app.core.errors import NotFound
from app.enrolment.models import Enrolment, Tally
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.people.models import Person
from app.plans.models import Plan
from app.rates.rules import Figures, Status
from app.students.models import Student

COUNTED = tuple(Tally)


@dataclass(frozen=True)
class Row:
    """A place with its figures."""

    place: orgs.Place
    figures: Figures


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


def place(session: Session, actor: Actor, *, code: str) -> OrgNode:
    """The node of a code whose figures the actor may read, or `NotFound`.

    That is a node in the actor's scope, or the school of the actor's own class set (only its classes are counted).
    """
    stmt = select(OrgNode).where(OrgNode.code == code, _readable(actor))
    node = session.scalars(
        everything(stmt, because="the condition is the actor's places for figures, and the anchor of a class set"),
    ).one_or_none()
    if node is None:
        raise NotFound(what="node")
    return node


def own_place(session: Session, actor: Actor) -> OrgNode:
    """Where the actor's figures begin: the home place when it is readable, else the first readable node."""
    stmt = select(OrgNode).where(_readable(actor))
    stmt = stmt.order_by((OrgNode.path == actor.home_path).desc(), func.length(OrgNode.path), OrgNode.path).limit(1)
    node = session.scalars(everything(stmt, because="the condition is the actor's places for figures")).one_or_none()
    if node is None:
        raise NotFound(what="node")
    return node


def readable_codes(session: Session, actor: Actor, ids: Sequence[int]) -> dict[int, str]:
    """The codes of those nodes whose figures the actor may read."""
    stmt = select(OrgNode.id, OrgNode.code).where(OrgNode.id.in_(ids), _readable(actor))
    because = "the condition is the actor's places for figures"
    return {row.id: row.code for row in session.execute(everything(stmt, because=because))}


def _readable(actor: Actor) -> ColumnElement[bool]:
    anchors = [g.anchor for g in actor.grants if g.anchor and Permission.FIGURE_READ in g.permissions]
    return or_(under(OrgNode.path, actor.places(Permission.FIGURE_READ)), OrgNode.path.in_(anchors))


def counts() -> tuple[ColumnElement[Any], ...]:
    """One count per figure over enrolment rows, in the order of `Figures`."""
    hard = func.count().filter(Enrolment.tally == Tally.WAIVED, Enrolment.hardship)
    return (
        *(func.count().filter(Enrolment.tally == tally).label(tally.value) for tally in COUNTED),
        hard.label("hard"),
    )


def at(session: Session, actor: Actor, plan: Plan, node: OrgNode) -> Figures:
    """The figures of a plan at a node."""
    stmt = select(*counts()).select_from(Enrolment).where(Enrolment.plan_id == plan.id, _below(node))
    return _figures(session.execute(visible(stmt, Enrolment, actor, Permission.FIGURE_READ)).one(), plan)


def by_child(session: Session, actor: Actor, plan: Plan, node: OrgNode) -> list[Row]:
    """The figures of a plan at each node right below one, in their order; one LATERAL range per child."""
    wanted = _children(session, actor, node)
    inside = and_(
        Enrolment.plan_id == plan.id,
        Enrolment.tree_path >= OrgNode.path,
        Enrolment.tree_path < func.left(OrgNode.path, -1).concat("0"),
    )
    inner = visible(select(*counts()).select_from(Enrolment).where(inside), Enrolment, actor, Permission.FIGURE_READ)
    figures = inner.lateral("figures")
    stmt = select(OrgNode.id, figures).join(figures, true()).where(OrgNode.id.in_([child.id for child in wanted]))
    scoped = visible(stmt, OrgNode, actor, Permission.FIGURE_READ)
    found = {row[0]: _figures(row[1:], plan) for row in session.execute(scoped)}
    return [Row(shown, found[shown.id]) for shown in orgs.describe(session, wanted)]


def _children(session: Session, actor: Actor, node: OrgNode) -> list[OrgNode]:
    if actor.covers(Permission.FIGURE_READ, node.path):
        stmt = select(OrgNode).where(OrgNode.parent_id == node.id)
    else:
        tops = [ids_in(p)[-1] for p in actor.places(Permission.FIGURE_READ) if p.startswith(node.path)]
        stmt = select(OrgNode).where(OrgNode.id.in_(tops))
    ordered = stmt.order_by(OrgNode.sort, OrgNode.path)
    return list(session.scalars(visible(ordered, OrgNode, actor, Permission.FIGURE_READ)))


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
    return and_(Enrolment.plan_id == plan.id, _below(node), matching)


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


def _below(node: OrgNode) -> ColumnElement[bool]:
    return under(Enrolment.tree_path, (node.path,))


def _figures(row: Any, plan: Plan) -> Figures:
    insured, waived, pending, unregistered, stopped, waived_hardship = (int(value) for value in row)
    return Figures(
        insured=insured,
        waived=waived,
        pending=pending,
        unregistered=unregistered,
        stopped=stopped,
        waived_hardship=waived_hardship,
        counts_stopped=plan.counts_stopped,
    )
