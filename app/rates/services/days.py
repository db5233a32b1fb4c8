"""Writing down each class's figures at the end of each day, so that any past day can be asked."""

from __future__ import annotations

from datetime import date, datetime, time

from sqlalchemy import and_, delete, literal, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.core.clock import SHANGHAI
from app.enrolment.models import Enrolment
from app.plans.models import Plan
from app.plans.states import PlanState
from app.rates.models import FigureDay
from app.rates.queries.recount import counts

EVERY_CLASS = "the nightly figures are those of all classes"
COLUMNS = ["plan_id", "node_id", "day", "insured", "waived", "pending", "unregistered", "stopped", "waived_hardship"]


def write_figure_day(session: Session, day: date) -> int:
    """Write the figures of every class in every plan that was open on a day in China; returns how many classes.

    A plan closed on that day is written as it was closed: its later days are asked from there.

    Writing a day again replaces all that stood there, so the job may run twice: a class that nobody is counted in any
    more has no figures of that day any more.
    """
    begun = datetime.combine(day, time(), SHANGHAI)
    is_counted = or_(Plan.state == PlanState.OPEN, Plan.closed_at >= begun)
    being_counted = select(Plan.id).where(is_counted)
    written = delete(FigureDay).where(FigureDay.day == day, FigureDay.plan_id.in_(being_counted))
    session.execute(everything(written, because=EVERY_CLASS), execution_options={"synchronize_session": False})
    counted = (
        select(Enrolment.plan_id, Enrolment.node_id, literal(day), *counts())
        .join(Plan, and_(Plan.id == Enrolment.plan_id, is_counted))
        .where(Enrolment.tally.is_not(None))
        .group_by(Enrolment.plan_id, Enrolment.node_id)
        .order_by(Enrolment.plan_id, Enrolment.node_id)
    )
    stmt = insert(FigureDay).from_select(COLUMNS, counted)
    replaced = stmt.on_conflict_do_update(
        index_elements=[FigureDay.plan_id, FigureDay.node_id, FigureDay.day],
        set_={name: stmt.excluded[name] for name in COLUMNS[3:]},
    ).returning(FigureDay.node_id)
    return len(session.execute(everything(replaced, because=EVERY_CLASS)).all())
