"""Figures of a node and its children, now or as a day ended, and the list behind each figure (W8, M14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.actor import ids_in
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import Invalid, NotFound
from app.enrolment.labels import STATES
from app.lists.paging import paging
from app.orgs import queries as orgs
from app.orgs.labels import KINDS
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan
from app.rates import queries
from app.rates.labels import FIGURES
from app.rates.lines import asked_plan, figure_row, plan_choices
from app.rates.rules import Figures, Status, in_export, on_screen
from app.rates.services import note_export
from app.rates.sheet import workbook
from app.web.request import actor, reading, write
from app.web.screens import Screen, day_argument, needs

MOST_BARS = 30
"""Bars a chart has at most; the table beside it has every place."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class FigureView(Screen):
    """学平险数据统计 and 参保率: every number opens its list, every place the places below it."""

    route_base = "/figures"
    default_view = "figures"

    @expose("/")
    @needs(Permission.FIGURE_READ)
    def figures(self) -> str:
        """The figures of a node (?node=, else the own place) in a plan (?plan=), now or as a day ended (?day=)."""
        asked = _asked_figures()
        plan, node, shown = asked.plan, asked.node, asked.place
        return self.page(
            "rates/figures.html",
            plan=plan,
            plans=plan_choices(asked.choices, plan, "FigureView.figures", node=node.code),
            node={"name": shown.name, "full_name": shown.full_name, "kind_label": KINDS[shown.kind]},
            rows=[_line(plan, row.place, row.figures, asked.day) for row in asked.rows if plan],
            total=_line(plan, shown, asked.total, asked.day, leads=False) if plan and asked.total else None,
            chart=_chart(asked),
            most_bars=MOST_BARS,
            counts_stopped=bool(plan and plan.counts_stopped),
            crumbs=_crumbs(plan, node) if plan else [],
            code=node.code,
            day=asked.day,
            today=clock.today(reading()),
        )

    @expose("/export")
    @needs(Permission.FIGURE_READ)
    def export(self) -> Response:
        """What the page shows, as an Excel file (rates of nothing are 0.00%)."""
        asked = _asked_figures()
        if asked.plan is None or asked.total is None:
            raise NotFound(what="plan")
        day = asked.day or clock.today(reading())
        title = f"{asked.place.full_name} · {asked.plan.name} · {day.isoformat()}"
        hidden = {Status.NOT_INSURED} if asked.plan.counts_stopped else {Status.NOT_INSURED, Status.STOPPED}
        shown = [status for status in Status if status not in hidden]
        headings = [gettext("Place"), *(str(FIGURES[status]) for status in shown), gettext("Insured rate")]
        headings += [gettext("Waiver rate")]
        pairs = [*((row.place.name, row.figures) for row in asked.rows), (gettext("Total"), asked.total)]
        rows = [
            [name, *(each.count(status) for status in shown), in_export(each.rate), in_export(each.waiver_rate)]
            for name, each in pairs
        ]
        data, plan_id = workbook(title, headings, rows), asked.plan.id
        write(lambda session: note_export(session, actor(), plan_id=plan_id, path=asked.node.path, count=len(rows)))
        answer = Response(data, mimetype=XLSX)
        answer.headers["Content-Disposition"] = f"attachment; filename=figures-{day.isoformat()}.xlsx"
        return answer

    @expose("/people")
    @needs(Permission.FIGURE_READ)
    def people(self) -> str:
        """The people behind one figure: as many rows as it says."""
        node = asked_node()
        plan = asked_plan(plans.in_progress(reading(), actor()))
        status = asked_status()
        if plan is None:
            raise NotFound(what="plan")
        asked = paging("people")
        total = queries.at(reading(), actor(), plan, node).count(status)
        members = queries.people_page(reading(), actor(), plan, node, status, spot=asked.spot)
        shown = orgs.describe(reading(), [node])[0]
        return self.page(
            "rates/people.html",
            plan=plan,
            node={"name": shown.name, "full_name": shown.full_name},
            status_label=FIGURES[status],
            names_shown=_are_named(members.rows, node),
            rows=[_person(member) for member in members.rows],
            page=asked.shown(total, members, is_exact=True),
            with_school=shown.school_id is None,
            crumbs=_crumbs(plan, node, with_own=True),
        )


def _person(member: queries.Member) -> dict[str, Any]:
    """A line of the list; the name leads to the application, where what is missing is put right."""
    line = {**vars(member), "state_label": STATES[member.state]}
    if member.opens:
        line["name_href"] = url_for("ApplicationPageView.show", enrolment_id=member.id)
    return line


@dataclass(frozen=True)
class AskedFigures:
    """What the statistics are asked for, and the answer: the node's own figures and those right below it."""

    node: OrgNode
    place: orgs.Place
    choices: list[Plan]
    plan: Plan | None
    day: date | None
    total: Figures | None
    rows: list[queries.Row]


def _asked_figures() -> AskedFigures:
    node = asked_node()
    choices = plans.in_progress(reading(), actor())
    plan, day = asked_plan(choices), _asked_day()
    place = orgs.describe(reading(), [node])[0]
    if plan is None:
        return AskedFigures(node, place, choices, None, day, None, [])
    if day is not None:
        total, rows = queries.on_day(reading(), actor(), plan, node, day)
        return AskedFigures(node, place, choices, plan, day, total, rows)
    total, rows = queries.at_and_below(reading(), actor(), plan, node)
    return AskedFigures(node, place, choices, plan, None, total, rows)


def _chart(asked: AskedFigures) -> dict[str, Any] | None:
    """The rates of the places below as bars, the lowest first, with a line at that of the whole; None for one bar."""
    known = [row for row in asked.rows if row.figures.rate is not None]
    if asked.total is None or len(known) <= 1:
        return None
    lowest = sorted(known, key=lambda row: (row.figures.rate or 0, row.place.name))[:MOST_BARS]
    bars = [
        {"name": row.place.name, "rate": row.figures.rate, "rate_text": on_screen(row.figures.rate)} for row in lowest
    ]
    return {
        "bars": bars,
        "mark": asked.total.rate,
        "mark_text": on_screen(asked.total.rate),
        "is_cut": len(known) > MOST_BARS,
    }


def _asked_day() -> date | None:
    """The past day of ?day=2026-11-21, None for today (figures are then those of this instant), or `Invalid`."""
    day, today = day_argument("day"), clock.today(reading())
    if day is not None and day > today:
        raise Invalid({"day": "day_to_come"})
    return None if day == today else day


def _line(plan: Plan, place: orgs.Place, figures: Figures, day: date | None, *, leads: bool = True) -> dict[str, Any]:
    """A line of figures; on a past day its numbers open no lists, because lists are of today."""
    row = figure_row(plan, place, figures, leads=leads)
    row["waiver_rate_text"] = on_screen(figures.waiver_rate)
    if day is None:
        return row
    row = {key: value for key, value in row.items() if not key.endswith("_href")}
    if leads:
        row["name_href"] = url_for("FigureView.figures", plan=plan.code, node=place.code, day=day.isoformat())
    return row


def _are_named(members: Sequence[queries.Member], node: OrgNode) -> bool:
    """Whether the list may name people: by the place, or row by row for who keeps some classes of it."""
    return actor().covers(Permission.FIGURE_NAMES, node.path) or any(member.name is not None for member in members)


def asked_node() -> OrgNode:
    """The node of ?node=, else where the actor's own scope for figures begins; `NotFound` outside it."""
    code = request.args.get("node")
    if code:
        return queries.place(reading(), actor(), code=code)
    return queries.own_place(reading(), actor())


def asked_status() -> Status:
    """The figure of ?status=, or `Invalid`."""
    try:
        return Status(request.args.get("status", ""))
    except ValueError as error:
        raise Invalid({"status": "choice"}) from error


def _crumbs(plan: Plan, node: OrgNode, *, with_own: bool = False) -> list[dict[str, Any]]:
    """The nodes above with their own figures, as far as the actor may read those."""
    above = [i for i in ids_in(node.path) if with_own or i != node.id]
    names = orgs.names_of(reading(), [node.path])[node.path]
    labels = dict(zip(ids_in(node.path), names, strict=True))
    readable = queries.readable_codes(reading(), actor(), above)
    return [
        {"label": labels[i], "href": url_for("FigureView.figures", plan=plan.code, node=readable[i])}
        for i in above
        if i in readable
    ]
