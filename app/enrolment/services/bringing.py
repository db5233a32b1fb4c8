"""Decisions taken elsewhere and brought in bulk: by an import, or by the demo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, Text, any_, case, func, literal, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.audit.rules import common_path
from app.audit.services import record
from app.core.clock import sql_now
from app.core.errors import Invalid, NotFound
from app.enrolment.models import Enrolment
from app.enrolment.rules import Decision
from app.enrolment.states import EnrolmentState


def bring(session: Session, actor: Actor, *, plan_id: int, decisions: Sequence[Decision]) -> int:
    """Bring decisions already taken elsewhere (an import, the demo) into a plan's rows; returns how many.

    Only undecided rows in the actor's scope are changed, in one statement; all or nothing (`NotFound` when one is not
    there, `Invalid` when one student is decided twice). Rows are locked in the order of their ids first, so that two
    batches never deadlock.
    """
    by_student = {decision.student_id: decision for decision in decisions}
    if len(by_student) != len(decisions):
        raise Invalid({"student_id": "twice"})
    rows = _undecided(session, actor, plan_id, list(by_student))
    if len(rows) != len(by_student):
        raise NotFound(what="enrolment")
    _write(session, [(row.id, by_student[row.student_id]) for row in rows])
    if rows:
        path = common_path(row.tree_path for row in rows)
        after = {"plan": plan_id, "count": len(rows)}
        record(
            session,
            actor,
            "enrolment:bring",
            subject="enrolment",
            ids=[r.id for r in rows[:100]],
            path=path,
            after=after,
        )
    return len(rows)


def _undecided(session: Session, actor: Actor, plan_id: int, students: Sequence[int]) -> Sequence[Row[int, int, str]]:
    """The counted, undecided rows of these students in the actor's scope, locked in the order of their ids."""
    stmt = (
        select(Enrolment.id, Enrolment.student_id, Enrolment.tree_path)
        .where(
            Enrolment.plan_id == plan_id,
            Enrolment.student_id == any_(literal(students, ARRAY(BigInteger))),
            Enrolment.state == EnrolmentState.UNREGISTERED,
            Enrolment.removed_at.is_(None),
        )
        .order_by(Enrolment.id)
        .with_for_update()
    )
    return session.execute(visible(stmt, Enrolment, actor, Permission.ENROLMENT_ENTER)).all()


def _write(session: Session, changes: Sequence[tuple[int, Decision]]) -> None:
    """One UPDATE for the whole batch, from arrays."""
    fields: dict[str, tuple[list[Any], Any]] = {
        "id": ([i for i, _ in changes], BigInteger),
        "state": ([d.state for _, d in changes], Text),
        "choice": ([d.choice for _, d in changes], Text),
        "waiver_reason": ([d.waiver_reason for _, d in changes], Text),
        "source": ([d.source for _, d in changes], Text),
    }
    arrays: list[Any] = [literal(values, ARRAY(kind)) for values, kind in fields.values()]
    news = func.unnest(*arrays).table_valued(*fields).render_derived(name="news")
    decided = news.c.state.in_([EnrolmentState.INSURED, EnrolmentState.WAIVED, EnrolmentState.STOPPED])
    session.execute(
        everything(
            update(Enrolment)
            .where(Enrolment.id == news.c.id)
            .values(
                state=news.c.state,
                choice=news.c.choice,
                waiver_reason=news.c.waiver_reason,
                source=news.c.source,
                submitted_at=case((news.c.choice.is_not(None), sql_now())),
                decided_at=case((decided, sql_now())),
                version=Enrolment.version + 1,
            ),
            because="the rows were read and locked above within the actor's scope",
        ),
        execution_options={"synchronize_session": False},
    )
