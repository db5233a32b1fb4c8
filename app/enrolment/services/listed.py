"""Insured lists against the applications of a plan: whom a row is about, writing what it says, taking that back.

Everything is written by `bring`, so a list keeps to the rules of every other decision. The applications as they were
are kept with the rows of the import; they come back while nothing later depends on them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, Row, Select, Text, any_, func, literal, select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor, ids_in
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.accounts.models import Account
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.db import any_of
from app.core.errors import NotFound, Refusal, Stale
from app.core.workflow import WrongState
from app.enrolment.models import Enrolment
from app.enrolment.rules import CountedNoMore, Decision, MovedMeanwhile
from app.enrolment.services.bringing import bring
from app.enrolment.services.writing import locked, require_deciding, require_open
from app.enrolment.states import EnrolmentState
from app.people.models import Person
from app.plans.models import Plan, ReportingUnit
from app.plans.queries import find
from app.plans.rules import SHUT
from app.plans.states import PlanState
from app.plans.units import hold_units
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import Blocker, Place, RollChanged, UndoBlocked
from app.students.models import Student

ENTER = Permission.ENROLMENT_ENTER
AT_ONCE = 5_000
OF_BATCH = "rows of a batch in scope, and the applications they are about, found in scope"
WRITTEN = (
    *("name", "student_id", "version", "state", "choice", "option_id"),
    *("waiver_reason", "waiver_text", "on_paper", "participation_code"),
)
"""What the rows of a batch hold of the decisions they bring; older ones lack the last two."""
CHANGED_SINCE = (NotFound, Stale, WrongState, MovedMeanwhile, CountedNoMore)
"""What `bring` says when an application is not what it was when the list was checked."""
REMEMBER = """
    UPDATE import_row AS line SET undo = to_jsonb(enrolment)
      FROM enrolment
     WHERE line.batch_id = :batch AND line.verdict IN ('new', 'changed') AND enrolment.id = line.subject_id
"""
RESTORE = """
    UPDATE enrolment
       SET state = old.state, choice = old.choice, coverage_option_id = old.coverage_option_id,
           waiver_reason = old.waiver_reason, waiver_text = old.waiver_text, source = old.source,
           submitted_at = old.submitted_at, filed_by = old.filed_by, decided_at = old.decided_at,
           decided_by = old.decided_by, opinion = old.opinion, participation_code = old.participation_code,
           declared_on_paper = coalesce(old.declared_on_paper, false), version = enrolment.version + 1
      FROM import_row AS line
     CROSS JOIN LATERAL jsonb_populate_record(NULL::enrolment, line.undo) AS old
     WHERE line.batch_id = :batch AND line.undo IS NOT NULL AND enrolment.id = line.subject_id
"""
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Numbers:
    """The numbers a file names people by: digests of certificate numbers, and student numbers."""

    digests: Sequence[bytes]
    student_numbers: Sequence[str]


@dataclass(frozen=True)
class Known:
    """What the rows of a file are compared with, read before the first one is judged.

    `rows` are the applications of the plan, `others` who is on the roll of the school without one there: each by
    digest and by student number. `insured_elsewhere` are persons insured in another plan of the product and year.
    """

    rows: Mapping[bytes | str, Found]
    others: Mapping[bytes | str, Found]
    insured_elsewhere: frozenset[int]
    shut: frozenset[int]
    """Nodes whose unit has submitted."""


def why_closed(session: Session, plan: Plan) -> Refusal | None:
    """Why nothing can be decided in a plan in scope now, or None."""
    try:
        require_deciding(hold_units(session, plan.id, ()))
    except Refusal as refusal:
        return refusal
    return None


def known(session: Session, actor: Actor, plan: Plan, place: Place, numbers: Numbers) -> Known:
    """Read whom the numbers of a file mean: within a school, as far as the actor may enter decisions."""
    rows, others = _by_number(session, actor, place, numbers, plan), _by_number(session, actor, place, numbers, None)
    persons = {row.person_id for row in others.values()} - {row.person_id for row in rows.values()}
    nodes = {node for row in rows.values() for node in ids_in(row.tree_path)}
    return Known(rows, others, _insured_elsewhere(session, plan, persons), shut_nodes(session, plan.id, nodes))


def _by_number(
    session: Session, actor: Actor, place: Place, numbers: Numbers, plan: Plan | None
) -> dict[bytes | str, Found]:
    found: dict[bytes | str, Found] = {}
    for column, kind, asked in (
        (Person.number_digest, LargeBinary, numbers.digests),
        (Student.student_number, Text, numbers.student_numbers),
    ):
        for start in range(0, len(asked), AT_ONCE):
            some = any_(literal(list(asked[start : start + AT_ONCE]), ARRAY(kind)))
            stmt = _of_plan(actor, plan) if plan else _of_roll()
            table = Enrolment if plan else Student
            stmt = stmt.where(column == some, table.school_id == place.id)
            along = (Person, Student) if plan else (Person,)
            for row in session.execute(visible(stmt, table, actor, ENTER, along=along)):
                found[getattr(row, column.key)] = row
    return found


def _of_plan(actor: Actor, plan: Plan) -> Select[*tuple[Any, ...]]:
    """The counted applications of a plan with their students."""
    mine = select(Account.person_id).where(Account.id == actor.user_id)
    mine = everything(mine, because="the actor's own person, about whom the actor decides nothing")
    names = (
        *("version", "state", "coverage_option_id", "waiver_reason", "waiver_text", "tree_path", "person_id"),
        "declared_on_paper",
    )
    return (
        select(
            Enrolment.id,
            *(getattr(Enrolment, name) for name in names),
            Enrolment.student_id,
            Person.name,
            Person.number_digest,
            Student.student_number,
            mine.scalar_subquery().label("own_person"),
        )
        .join(Person, Person.id == Enrolment.person_id)
        .join(Student, Student.id == Enrolment.student_id)
        .where(Enrolment.plan_id == plan.id, Enrolment.removed_at.is_(None))
    )


def _of_roll() -> Select[*tuple[Any, ...]]:
    """Who has an open record, with or without an application."""
    return (
        select(Student.id, Student.student_number, Student.person_id, Student.tree_path, Person.name)
        .add_columns(Person.number_digest)
        .join(Person, Person.id == Student.person_id)
        .where(Student.closed_on.is_(None))
    )


def _insured_elsewhere(session: Session, plan: Plan, persons: Collection[int]) -> frozenset[int]:
    stmt = select(Enrolment.person_id).where(
        Enrolment.person_id == any_of(persons),
        Enrolment.product == plan.product,
        Enrolment.cover_year == plan.cover_year,
        Enrolment.state == EnrolmentState.INSURED,
        Enrolment.removed_at.is_(None),
    )
    because = "a person is insured once in a product and year; of where nothing is said"
    return frozenset(session.scalars(everything(stmt, because=because)))


def shut_nodes(session: Session, plan_id: int, nodes: Collection[int]) -> frozenset[int]:
    """Those of some nodes whose reporting unit has submitted its rate, or had it approved."""
    stmt = (
        select(ReportingUnit.node_id)
        .where(ReportingUnit.plan_id == plan_id, ReportingUnit.node_id == any_of(nodes), ReportingUnit.state.in_(SHUT))
        .where(ReportingUnit.ended_at.is_(None))
    )
    return frozenset(session.scalars(everything(stmt, because="the units above applications in scope")))


def apply(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Write the new and changed rows of a batch; raises `RollChanged`, and what `bring` refuses."""
    plan = find(session, actor, code=batch.target)
    rows = session.execute(_rows_of(actor, batch)).all()
    _run(session, REMEMBER, batch)
    try:
        bring(session, actor, plan_id=plan.id, decisions=[_decision(row) for row in rows], reason=batch.file_name)
    except CHANGED_SINCE as error:
        raise RollChanged(count=_changed_since(session, rows)) from error


def _rows_of(actor: Actor, batch: ImportBatch) -> Select[*tuple[Any, ...]]:
    """The rows that write something; of what they hold only what is asked for here, for a list may be long."""
    fields = (ImportRow.data[name].label(name) for name in WRITTEN)
    stmt = select(ImportRow.n, ImportRow.subject_id, *fields, ImportRow.undo["version"].label("version_before"))
    stmt = stmt.where(ImportRow.batch_id == batch.id, ImportRow.verdict.in_(["new", "changed"])).order_by(ImportRow.n)
    return visible(stmt, ImportRow, actor, ENTER)


def _decision(row: Found) -> Decision:
    return Decision(
        row.student_id,
        row.state,
        row.choice,
        row.waiver_reason,
        coverage_option_id=row.option_id,
        waiver_text=row.waiver_text,
        version=row.version,
        on_paper=bool(row.on_paper),
        participation_code=row.participation_code,
    )


def _changed_since(session: Session, rows: Sequence[Found]) -> int:
    stmt = select(Enrolment.id, Enrolment.version).where(Enrolment.id == any_of([row.subject_id for row in rows]))
    now = {row.id: row.version for row in session.execute(everything(stmt, because=OF_BATCH))}
    differing = [row.subject_id for row in rows if now.get(row.subject_id) != row.version]
    return max(1, len(differing))


def blockers(session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
    """The applications that were decided anew since, or that nothing can be decided about any more."""
    plan = find(session, actor, code=batch.target)
    rows = session.execute(_rows_of(actor, batch)).all()
    stmt = select(Enrolment.id, Enrolment.version, Enrolment.tree_path, Enrolment.removed_at)
    stmt = stmt.where(Enrolment.id == any_of([row.subject_id for row in rows]))
    now = {row.id: row for row in session.execute(visible(stmt, Enrolment, actor, ENTER))}
    nodes = {node for row in now.values() for node in ids_in(row.tree_path)}
    shut = shut_nodes(session, plan.id, nodes)
    judged = [(row, _code(row, now.get(row.subject_id), plan, shut)) for row in rows]
    return [Blocker(row.subject_id, row.name, code, row.n) for row, code in judged if code]


def _code(row: Found, now: Found | None, plan: Plan, shut: frozenset[int]) -> str | None:
    if now is None:
        return "undo_moved"
    if plan.state != PlanState.OPEN:
        return "undo_plan_closed"
    if not shut.isdisjoint(ids_in(now.tree_path)):
        return "undo_unit_submitted"
    is_same = row.version_before is not None and now.version == row.version_before + 1 and now.removed_at is None
    return None if is_same else "undo_decided_since"


def undo(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Give the applications of a batch what they said before; raises `UndoBlocked`, `PlanNotOpen`."""
    plan = find(session, actor, code=batch.target)
    ids = [row.subject_id for row in session.execute(_rows_of(actor, batch))]
    paths = select(Enrolment.tree_path).where(Enrolment.id == any_of(ids)).distinct()
    held = hold_units(session, plan.id, set(session.scalars(visible(paths, Enrolment, actor, ENTER))))
    require_open(held)
    lines = locked(session, actor, ENTER, ids, plan.id)
    if found := blockers(session, actor, batch):
        raise UndoBlocked(count=len(found))
    before = _states_before(session, batch)
    _run(session, RESTORE, batch)
    kind = ChangeKind.IMPORT_UNDONE
    note(
        session,
        actor,
        [
            Change(
                kind,
                line.node_id,
                line.tree_path,
                "enrolment",
                line.id,
                line.name,
                person_id=line.person_id,
                before={"state": line.state},
                after={"state": before[line.id]},
                reason=batch.file_name,
                source="import",
            )
            for line in lines
        ],
    )


def _states_before(session: Session, batch: ImportBatch) -> dict[int, str]:
    state = func.jsonb_extract_path_text(ImportRow.undo, "state")
    stmt = select(ImportRow.subject_id, state).where(ImportRow.batch_id == batch.id, ImportRow.undo.is_not(None))
    return {row[0]: row[1] for row in session.execute(everything(stmt, because=OF_BATCH))}


def _run(session: Session, statement: str, batch: ImportBatch) -> None:
    session.execute(
        everything(text(statement), because=OF_BATCH),
        {"batch": batch.id},
        execution_options={"synchronize_session": False},
    )
