"""申请列表: the applications of a plan at the own places, with filters and the batch bar (W3, UM-06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.access.permissions import Permission
from app.enrolment import queries
from app.enrolment.labels import CHOICES, REASONS, SOURCES, STATES, WAITING
from app.enrolment.rules import as_step, in_china
from app.enrolment.views.facts import money
from app.lists.keyset import Cut
from app.lists.listing import Batch, Column, Field, Listing, ListScreen
from app.people.labels import SEXES
from app.plans import queries as plans
from app.plans.choices import plan_links
from app.plans.models import Plan
from app.web.request import actor, reading
from app.web.screens import needs, text_argument

REVIEW, ENTER = Permission.ENROLMENT_REVIEW, Permission.ENROLMENT_ENTER
EXPORT = Permission.ENROLMENT_EXPORT
STOP, RENEW = Permission.ENROLMENT_STOP, Permission.ENROLMENT_RENEW

REVIEWED_FROM = ("", "submitted", queries.TO_REVIEW)
"""The states a list may be asked for that hold applications awaiting review; of any other none could match."""
LISTING = Listing(
    name="applications",
    title=_l("Enrolment applications"),
    columns=(
        Column("student_number", _l("Student number"), role="code"),
        Column("name", _l("Full name"), role="title"),
        Column("sex", _l("Sex"), is_usual=False),
        Column("class_name", _l("Class")),
        Column("school_name", _l("School"), is_usual=False),
        Column("choice", _l("Choice")),
        Column("coverage", _l("Months of cover")),
        Column("amount", _l("Amount"), is_usual=False),
        Column("reason", _l("Reason for not enrolling")),
        Column("hardship", _l("In hardship"), is_usual=False),
        Column("submitted_at", _l("Submitted at")),
        Column("source", _l("Filled in"), is_usual=False),
        Column("opinion", _l("Opinion"), is_usual=False),
        Column("state", _l("State"), kind="tag", role="tag"),
    ),
    fields=(
        Field("name", _l("Full name"), hint=_l("Name or pinyin")),
        Field("number", _l("Student number")),
        Field("class_name", _l("Class"), hint=_l("Name or class number")),
        Field("state", _l("State"), options=(*STATES.items(), *WAITING.items())),
        Field("choice", _l("Choice"), options=tuple(CHOICES.items())),
    ),
    batch=(
        Batch(_l("Approve"), "ReviewView.approve", REVIEW),
        Batch(_l("Reject"), "ReviewView.reject", REVIEW),
        Batch(_l("Enter on behalf"), "ReviewView.enter", ENTER),
        Batch(_l("Stop the insurance"), "StoppingView.stop", STOP),
        Batch(_l("Resume the insurance"), "StoppingView.resume", RENEW),
        Batch(_l("Export the ticked"), "ExportView.ticked", EXPORT),
    ),
)


class ApplicationView(ListScreen):
    """The applications of one plan."""

    route_base = "/applications"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(REVIEW)
    def list(self) -> str:
        """The applications of the plan of ?plan=, else of the newest open one."""
        choices = plans.in_progress(reading(), actor())
        plan = asked_plan(choices)
        query, asked = self.listing.query(), self.asked()
        if plan is None:
            return self.show(Cut([]), 0, asked, query, template="enrolment/list.html", plans=[], acts=[])
        wanted = asked_for(plan, query)
        total = queries.count(reading(), actor(), wanted)
        lines = queries.page(reading(), actor(), wanted, spot=asked.spot)
        return self.show(
            lines.each(_row),
            total,
            asked,
            query,
            kept={"plan": plan.code},
            template="enrolment/list.html",
            plans=plan_links(choices, plan, lambda each: url_for("ApplicationView.list", plan=each.code)),
            acts=_acts(plan, query, total),
            may_enter=actor().holds(ENTER),
        )


def asked_plan(choices: Sequence[Plan]) -> Plan | None:
    """The plan of ?plan=, else the first of the choices; `NotFound` out of reach."""
    code = text_argument("plan")
    if not code:
        return choices[0] if choices else None
    return plans.find(reading(), actor(), code=code)


def asked_for(plan: Plan, query: dict[str, str]) -> queries.Wanted:
    """What the query form was filled with, and whose turn it is where that was asked."""
    role = queries.first_role(reading(), plan.id) if query["state"] == queries.TO_REVIEW else ""
    return queries.Wanted(plan.id, role=role, **query)


def may_review(plan: Plan) -> bool:
    """Whether the plan's chain names a role of the actor's to review applications."""
    return as_step(actor(), queries.first_role(reading(), plan.id)).holds(REVIEW)


def _acts(plan: Plan, query: dict[str, str], total: int) -> list[dict[str, Any]]:
    """What can be done with all that match, or is reached from here: label and address."""
    asked: dict[str, Any] = {"plan": plan.code, **{name: value for name, value in query.items() if value}}
    acts = []
    if total and query["state"] in REVIEWED_FROM and may_review(plan):
        acts.append({"label": gettext("Review all that match"), "href": url_for("ReviewView.all", **asked)})
    if actor().holds(ENTER):
        here = url_for("ApplicationView.list", plan=plan.code, state="unregistered")
        acts.append({"label": gettext("Add on behalf"), "href": here})
    if actor().holds(EXPORT):
        acts.append({"label": gettext("Export all that match"), "href": url_for("ExportView.all", **asked)})
    return acts


def values_of(line: queries.Shown) -> dict[str, Any]:
    """What a list or a workbook says of an application, in words."""
    row = line.row
    reason = str(REASONS.get(row.waiver_reason or "", ""))
    return {
        "student_number": row.student_number,
        "name": row.name,
        "sex": str(SEXES[row.sex]),
        "class_name": line.class_name,
        "school_name": line.school_name,
        "choice": str(CHOICES[row.choice]) if row.choice else "",
        "coverage": row.coverage or "",
        "amount": money(row.personal_amount) if row.personal_amount is not None else "",
        "reason": f"{reason} · {row.waiver_text}" if row.waiver_text else reason,
        "hardship": gettext("yes") if row.hardship else "",
        "submitted_at": in_china(row.submitted_at) if row.submitted_at else "",
        "source": str(SOURCES[row.source]),
        "opinion": row.opinion or "",
        "state": row.state,
        "state_label": STATES[row.state],
    }


def _row(line: queries.Shown) -> dict[str, Any]:
    href = url_for("ApplicationPageView.show", enrolment_id=line.row.id)
    ops = [{"label": gettext("Look at it"), "href": href}]
    return {**values_of(line), "id": line.row.id, "name_href": href, "ops": ops}
