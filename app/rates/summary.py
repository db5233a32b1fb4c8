"""参保汇总表: the units of a step as rows of a workbook, in either language (UM-15). An extra file: page and job."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.clock import SHANGHAI
from app.lists.keyset import Spot
from app.orgs import queries as orgs
from app.plans.models import Plan
from app.rates import queries
from app.rates.queries import units
from app.rates.queries.units import Asked, UnitLine
from app.rates.rules import Figures, Status, fen_in_yuan, in_export
from app.rates.sheet import Cell

PURPOSE = "rates.summary"
"""The job that makes a large one, and the purpose of the file it keeps."""
BATCH = 1_000
STATES = {
    "open": ("未提交", "Not submitted"),
    "submitted": ("已提交", "Submitted"),
    "approved": ("审核通过", "Approved"),
    "returned": ("已退回", "Returned"),
}
TOTAL = ("合计", "Total")


@dataclass(frozen=True)
class Line:
    """A unit with its place and live figures; the last line of the table is no unit but the total."""

    number: int | str
    above: str
    name: str
    figures: Figures
    unit: UnitLine | None = None


@dataclass(frozen=True)
class Column:
    """A column: heading in both languages, and what a line has there; `word` takes the Chinese or the English."""

    zh: str
    en: str
    of: Callable[[Line, int], Cell]


def _count(status: Status) -> Callable[[Line, int], Cell]:
    return lambda line, _: line.figures.count(status)


COLUMNS = (
    Column("序号", "No.", lambda line, _: line.number),
    Column("上级单位", "Place above", lambda line, _: line.above),
    Column("单位", "Unit", lambda line, _: line.name),
    Column("参保率", "Insured rate", lambda line, _: in_export(line.figures.rate)),
    Column("弃保率", "Waiver rate", lambda line, _: in_export(line.figures.waiver_rate)),
    Column("应参保", "To be insured", _count(Status.TOTAL_ELIGIBLE)),
    Column("已参保", "Insured", _count(Status.INSURED)),
    Column("弃保", "Waived", _count(Status.WAIVED)),
    Column("待审核", "Awaiting review", _count(Status.PENDING)),
    Column("未登记", "Not registered", _count(Status.UNREGISTERED)),
    Column("停保", "Stopped", _count(Status.STOPPED)),
    Column("弃保贫困生", "Waived, in hardship", _count(Status.WAIVED_HARDSHIP)),
    Column("缴费总额（元）", "Amount (yuan)", lambda line, _: fen_in_yuan(line.figures.amount)),
    Column("状态", "State", lambda line, word: STATES[line.unit.state][word] if line.unit else ""),
    Column("审核意见", "Opinion", lambda line, _: _last(line, "opinion")),
    Column("提交人", "Submitted by", lambda line, _: _last(line, "submitted_name")),
    Column("提交时间", "Submitted at", lambda line, _: _last(line, "submitted_at")),
    Column("审核人", "Reviewed by", lambda line, _: _last(line, "reviewed_name")),
    Column("审核时间", "Reviewed at", lambda line, _: _last(line, "reviewed_at")),
)


def headings(*, chinese: bool) -> list[str]:
    """The headings of the columns."""
    return [column.zh if chinese else column.en for column in COLUMNS]


def rows(session: Session, actor: Actor, plan: Plan, asked: Asked, *, chinese: bool) -> Iterator[list[Cell]]:
    """A row for each unit that the list shows, the last one the total; read a thousand at a time."""
    word, total = 0 if chinese else 1, Figures(counts_stopped=plan.counts_stopped)
    for line in _lines(session, actor, plan, asked):
        total = Figures.total((total, line.figures), counts_stopped=plan.counts_stopped)
        yield [column.of(line, word) for column in COLUMNS]
    yield [column.of(Line("", "", TOTAL[word], total), word) for column in COLUMNS]


def _lines(session: Session, actor: Actor, plan: Plan, asked: Asked) -> Iterator[Line]:
    spot: Spot | None = Spot(BATCH)
    number = 0
    while spot is not None:
        found = units.units(session, actor, asked, spot=spot)
        figures = queries.at_each(session, actor, plan, asked.path, [line.node for line in found.rows])
        names = orgs.names_of(session, [line.node.path for line in found.rows])
        for line in found.rows:
            number += 1
            *_, above, name = ["", *names[line.node.path]]
            yield Line(number, above, name, figures[line.node.id], line)
        spot = Spot(BATCH, after=found.after) if found.after else None


def _last(line: Line, field: str) -> str:
    """What the last submission of a unit says, moments as people in China write them."""
    value = getattr(line.unit.submission, field) if line.unit and line.unit.submission else None
    return f"{value.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if isinstance(value, datetime) else value or ""
