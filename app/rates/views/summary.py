"""参保汇总表: the units of a step as an Excel file, with who submitted and reviewed them (W9, UM-15, domain §3.5)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.errors import NotFound
from app.lists.keyset import Spot
from app.orgs import queries as orgs
from app.plans import queries as plans
from app.rates import queries
from app.rates.labels import FIGURES, UNIT_STATES
from app.rates.lines import asked_plan
from app.rates.queries import units
from app.rates.rules import Figures, Status, TooManyRows, fen_in_yuan, in_export
from app.rates.sheet import MOST_ROWS, Cell, workbook
from app.rates.views.figures import XLSX, asked_node
from app.rates.views.units import asked_step
from app.web.request import actor, reading
from app.web.screens import Screen, needs

if TYPE_CHECKING:
    from app.plans.models import Plan

NUMBERS = tuple(status for status in Status if status is not Status.STOPPED)


class RateSummaryView(Screen):
    """The summary of rates as a file."""

    route_base = "/rates/summary"
    default_view = "export"

    @expose("/")
    @needs(Permission.FIGURE_READ)
    def export(self) -> Response:
        """All units of the step that the list shows, whatever page of it is open; the last row is the total."""
        node = asked_node()
        plan = asked_plan(plans.in_progress(reading(), actor()))
        step = asked_step(units.steps_of(reading(), plan)) if plan else None
        if plan is None or step is None:
            raise NotFound(what="plan")
        wanted = units.Asked(plan.id, step.position, node.path)
        if units.count_units(reading(), actor(), wanted) > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        found = units.units(reading(), actor(), wanted, spot=Spot(MOST_ROWS)).rows
        figures = queries.at_each(reading(), actor(), plan, node.path, [line.node for line in found])
        names = orgs.names_of(reading(), [line.node.path for line in found])
        rows = [_row(n, line, names[line.node.path], figures[line.node.id]) for n, line in enumerate(found, 1)]
        total = Figures.total(figures.values(), counts_stopped=plan.counts_stopped)
        rows.append(["", "", gettext("Total"), *_numbers(total), *[""] * 6])
        return _answer(plan, " / ".join(orgs.names_of(reading(), [node.path])[node.path]), rows)


def _answer(plan: Plan, place: str, rows: list[list[Cell]]) -> Response:
    headings = [
        gettext("No."),
        gettext("Place above"),
        gettext("Unit"),
        gettext("Insured rate"),
        gettext("Waiver rate"),
    ]
    headings += [*(str(FIGURES[status]) for status in NUMBERS), gettext("Amount (yuan)")]
    headings += [gettext("State"), gettext("Opinion"), gettext("Submitted by"), gettext("Submitted at")]
    headings += [gettext("Reviewed by"), gettext("Reviewed at")]
    day = clock.today(reading()).isoformat()
    answer = Response(workbook(f"{place} · {plan.name} · {day}", headings, rows), mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=rates-{day}.xlsx"
    return answer


def _row(number: int, line: units.UnitLine, names: list[str], figures: Figures) -> list[Cell]:
    last = line.submission
    signed: list[Cell] = [""] * 5
    if last is not None:
        signed = [last.opinion or "", last.submitted_name, _at(last.submitted_at)]
        signed += [last.reviewed_name or "", _at(last.reviewed_at)]
    above = names[-2] if len(names) > 1 else ""
    return [number, above, names[-1], *_numbers(figures), str(UNIT_STATES[line.state]), *signed]


def _numbers(figures: Figures) -> list[Cell]:
    counts = [figures.count(status) for status in NUMBERS]
    return [in_export(figures.rate), in_export(figures.waiver_rate), *counts, fen_in_yuan(figures.amount)]


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if moment else ""
