"""Reading enrolments within the scope: a student's, the list for the staff, one application with its history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, ColumnElement, Row, Select, and_, any_, cast, exists, func, select
from sqlalchemy.orm import Session, aliased

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, reaching, under, visible
from app.accounts.models import Account
from app.changes.models import ChangeRecord
from app.core.errors import NotFound
from app.core.stored import StoredFile
from app.enrolment.models import ApplicationEvidence, Enrolment
from app.enrolment.rules import as_family, as_step
from app.enrolment.states import EnrolmentState, Tally
from app.evidence import queries as evidence
from app.lists.keyset import Cut, Order, Spot, counted, counted_each, cut
from app.orgs import queries as orgs
from app.orgs.models import Kind, OrgNode
from app.people.models import Person
from app.plans.models import CoverageOption, Plan, PlanStep, ReportingUnit
from app.plans.rules import SHUT
from app.sheets.rules import Place
from app.students.models import Student
from app.students.queries import MOST_CLASSES, class_choices, named_like

ORDER = Order(OrgNode.sort_path, Student.student_number, Enrolment.id)
TO_REVIEW, UNDECIDED = "to_review", "undecided"
"""What a list may be asked for beside the states: what waits for the actor's own review, who has not decided."""
TALLIES = {
    EnrolmentState.UNREGISTERED: Tally.UNREGISTERED,
    EnrolmentState.DRAFT: Tally.UNREGISTERED,
    EnrolmentState.REJECTED: Tally.UNREGISTERED,
    EnrolmentState.SUBMITTED: Tally.PENDING,
    EnrolmentState.INSURED: Tally.INSURED,
    EnrolmentState.WAIVED: Tally.WAIVED,
    EnrolmentState.STOPPED: Tally.STOPPED,
}
"""The word each state is counted under while it counts: it stands in the index, the state does not."""
Line = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted:
    """What a list of applications is asked for; empty fields match everything."""

    plan_id: int
    name: str = ""
    number: str = ""
    class_name: str = ""
    state: str = ""
    choice: str = ""
    below: str | None = None
    role: str = ""
    """Whom the plan's chain names to review; wanted for the state `TO_REVIEW`."""


@dataclass(frozen=True)
class Shown:
    """An application as a list shows it; amounts in fen, `class_name` and `school_name` as this year calls them."""

    row: Line
    class_name: str
    school_name: str
    full_name: str


@dataclass(frozen=True)
class Detail:
    """One application with all that is known about it; `filed_by` and `decided_by` are names."""

    enrolment: Enrolment
    plan: Plan
    option: CoverageOption | None
    name: str
    student_number: str
    full_name: str
    filed_by: str | None
    decided_by: str | None


def of_student(session: Session, actor: Actor, student_id: int) -> Sequence[Line]:
    """A student's enrolments, the latest cover year first: plan, cover_year, state, at, removed_at."""
    at = func.coalesce(Enrolment.decided_at, Enrolment.submitted_at, Enrolment.created_at).label("at")
    stmt = (
        select(Plan.name.label("plan"), Enrolment.cover_year, Enrolment.state, at, Enrolment.removed_at, Enrolment.id)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .where(Enrolment.student_id == student_id)
        .order_by(Enrolment.cover_year.desc(), Enrolment.id.desc())
    )
    return session.execute(visible(stmt, Enrolment, actor, Permission.ENROLMENT_READ, along=(Plan,))).all()


def own(session: Session, actor: Actor) -> Sequence[Line]:
    """The counted enrolments of the actor's own persons: self, children; open plans first, then the newest."""
    stmt = (
        select(Enrolment, Plan, Person.name)
        .join(Plan, Plan.id == Enrolment.plan_id)
        .join(Person, Person.id == Enrolment.person_id)
        .where(Enrolment.removed_at.is_(None))
        .order_by((Plan.state == "open").desc(), Enrolment.cover_year.desc(), Person.name, Enrolment.id)
    )
    family = as_family(actor)
    return session.execute(visible(stmt, Enrolment, family, Permission.ENROLMENT_READ, along=(Plan, Person))).all()


def count(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many applications match, counted up to 10,001."""
    return counted(session, _matching(session, actor, select(Enrolment.id), wanted, Permission.ENROLMENT_READ))


def count_each(session: Session, actor: Actor, lists: Sequence[Wanted]) -> list[int]:
    """How many applications each of some lists shows, counted up to 10,001; one statement for all of them."""
    read = Permission.ENROLMENT_READ
    found = counted_each(session, [_matching(session, actor, select(Enrolment.id), each, read) for each in lists])
    return [each.rows for each in found]


def ids_matching(session: Session, actor: Actor, wanted: Wanted, permission: Permission) -> list[int]:
    """The ids of all applications that match, as far as the permission reaches."""
    return list(session.scalars(_matching(session, actor, select(Enrolment.id), wanted, permission)))


def ids_in_order(session: Session, actor: Actor, wanted: Wanted, permission: Permission) -> list[int]:
    """The same in the order of the list: by class and student number."""
    stmt = _matching(session, actor, _with_order(wanted), wanted, permission)
    return list(session.scalars(stmt.order_by(OrgNode.sort_path, Student.student_number, Enrolment.id)))


def page(session: Session, actor: Actor, wanted: Wanted, *, spot: Spot) -> Cut[Shown]:
    """One page of the matching applications, by class and student number: first the ids, then what is shown."""
    stmt = _matching(session, actor, _with_order(wanted), wanted, Permission.ENROLMENT_READ)
    found = cut(session, stmt, ORDER, spot)
    return found.filled(shown_of(session, actor, [row.id for row in found.rows]))


def _with_order(wanted: Wanted) -> Select[int]:
    """The ids, joined with what they are ordered by."""
    stmt = select(Enrolment.id).join(OrgNode, OrgNode.id == Enrolment.node_id)
    # where a student number is asked for, students are joined for that
    return stmt if wanted.number else stmt.join(Student, Student.id == Enrolment.student_id)


def shown_of(
    session: Session,
    actor: Actor,
    ids: Sequence[int],
    permission: Permission = Permission.ENROLMENT_READ,
) -> dict[int, Shown]:
    """What a list shows of these applications, as far as the permission reaches; two statements."""
    stmt = _columns().where(Enrolment.id.in_(ids))
    rows = session.execute(visible(stmt, Enrolment, actor, permission, along=(Student, Person))).all()
    names = orgs.names_of(session, {row.tree_path for row in rows}) if rows else {}
    return {row.id: _shown(row, names[row.tree_path]) for row in rows}


def _columns() -> Select[*tuple[Any, ...]]:
    return (
        select(
            *(getattr(Enrolment, name) for name in ("id", "version", "plan_id", "student_id", "tree_path")),
            *(getattr(Enrolment, name) for name in ("school_id", "state", "choice", "waiver_reason", "waiver_text")),
            *(getattr(Enrolment, name) for name in ("hardship", "source", "submitted_at", "decided_at", "opinion")),
            Student.student_number,
            Person.name,
            Person.sex,
            CoverageOption.label.label("coverage"),
            CoverageOption.personal_amount,
        )
        .join(Student, Student.id == Enrolment.student_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(CoverageOption, CoverageOption.id == Enrolment.coverage_option_id)
    )


def _shown(row: Line, lineage: Sequence[str]) -> Shown:
    inside = lineage[ids_in(row.tree_path).index(row.school_id) :]
    return Shown(row, lineage[-1], inside[0], " / ".join(inside))


def _matching(
    session: Session, actor: Actor, stmt: Select[*tuple[Any, ...]], wanted: Wanted, permission: Permission
) -> Select[*tuple[Any, ...]]:
    stmt = stmt.where(Enrolment.plan_id == wanted.plan_id, Enrolment.removed_at.is_(None))
    if wanted.below:
        stmt = stmt.where(under(Enrolment.tree_path, (wanted.below,)))
    if wanted.name:
        stmt = stmt.join(Person, Person.id == Enrolment.person_id).where(named_like(wanted.name))
    if wanted.number:
        stmt = stmt.join(Student, Student.id == Enrolment.student_id)
        stmt = stmt.where(Student.student_number.startswith(wanted.number, autoescape=True))
    if wanted.state:
        stmt = stmt.where(_in_state(actor, wanted))
    if wanted.choice:
        stmt = stmt.where(Enrolment.choice == wanted.choice)
    if wanted.class_name:
        stmt = stmt.where(_in_class(session, actor, wanted.class_name))
    along = (Student, Person, OrgNode, Account, ReportingUnit)
    return visible(stmt, Enrolment, actor, permission, along=along)


def _in_state(actor: Actor, wanted: Wanted) -> ColumnElement[bool]:
    """In a state, not decided yet, or waiting for the review of this actor (not by grants of other roles)."""
    if wanted.state == UNDECIDED:
        return Enrolment.tally == Tally.UNREGISTERED
    if wanted.state != TO_REVIEW:
        return and_(Enrolment.state == wanted.state, Enrolment.tally == TALLIES[EnrolmentState(wanted.state)])
    reviewer = as_step(actor, wanted.role)
    return and_(
        Enrolment.state == EnrolmentState.SUBMITTED,
        Enrolment.tally == Tally.PENDING,
        under(Enrolment.tree_path, reviewer.places(Permission.ENROLMENT_REVIEW)),
        Enrolment.person_id.not_in(actor.persons(Permission.ENROLMENT_APPLY)),
        Enrolment.filed_by.is_distinct_from(actor.user_id),
        ~exists().where(Account.id == actor.user_id, Account.person_id == Enrolment.person_id),
        ~_is_shut(),
    )


def _is_shut() -> ColumnElement[bool]:
    """Whether a unit above a row has been submitted or approved, so that nothing in it is decided."""
    above = cast(func.string_to_array(func.btrim(Enrolment.tree_path, "/"), "/"), ARRAY(BigInteger))
    shut = (ReportingUnit.state.in_(sorted(SHUT)), ReportingUnit.ended_at.is_(None))
    unit = (ReportingUnit.plan_id == Enrolment.plan_id, *shut)
    return exists().where(*unit, ReportingUnit.node_id == any_(above))


def _in_class(session: Session, actor: Actor, text: str) -> ColumnElement[bool]:
    """In a class of that number or name; where more match than are looked at, by the stored name alone."""
    meant = class_choices(session, actor, Permission.ENROLMENT_READ, text, limit=MOST_CLASSES)
    if len(meant) < MOST_CLASSES:
        return Enrolment.node_id.in_([choice.id for choice in meant])
    node = select(OrgNode.id).where(OrgNode.kind == Kind.CLASS, OrgNode.name.contains(text, autoescape=True))
    return Enrolment.node_id.in_(node)


def one(session: Session, actor: Actor, permission: Permission, *, enrolment_id: int) -> Detail:
    """One application with all its details, or `NotFound`; two statements."""
    filer, decider = aliased(Account), aliased(Account)
    stmt = (
        select(Enrolment, Plan, CoverageOption, Person.name, Student.student_number)
        .add_columns(filer.name.label("filed_by"), decider.name.label("decided_by"))
        .join(Plan, Plan.id == Enrolment.plan_id)
        .join(Student, Student.id == Enrolment.student_id)
        .join(Person, Person.id == Enrolment.person_id)
        .outerjoin(CoverageOption, CoverageOption.id == Enrolment.coverage_option_id)
        .outerjoin(filer, filer.id == Enrolment.filed_by)
        .outerjoin(decider, decider.id == Enrolment.decided_by)
        .where(Enrolment.id == enrolment_id)
    )
    along = (Plan, Student, Person, Account)
    row = session.execute(visible(stmt, Enrolment, actor, permission, along=along)).one_or_none()
    if row is None:
        raise NotFound(what="enrolment")
    found: Enrolment = row[0]
    lineage = orgs.names_of(session, [found.tree_path])[found.tree_path]
    inside = lineage[ids_in(found.tree_path).index(found.school_id) :]
    _, plan, option, name, number, filed_by, decided_by = row
    return Detail(found, plan, option, name, number, " / ".join(inside), filed_by, decided_by)


def evidence_of(session: Session, actor: Actor, permission: Permission, enrolment_id: int) -> list[evidence.Shown]:
    """The files of an application: for the family always, for the staff once it was submitted."""
    return evidence.attached(session, actor, permission, ApplicationEvidence, enrolment_id)


def evidence_chosen(session: Session, actor: Actor, enrolment_id: int, ids: Collection[int]) -> list[evidence.Shown]:
    """Of the files a family's form names: those attached already, and the own drafts."""
    return evidence.choices(session, actor, Permission.ENROLMENT_APPLY, ApplicationEvidence, enrolment_id, ids)


def evidence_file(
    session: Session, actor: Actor, permission: Permission, enrolment_id: int, file_id: int
) -> StoredFile:
    """One file of an application, or `NotFound`."""
    return evidence.opened(session, actor, permission, ApplicationEvidence, enrolment_id, file_id)


def history(session: Session, actor: Actor, enrolment_id: int) -> list[ChangeRecord]:
    """What happened to an application as far as the actor may read it, the latest first (UM-19)."""
    stmt = (
        select(ChangeRecord)
        .where(ChangeRecord.subject == "enrolment", ChangeRecord.subject_id == enrolment_id)
        .order_by(ChangeRecord.id.desc())
    )
    return list(session.scalars(visible(stmt, ChangeRecord, actor, Permission.CHANGE_READ)))


def schools_to_enter(session: Session, actor: Actor, *, code: str | None = None) -> list[Place]:
    """The schools where the actor enters decisions, wholly or for some classes; at most 200, or the one of a code."""
    stmt = select(OrgNode.id, OrgNode.code, OrgNode.name, OrgNode.path)
    stmt = stmt.where(OrgNode.kind == Kind.SCHOOL, OrgNode.closed_at.is_(None)).order_by(OrgNode.path)
    stmt = stmt.limit(MOST_CLASSES) if code is None else stmt.where(OrgNode.code == code.strip())
    # `reaching`: who keeps only classes of a school enters there as well; each row is judged by its class
    rows = session.execute(reaching(stmt, OrgNode, actor, Permission.ENROLMENT_ENTER))
    return [Place(row.id, row.code, row.name, row.path) for row in rows]


def first_role(session: Session, plan_id: int) -> str:
    """Whom the chain of a plan in scope names to review applications: who submits in its first step."""
    stmt = select(PlanStep.submit_role).where(PlanStep.plan_id == plan_id).order_by(PlanStep.position).limit(1)
    return session.scalar(stmt) or ""


def shut_rows(session: Session, rows: Sequence[Enrolment]) -> set[int]:
    """The ids of those rows in scope that stand in a submitted or approved unit, so that nothing is decided there."""
    nodes = {node_id for row in rows for node_id in ids_in(row.tree_path)}
    stmt = select(ReportingUnit.plan_id, ReportingUnit.node_id).where(
        ReportingUnit.plan_id.in_({row.plan_id for row in rows}),
        ReportingUnit.node_id.in_(nodes),
        ReportingUnit.state.in_(sorted(SHUT)),
        ReportingUnit.ended_at.is_(None),
    )
    found = session.execute(everything(stmt, because="the units above a row already in scope")).all()
    shut = {(unit.plan_id, unit.node_id) for unit in found}
    return {row.id for row in rows if any((row.plan_id, node_id) in shut for node_id in ids_in(row.tree_path))}


def stages_of(session: Session, paths: Collection[str]) -> dict[str, str | None]:
    """The stage of education at each of some places in scope: that of the nearest place above that has one."""
    ids = {node_id for path in paths for node_id in ids_in(path)}
    stmt = select(OrgNode.id, OrgNode.stage).where(OrgNode.id.in_(ids), OrgNode.stage.is_not(None))
    known = {row.id: row.stage for row in session.execute(everything(stmt, because="the places of a row in scope"))}
    return {path: next((known[i] for i in reversed(ids_in(path)) if i in known), None) for path in paths}


def lineage(session: Session, tree_path: str) -> list[tuple[str, str]]:
    """The places a row in scope stands in, from the top down: kind and the name this year calls it by."""
    stmt = select(OrgNode.id, OrgNode.kind).where(OrgNode.id.in_(ids_in(tree_path)))
    kinds = {row.id: row.kind for row in session.execute(everything(stmt, because="the places of a row in scope"))}
    names = orgs.names_of(session, [tree_path])[tree_path]
    return [(kinds[each], name) for each, name in zip(ids_in(tree_path), names, strict=True)]


def plan_of(session: Session, actor: Actor, *, enrolment_id: int) -> Plan:
    """The plan an application in scope stands in, or `NotFound`."""
    stmt = select(Plan).join(Enrolment, Enrolment.plan_id == Plan.id).where(Enrolment.id == enrolment_id)
    found = session.scalars(visible(stmt, Enrolment, actor, Permission.ENROLMENT_READ, along=(Plan,))).one_or_none()
    if found is None:
        raise NotFound(what="enrolment")
    return found
