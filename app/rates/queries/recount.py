"""The definition of every figure: one GROUP BY over enrolments. What is kept in counters is compared with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Row,
    Select,
    Subquery,
    and_,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from app.access.scope import everything
from app.enrolment.models import Enrolment, Tally
from app.orgs.models import OrgNode
from app.plans.models import CoverageOption, Plan
from app.rates.models import SUMS, PlanClassFigure, PlanFigureDelta, PlanSchoolFigure

BECAUSE = "a recount looks at every figure there is"
Table = type[PlanClassFigure] | type[PlanSchoolFigure]
Summed = Table | type[PlanFigureDelta]


@dataclass(frozen=True)
class Difference:
    """A class or school whose kept figures are not what the enrolments say."""

    level: str
    plan: str
    node: str
    kept: dict[str, int]
    counted: dict[str, int]


def counts() -> tuple[ColumnElement[Any], ...]:
    """One count per figure over enrolment rows, in the order of `Figures`."""
    hard = func.count().filter(Enrolment.tally == Tally.WAIVED, Enrolment.hardship)
    return (
        *(func.count().filter(Enrolment.tally == tally).label(tally.value) for tally in Tally),
        hard.label("waived_hardship"),
    )


def amount() -> ColumnElement[int]:
    """What the insured pay by their coverage options, in fen; wants `CoverageOption` joined from the outside."""
    paid = func.sum(CoverageOption.personal_amount).filter(Enrolment.tally == Tally.INSURED)
    return cast(func.coalesce(paid, 0), BigInteger).label("amount")


def eligible(plan_id: int) -> ColumnElement[bool]:
    """Whether a row is one of those to be insured: counted, and not stopped unless the plan counts who stopped.

    Wants `Plan` marked in the statement it stands in.
    """
    counts_stopped = select(Plan.counts_stopped).where(Plan.id == plan_id).scalar_subquery()
    words = [tally for tally in Tally if tally is not Tally.STOPPED]
    return or_(Enrolment.tally.in_(words), and_(Enrolment.tally == Tally.STOPPED, counts_stopped))


def differences(session: Session) -> list[Difference]:
    """Every class and school whose figure and differences together are not what a count says; one statement each."""
    return [
        Difference(
            level=level,
            plan=row.plan,
            node=row.node,
            kept={name: getattr(row, f"kept_{name}") for name in SUMS},
            counted={name: getattr(row, f"counted_{name}") for name in SUMS},
        )
        for level, table in (("class", PlanClassFigure), ("school", PlanSchoolFigure))
        for row in _compared(session, table)
    ]


def how_many(session: Session) -> int:
    """How many counters of classes and schools are kept."""
    stmt = select(
        select(func.count()).select_from(PlanClassFigure).scalar_subquery()
        + select(func.count()).select_from(PlanSchoolFigure).scalar_subquery()
    )
    count: int = session.execute(everything(stmt, because=BECAUSE)).scalar_one()
    return count


def balance(table: Table) -> Subquery:
    """For each plan and class (or school): what the figure must be so that with the differences it is the count.

    Columns `plan_id`, `node_id`, then `counted_…`, `waiting_…` (differences not yet added), `kept_…` (the figure).
    """
    parts = union_all(_counted(table), _waiting(table), _kept(table)).subquery("parts")
    sums = [
        cast(func.sum(parts.c[name]).filter(parts.c.source == source), BigInteger)
        for source in ("counted", "waiting", "kept")
        for name in SUMS
    ]
    labels = [f"{source}_{name}" for source in ("counted", "waiting", "kept") for name in SUMS]
    columns = [func.coalesce(value, 0).label(label) for value, label in zip(sums, labels, strict=True)]
    return select(parts.c.plan_id, parts.c.node_id, *columns).group_by(parts.c.plan_id, parts.c.node_id).subquery()


def is_off(found: Subquery) -> ColumnElement[bool]:
    """Whether what is kept and what waits do not add up to what was counted."""
    return or_(*(found.c[f"kept_{n}"] + found.c[f"waiting_{n}"] != found.c[f"counted_{n}"] for n in SUMS))


def _compared(session: Session, table: Table) -> Sequence[Row[*tuple[Any, ...]]]:
    found = balance(table)
    with_waiting = [(found.c[f"kept_{name}"] + found.c[f"waiting_{name}"]).label(f"kept_{name}") for name in SUMS]
    counted = [found.c[f"counted_{name}"] for name in SUMS]
    plan, node = func.coalesce(Plan.code, "").label("plan"), func.coalesce(OrgNode.code, "").label("node")
    stmt = (
        select(plan, node, *with_waiting, *counted)
        .select_from(found)
        .outerjoin(Plan, Plan.id == found.c.plan_id)
        .outerjoin(OrgNode, OrgNode.id == found.c.node_id)
        .where(is_off(found))
        .order_by(found.c.plan_id, found.c.node_id)
    )
    return session.execute(everything(stmt, because=BECAUSE)).all()


def _counted(table: Table) -> Select[*tuple[Any, ...]]:
    node = _node_of(table, Enrolment)
    return (
        select(literal("counted").label("source"), Enrolment.plan_id, node.label("node_id"), *counts(), amount())
        .outerjoin(CoverageOption, CoverageOption.id == Enrolment.coverage_option_id)
        .where(Enrolment.tally.is_not(None))
        .group_by(Enrolment.plan_id, node)
    )


def _waiting(table: Table) -> Select[*tuple[Any, ...]]:
    node = _node_of(table, PlanFigureDelta)
    return select(literal("waiting"), PlanFigureDelta.plan_id, node, *_columns(PlanFigureDelta))


def _kept(table: Table) -> Select[*tuple[Any, ...]]:
    return select(literal("kept"), table.plan_id, table.node_id, *_columns(table))


def _columns(table: Summed) -> list[InstrumentedAttribute[int]]:
    return [getattr(table, name) for name in SUMS]


def _node_of(table: Table, rows: type[Enrolment | PlanFigureDelta]) -> InstrumentedAttribute[int]:
    return rows.school_id if table is PlanSchoolFigure else rows.node_id
