"""Figures as lines and links, for every page that shows figures. An extra file: the home page shows them as well."""

from __future__ import annotations

from typing import Any

from flask import request, url_for

from app.orgs import queries as orgs
from app.plans import queries as plans
from app.plans.choices import plan_links
from app.plans.models import Plan
from app.rates.rules import Figures, Status, on_screen
from app.web.request import actor, reading


def asked_plan(choices: list[Plan]) -> Plan | None:
    """The plan of ?plan=, else the first choice, or None when there is no plan at all; `NotFound` out of reach."""
    code = request.args.get("plan")
    if not code:
        return choices[0] if choices else None
    return plans.find(reading(), actor(), code=code)


def plan_choices(
    choices: list[Plan], plan: Plan | None, endpoint: str, *, node: str | None = None
) -> list[dict[str, Any]]:
    """The plans to choose from, as links to the same page; the first ones where they are many."""
    return plan_links(choices, plan, lambda choice: url_for(endpoint, plan=choice.code, node=node))


def figure_row(plan: Plan, place: orgs.Place, figures: Figures, *, leads: bool = True) -> dict[str, Any]:
    """A line of figures in which every number opens its list and, where something lies below, the name leads down."""
    row: dict[str, Any] = {"name": place.name, "rate": figures.rate, "rate_text": on_screen(figures.rate)}
    if leads:
        row["name_href"] = url_for("FigureView.figures", plan=plan.code, node=place.code)
    for status in Status:
        row[status.value] = figures.count(status)
        row[f"{status.value}_href"] = people_href(plan, place.code, status)
    return row


def people_href(plan: Plan, node_code: str, status: Status) -> str:
    """The address of the list behind a figure."""
    return url_for("FigureView.people", plan=plan.code, node=node_code, status=status.value)
