"""Figures of a node and its children, and the list behind each figure (W7, W8, M14)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose

from app.access.actor import ids_in
from app.access.permissions import Permission
from app.core.errors import Invalid, NotFound
from app.lists.paging import paging
from app.orgs import queries as orgs
from app.orgs.labels import KINDS
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan
from app.rates import queries
from app.rates.labels import FIGURES, STATES
from app.rates.lines import asked_plan, figure_row, plan_choices
from app.rates.rules import Status
from app.web.request import actor, reading
from app.web.screens import Screen, needs


class FigureView(Screen):
    """学平险数据统计 and 参保率: every number opens its list, every place the places below it."""

    route_base = "/figures"
    default_view = "figures"

    @expose("/")
    @needs(Permission.FIGURE_READ)
    def figures(self) -> str:
        """The figures of a node (?node=CODE, else the own place) in a plan (?plan=CODE, else the newest)."""
        node = asked_node()
        choices = plans.in_progress(reading(), actor())
        plan = asked_plan(choices)
        shown = orgs.describe(reading(), [node])[0]
        total = queries.at(reading(), actor(), plan, node) if plan else None
        rows = queries.by_child(reading(), actor(), plan, node) if plan else []
        return self.page(
            "rates/figures.html",
            plan=plan,
            plans=plan_choices(choices, plan, "FigureView.figures", node=node.code),
            node={"name": shown.name, "full_name": shown.full_name, "kind_label": KINDS[shown.kind]},
            rows=[figure_row(plan, row.place, row.figures) for row in rows if plan],
            total=figure_row(plan, shown, total, leads=False) if plan and total else None,
            counts_stopped=bool(plan and plan.counts_stopped),
            crumbs=_crumbs(plan, node) if plan else [],
        )

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
            rows=[{**vars(member), "state_label": STATES[member.state]} for member in members.rows],
            page=asked.shown(total, members, is_exact=True),
            with_school=shown.school_id is None,
            crumbs=_crumbs(plan, node, with_own=True),
        )


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
