"""Decisions taken elsewhere and brought in bulk: by an import, or by the demo.

The order of locks is that of every act on applications (`writing`): the plan, the units above the rows, the rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Boolean, Row, Text, case, func, literal, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.rules import common_path
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.clock import sql_now
from app.core.db import any_of
from app.core.errors import Invalid, NotFound, Refusal, Stale
from app.enrolment.models import Enrolment
from app.enrolment.rules import Decision
from app.enrolment.services.writing import Act, Line, account_of, locked, require_deciding, verdict
from app.enrolment.states import Choice
from app.enrolment.states import EnrolmentState as S
from app.enrolment.workflow import Event
from app.plans.models import CoverageOption
from app.plans.queries import options_of
from app.plans.units import Held, hold_units, require_open_units

DECIDED = frozenset({S.INSURED, S.WAIVED})
KINDS: Mapping[str, ChangeKind] = {
    S.DRAFT: ChangeKind.ENROLMENT_SAVED,
    S.SUBMITTED: ChangeKind.ENROLMENT_SUBMITTED,
    S.REJECTED: ChangeKind.ENROLMENT_REJECTED,
    S.STOPPED: ChangeKind.ENROLMENT_STOPPED,
}
"""What a change is called by the state brought; anything else has been entered, or corrected."""
Options = Mapping[int, CoverageOption]


def bring(
    session: Session, actor: Actor, *, plan_id: int, decisions: Sequence[Decision], reason: str | None = None
) -> int:
    """Bring decisions already taken elsewhere (an import, the demo) into a plan's rows; returns how many.

    All or nothing, in as many statements for one as for thousands. Who has not decided is entered; with a `reason`,
    what was decided otherwise is corrected. Who is insured without months named gets the plan's first option.
    Raises `NotFound` (a student without a counted row in scope), `Invalid` (decided twice, months of another plan),
    `PlanNotOpen`, `WindowNotYet`, `ReviewOver`, `UnitSubmitted`, `WrongState`, `Stale`, `OwnApplication`.
    """
    by_student = {decision.student_id: decision for decision in decisions}
    if len(by_student) != len(decisions):
        raise Invalid({"student_id": "twice"})
    if not decisions:
        return 0
    held, lines = _held_rows(session, actor, plan_id, list(by_student))
    options = options_of(session, plan_id)
    good = [(line, _whole(by_student[line.student_id], options)) for line in lines]
    _refuse_bad(session, actor, held, good, reason)
    _write(session, actor, good)
    note(session, actor, [_change(line, decision, options, reason) for line, decision in good])
    record(
        session,
        actor,
        "enrolment:bring",
        subject="enrolment",
        ids=[line.id for line in lines[:100]],
        path=common_path(line.tree_path for line in lines),
        after={"plan": plan_id, "count": len(lines)},
        reason=reason,
    )
    return len(lines)


def _held_rows(session: Session, actor: Actor, plan_id: int, students: Sequence[int]) -> tuple[Held, list[Line]]:
    """The plan and units above the counted rows of these students, then the rows, all locked; `NotFound` for one less.

    Raises what the plan and its units refuse.
    """
    found = _rows_of(session, actor, plan_id, students)
    if len(found) != len(students):
        raise NotFound(what="enrolment")
    paths = {row.tree_path for row in found}
    held = hold_units(session, plan_id, paths)
    require_deciding(held)
    require_open_units(session, held, paths)
    lines = locked(session, actor, Permission.ENROLMENT_ENTER, [row.id for row in found], plan_id)
    if len(lines) != len(students):
        raise NotFound(what="enrolment")
    return held, lines


def _rows_of(session: Session, actor: Actor, plan_id: int, students: Sequence[int]) -> Sequence[Row[int, str]]:
    """The counted rows of these students in the actor's scope: ids and places, not locked yet."""
    stmt = select(Enrolment.id, Enrolment.tree_path).where(
        Enrolment.plan_id == plan_id, Enrolment.student_id == any_of(students), Enrolment.removed_at.is_(None)
    )
    return session.execute(visible(stmt, Enrolment, actor, Permission.ENROLMENT_ENTER)).all()


def _whole(decision: Decision, options: Options) -> Decision:
    """The decision with its months; `Invalid` when they are not the plan's."""
    if decision.choice != Choice.INSURE:
        return replace(decision, coverage_option_id=None)
    option = decision.coverage_option_id or next(iter(options), None)
    if option is not None and option not in options:
        raise Invalid({"coverage_option_id": "choice"})
    return replace(decision, coverage_option_id=option)


def _refuse_bad(
    session: Session, actor: Actor, held: Held, good: Sequence[tuple[Line, Decision]], reason: str | None
) -> None:
    """Raise what forbids the first row that is not as it should be."""
    enters, corrects = (verdict(Act(event, actor), held) for event in (Event.ENTER, Event.CORRECT))
    for line, decision in good:
        refusal: Refusal | None = (corrects if _is_correction(line, reason) else enters)(line)
        if refusal is not None:
            require_open_units(session, held, [line.tree_path])  # says which unit it is
            raise refusal
        if decision.version not in {None, line.version}:
            raise Stale({}, line.version)


def _is_correction(line: Line, reason: str | None) -> bool:
    return reason is not None and line.state in DECIDED


def _write(session: Session, actor: Actor, good: Sequence[tuple[Line, Decision]]) -> None:
    """One UPDATE for the whole batch, from arrays; a correction leaves how the row was filed as it is."""
    news = _news(good)
    is_decided = news.c.state.in_([S.INSURED, S.WAIVED, S.STOPPED])
    who = account_of(actor)
    session.execute(
        everything(
            update(Enrolment)
            .where(Enrolment.id == news.c.id)
            .values(
                state=news.c.state,
                choice=news.c.choice,
                coverage_option_id=news.c.option,
                waiver_reason=news.c.waiver_reason,
                waiver_text=news.c.waiver_text,
                declared_on_paper=news.c.on_paper,
                participation_code=func.coalesce(news.c.code, Enrolment.participation_code),
                source=case((news.c.corrects, Enrolment.source), else_=news.c.source),
                submitted_at=case((news.c.corrects, Enrolment.submitted_at), (news.c.choice.is_not(None), sql_now())),
                filed_by=case((news.c.corrects, Enrolment.filed_by), else_=literal(who, BigInteger)),
                opinion=case((news.c.corrects, Enrolment.opinion)),
                decided_at=case((is_decided, sql_now())),
                decided_by=case((is_decided, literal(who, BigInteger))),
                version=Enrolment.version + 1,
            ),
            because="the rows were read and locked above within the actor's scope",
        ),
        execution_options={"synchronize_session": False},
    )


def _news(good: Sequence[tuple[Line, Decision]]) -> Any:  # noqa: ANN401  a table of its own columns
    """What the batch brings as a table: a row for each decision."""
    fields: dict[str, tuple[list[Any], Any]] = {
        "id": ([line.id for line, _ in good], BigInteger),
        "corrects": ([line.state in DECIDED for line, _ in good], Boolean),
        "state": ([d.state for _, d in good], Text),
        "choice": ([d.choice for _, d in good], Text),
        "option": ([d.coverage_option_id for _, d in good], BigInteger),
        "waiver_reason": ([d.waiver_reason for _, d in good], Text),
        "waiver_text": ([d.waiver_text for _, d in good], Text),
        "on_paper": ([_on_paper(line, d) for line, d in good], Boolean),
        "code": ([d.participation_code for _, d in good], Text),
        "source": ([d.source for _, d in good], Text),
    }
    arrays: list[Any] = [literal(values, ARRAY(kind)) for values, kind in fields.values()]
    return func.unnest(*arrays).table_valued(*fields).render_derived(name="news")


def _on_paper(line: Line, decision: Decision) -> bool:
    """Whether the signed declaration is there: it came now, or had come before."""
    return decision.choice == Choice.WAIVE and (decision.on_paper or line.declared_on_paper)


def _change(line: Line, decision: Decision, options: Options, reason: str | None) -> Change:
    entered = ChangeKind.ENROLMENT_CORRECTED if _is_correction(line, reason) else ChangeKind.ENROLMENT_ENTERED
    before, after = _said(line.state, line, options), _said(decision.state, decision, options)
    before["declared_on_paper"], after["declared_on_paper"] = line.declared_on_paper, _on_paper(line, decision)
    names = [name for name in after if before[name] != after[name]]
    return Change(
        KINDS.get(decision.state, entered),
        line.node_id,
        line.tree_path,
        "enrolment",
        line.id,
        line.name,
        person_id=line.person_id,
        before={name: before[name] for name in names},
        after={name: after[name] for name in names},
        reason=reason,
        source="import",
    )


def _said(state: str, wish: Decision | Line, options: Options) -> dict[str, Any]:
    """A row or a decision as a change record keeps it: months by what they are called."""
    option = options.get(wish.coverage_option_id or 0)
    return {
        "state": str(state),
        "choice": wish.choice,
        "coverage": option.label if option else None,
        "waiver_reason": wish.waiver_reason,
        "waiver_text": wish.waiver_text,
    }
