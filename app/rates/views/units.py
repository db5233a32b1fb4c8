"""参保率: the rates of the units of a step, submitting one, reviewing one or many (W7, W10 to W12)."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.actor import EVERYWHERE
from app.access.permissions import Permission
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.lists.keyset import Cut
from app.lists.listing import Batch, Column, Field, Listing, ListScreen
from app.orgs import queries as orgs
from app.orgs.labels import KINDS
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan, PlanStep
from app.rates import queries, services
from app.rates.forms import ReviewForm, SubmitForm
from app.rates.labels import UNIT_STATES, WAITING
from app.rates.lines import asked_plan, plan_choices
from app.rates.queries import mine, units
from app.rates.rules import Outcome, Verdict
from app.rates.views.figures import asked_node
from app.rates.views.unit_page import review_lines, unit_context, unit_row
from app.rates.workflow import UnitEvent
from app.web.acts import SEE_OTHER, done, sentence_of, submitted
from app.web.request import actor, reading
from app.web.screens import needs, whole_number

MOST_TICKED = 500
NUMBERS = (
    ("total_eligible", _l("To be insured")),
    ("insured", _l("Insured")),
    ("waived", _l("Waived")),
    ("waived_hardship", _l("Waived, in hardship")),
    ("pending", _l("Awaiting review")),
    ("unregistered", _l("Not registered")),
    ("stopped", _l("Stopped")),
)
LISTING = Listing(
    name="rates",
    title=_l("Enrolment rates"),
    columns=(
        Column("name", _l("Unit"), role="title"),
        Column("state", _l("State"), kind="tag", role="tag"),
        Column("rate", _l("Insured rate"), kind="rate"),
        *(Column(key, label, kind="number", is_usual=key != "stopped") for key, label in NUMBERS),
        Column("amount_text", _l("Amount (yuan)"), kind="number"),
        Column("waiver_rate_text", _l("Waiver rate")),
    ),
    fields=(Field("state", _l("State"), options=(*UNIT_STATES.items(), *WAITING.items())),),
    batch=(Batch(_l("Review"), "RateView.review", Permission.SUBMISSION_REVIEW),),
)


class RateView(ListScreen):
    """The rates that units submit up the chain of a plan."""

    route_base = "/rates"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.FIGURE_READ)
    def list(self) -> str:
        """The units of a step (?step=2, else the first the visitor acts in) of a plan at or below a place."""
        node = asked_node()
        choices = plans.in_progress(reading(), actor())
        plan = asked_plan(choices)
        steps = units.steps_of(reading(), plan) if plan else []
        step = asked_step(steps)
        query, asked = self.listing.query(), self.asked()
        rows: Cut[dict[str, Any]] = Cut([])
        total = 0
        if plan and step:
            wanted = asked_units(step, node, query["state"])
            total = units.count_units(reading(), actor(), wanted)
            found = units.units(reading(), actor(), wanted, spot=asked.spot)
            nodes = [line.node for line in found.rows]
            figures = queries.at_each(reading(), actor(), plan, wanted.path, nodes)
            places = {place.id: place for place in orgs.describe(reading(), nodes)}
            rows = found.each(lambda line: unit_row(plan, line, places[line.node.id], figures[line.node.id]))
        return self.show(
            rows,
            total,
            asked,
            query,
            kept={"plan": plan.code if plan else "", "step": step.position if step else "", "node": _named_node()},
            template="rates/units.html",
            plans=plan_choices(choices, plan, "RateView.list", node=node.code),
            steps=_step_links(plan, steps, step, node.code),
            summary_href=_summary_href(plan, step, query["state"]),
            plan=plan,
        )

    @expose("/<int:unit_id>", methods=["GET", "POST"])
    @needs(Permission.FIGURE_READ)
    def unit(self, unit_id: int) -> Response | tuple[str, int]:
        """One unit: what is live, what was submitted, what changed since; submitting is done from here."""
        line = units.unit(reading(), actor(), unit_id)
        form = SubmitForm(data={"version": line.version})
        if request.method == "POST":
            actor().require(Permission.SUBMISSION_SUBMIT)
            answered = submitted(form, lambda session: _submit(session, form, unit_id))
            if answered:
                return answered
        plan = _plan_of(line)
        return self.form_page(form, template="rates/unit.html", **unit_context(plan, line))

    @expose("/review", methods=["GET", "POST"])
    @needs(Permission.SUBMISSION_REVIEW)
    def review(self) -> Response | tuple[str, int]:
        """Approve or return the ticked rates with one opinion; ticked rows come here first without a decision."""
        ticked = _ticked()
        form = ReviewForm()
        lines = units.some(reading(), actor(), ticked)
        if len(lines) != len(ticked):
            raise NotFound(what="unit")
        plan = _plan_of(lines[0])
        back = url_for("RateView.list", plan=plan.code, step=lines[0].step.position)
        if request.method == "POST" and ("event" in request.form or "key" in request.form):
            answered = submitted(form, lambda session: _review(session, form, ticked, back))
            if answered:
                return answered
        return self.form_page(
            form,
            template="rates/review.html",
            title=gettext("Review of enrolment rates"),
            submit=gettext("Save the decision"),
            back=back,
            crumbs=[{"label": gettext("Enrolment rates"), "href": back}],
            rowids=[f"{unit_id}-{version}" for unit_id, version in ticked.items()],
            rows=review_lines(plan, lines),
        )


def _submit(session: Session, form: SubmitForm, unit_id: int) -> Answer:
    line = units.unit(session, actor(), unit_id)
    services.submit(session, actor(), unit_id=unit_id, version=form.known_version())
    name = orgs.names_of(session, [line.node.path])[line.node.path][-1]
    return done(url_for("RateView.unit", unit_id=unit_id), "rate_submitted", unit=name)


def _review(session: Session, form: ReviewForm, ticked: dict[int, int], back: str) -> Answer:
    verdict = Verdict(form.event.data or "", form.opinion.data or "")
    outcome = services.review(session, actor(), units=ticked, verdict=verdict)
    messages: list[dict[str, Any]] = []
    if outcome.done:
        code = "rates_approved" if verdict.event == UnitEvent.APPROVE else "rates_returned"
        messages.append({"code": code, "facts": {"count": len(outcome.done)}})
    if outcome.refused:
        facts = {"count": len(outcome.refused), "reasons": _reasons(session, outcome)}
        messages.append({"code": "rates_not_reviewed", "facts": facts, "kind": "warning"})
    return Answer(SEE_OTHER, back, tuple(messages))


def _reasons(session: Session, outcome: Outcome) -> str:
    lines = {line.id: line.node.path for line in units.some(session, actor(), list(outcome.refused))}
    names = orgs.names_of(session, lines.values())
    return " ".join(f"{names[lines[i]][-1]}: {sentence_of(code, {})}" for i, code in outcome.refused.items())


def _plan_of(line: units.UnitLine) -> Plan:
    """The plan of a unit in sight; `NotFound` for who may read figures there and no plans."""
    for plan in plans.in_progress(reading(), actor()):
        if plan.id == line.step.plan_id:
            return plan
    raise NotFound(what="plan")


def asked_step(steps: list[PlanStep]) -> PlanStep | None:
    """The step of ?step=, else the first in which the visitor submits or reviews, else the first."""
    position = whole_number("step", 0)
    if position:
        return next((step for step in steps if step.position == position), None) or _no_such_step()
    return next((step for step in steps if _acts_in(step)), steps[0] if steps else None)


def _summary_href(plan: Plan | None, step: PlanStep | None, state: str) -> str | None:
    """The address of what the list shows as a file."""
    if plan is None or step is None:
        return None
    place = _named_node() or None
    return url_for("RateSummaryView.export", plan=plan.code, step=step.position, node=place, state=state or None)


def asked_units(step: PlanStep, node: OrgNode, state: str) -> units.Asked:
    """The units of a step that ?state= asks for at or below a place; `Invalid` when it is none.

    What waits for the visitor is looked for at all the visitor's places, unless ?node= names one.
    """
    if state in set(mine.Mine):
        own = actor().places(Permission.FIGURE_READ)
        path = node.path if _named_node() else own[0] if len(own) == 1 else EVERYWHERE
        return units.Asked(step.plan_id, step.position, path, waiting=mine.Wanted(step, mine.Mine(state)))
    if state and state not in UNIT_STATES:
        raise Invalid({"state": "choice"})
    return units.Asked(step.plan_id, step.position, node.path, (state,) if state else ())


def _named_node() -> str:
    """The place the address names; empty when it names none."""
    return request.args.get("node", "")


def _no_such_step() -> PlanStep:
    raise NotFound(what="step")


def _acts_in(step: PlanStep) -> bool:
    return units.acts(actor(), Permission.SUBMISSION_SUBMIT, step.submit_role) or units.acts(
        actor(), Permission.SUBMISSION_REVIEW, step.review_role
    )


def _step_links(plan: Plan | None, steps: list[PlanStep], chosen: PlanStep | None, node: str) -> list[dict[str, Any]]:
    if plan is None:
        return []
    return [
        {
            "label": gettext("Step %(position)s: %(kind)s", position=step.position, kind=KINDS[step.kind]),
            "href": url_for("RateView.list", plan=plan.code, step=step.position, node=node),
            "is_here": step is chosen,
        }
        for step in steps
    ]


def _ticked() -> dict[int, int]:
    """The ticked units with the versions that were looked at, strictly read from `rowid=ID-VERSION`."""
    texts = request.form.getlist("rowid") if request.method == "POST" else request.args.getlist("rowid")
    pairs = [text.partition("-")[::2] for text in texts]
    if not texts or len(texts) > MOST_TICKED or not all(_is_number(n) for pair in pairs for n in pair):
        raise Invalid({"rowid": "nothing_ticked"})
    return {int(unit_id): int(version) for unit_id, version in sorted(pairs)}


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10  # noqa: PLR2004  fits every column
