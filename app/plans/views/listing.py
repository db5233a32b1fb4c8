"""医保计划 (W1): the list of plans, a plan's page, and what can be done with it: open, close, open again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.idempotency import Answer
from app.lists.listing import Column, Field, Listing, ListScreen, Tool
from app.orgs import queries as orgs
from app.orgs.labels import KINDS, STAGES
from app.plans import queries, services
from app.plans.forms import ReasonForm
from app.plans.labels import LEAVE_CONDITIONS, PLAN_STATES, PRODUCTS, WAITING, WAIVER_PROOFS, role_name
from app.plans.models import Plan, PlanStep
from app.plans.states import PlanState
from app.plans.workflow import LIFE, NEEDED, PlanEvent
from app.web.acts import done, submitted
from app.web.forms import RecordForm
from app.web.request import actor, reading
from app.web.screens import needs

AT_ONCE = 100
"""Classes a plan may ask while the browser waits; a larger one is opened by the worker."""
Work = Callable[[Session, Any, Plan], Answer]
LISTING = Listing(
    name="plans",
    title=_l("Insurance plans"),
    columns=(
        Column("name", _l("Plan"), role="title"),
        Column("product", _l("Kind of insurance")),
        Column("cover_year", _l("Cover year")),
        Column("place", _l("Place")),
        Column("window", _l("Applications")),
        Column("code", _l("Code"), is_usual=False),
        Column("state", _l("State"), kind="tag", role="tag"),
    ),
    fields=(
        Field("name", _l("Name or code")),
        Field("year", _l("Cover year")),
        Field("state", _l("State"), options=(("", _l("All")), *PLAN_STATES.items(), *WAITING.items())),
    ),
    tools=(Tool(_l("New plan"), "PlanRecordView.add", Permission.PLAN_CREATE),),
)

ACTS = {
    PlanEvent.OPEN: (_l("Open plan"), "PlanView.open"),
    PlanEvent.CORRECT: (_l("Edit"), "PlanRecordView.edit"),
    PlanEvent.RESCHEDULE: (_l("Change windows"), "PlanRecordView.windows"),
    PlanEvent.CLOSE: (_l("Close plan"), "PlanView.close"),
    PlanEvent.REOPEN: (_l("Open again"), "PlanView.reopen"),
}
"""The button of each act of a plan's life, and the page it leads to."""


class PlanView(ListScreen):
    """Plans of the own places and those made above that cover them."""

    route_base = "/plans"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.PLAN_READ)
    def list(self) -> str:
        """The plans that concern the own places."""
        return self.listed(queries, _row)

    @expose("/<int:plan_id>")
    @needs(Permission.PLAN_READ)
    def show_plan(self, plan_id: int) -> str:
        """One plan with its options, its chain, and what can be done with it now."""
        plan = queries.get(reading(), actor(), Permission.PLAN_READ, plan_id=plan_id)
        is_own = actor().covers(Permission.PLAN_UPDATE, plan.tree_path)
        is_draft = plan.state == PlanState.DRAFT
        previews = queries.preview(reading(), plan) if is_draft and is_own else []
        steps = queries.steps_of(reading(), plan.id)
        wish = queries.asked_again(reading(), plan.id) if plan.state == PlanState.CLOSED and is_own else None
        return self.page(
            "plans/plan.html",
            title=plan.name,
            subtitle=" / ".join(orgs.names_of(reading(), [plan.tree_path])[plan.tree_path]),
            crumbs=_crumbs(),
            plan=plan,
            facts=_facts(plan),
            state_label=PLAN_STATES[plan.state],
            options=list(queries.options_of(reading(), plan.id).values()),
            steps=[_step(step, number, previews) for number, step in enumerate(steps)],
            asks_nobody=is_draft and is_own and not any(preview.classes for preview in previews),
            tools=_tools(plan, is_asked_again=wish is not None),
            wish=wish,
            asked_by=queries.who_asked(reading(), wish) if wish else "",
            me=actor().user_id,
            shanghai=clock.SHANGHAI,
        )

    @expose("/<int:plan_id>/open", methods=["GET", "POST"])
    @needs(Permission.PLAN_OPEN)
    def open(self, plan_id: int) -> Response | tuple[str, int]:
        """Open a draft after showing what that means."""
        plan = queries.get(reading(), actor(), Permission.PLAN_OPEN, plan_id=plan_id)
        form = RecordForm(data={"version": plan.version})
        about = gettext(
            "Every student of the audience who is in school below the place gets a line, not registered at first."
            " From then on only the windows can be changed."
        )
        words = {"title": gettext("Open plan %(name)s", name=plan.name), "submit": gettext("Open plan")}
        return self._act(form, plan, _open, about=about, **words)

    @expose("/<int:plan_id>/close", methods=["GET", "POST"])
    @needs(Permission.PLAN_CLOSE)
    def close(self, plan_id: int) -> Response | tuple[str, int]:
        """Close a plan, with a reason."""
        plan = queries.get(reading(), actor(), Permission.PLAN_CLOSE, plan_id=plan_id)
        form = ReasonForm(data={"version": plan.version})
        about = gettext("Nothing in it can be changed then. It takes two persons to open it again.")
        words = {"title": gettext("Close plan %(name)s", name=plan.name), "submit": gettext("Close plan")}
        return self._act(form, plan, _close, about=about, danger=True, **words)

    @expose("/<int:plan_id>/reopen", methods=["GET", "POST"])
    @needs(Permission.PLAN_OPEN)
    def reopen(self, plan_id: int) -> Response | tuple[str, int]:
        """Ask for a closed plan to be opened again."""
        plan = queries.get(reading(), actor(), Permission.PLAN_OPEN, plan_id=plan_id)
        form = ReasonForm(data={"version": plan.version})
        about = gettext(
            "Somebody else who may open plans here has to agree; then students who came meanwhile are asked."
        )
        words = {"title": gettext("Open plan %(name)s again", name=plan.name), "submit": gettext("Ask for it")}
        return self._act(form, plan, _reopen, about=about, **words)

    @expose("/<int:plan_id>/reopen/<int:wish_id>/<any(agree, decline):answer>", methods=["GET", "POST"])
    @needs(Permission.PLAN_OPEN)
    def answer(self, plan_id: int, wish_id: int, answer: str) -> Response | tuple[str, int]:
        """Agree to a wish to open a plan again as the second person, or decline it."""
        plan = queries.get(reading(), actor(), Permission.PLAN_OPEN, plan_id=plan_id)
        form = RecordForm(data={"version": plan.version})
        words = {"title": gettext("Agree to opening %(name)s again", name=plan.name), "submit": gettext("Agree")}
        if answer == "decline":
            words = {"title": gettext("Decline opening %(name)s again", name=plan.name), "submit": gettext("Decline")}
        return self._act(form, plan, lambda session, _form, plan: _answer(session, plan, wish_id, answer), **words)

    def _act(self, form: RecordForm, plan: Plan, work: Work, **context: Any) -> Response | tuple[str, int]:  # noqa: ANN401
        """Ask before an act on a plan: `title`, `submit` (the word on the button), `about` what it means."""
        if answered := submitted(form, lambda session: work(session, form, plan)):
            return answered
        crumbs = [*_crumbs(), {"label": plan.name, "href": _href(plan.id)}]
        return self.form_page(form, crumbs=crumbs, back=_href(plan.id), **context)


def _open(session: Session, form: RecordForm, plan: Plan) -> Answer:
    version = form.known_version()
    if sum(step.classes for step in queries.preview(session, plan)[:1]) > AT_ONCE:
        job_id = services.hand_over(session, actor(), plan_id=plan.id, version=version)
        return done(url_for("WorkView.show", job_id=job_id), "plan_opening", name=plan.name)
    services.open_plan(session, actor(), plan_id=plan.id, version=version)
    return done(_href(plan.id), "plan_opened", name=plan.name)


def _close(session: Session, form: ReasonForm, plan: Plan) -> Answer:
    reason = form.reason.data or ""
    services.close(session, actor(), plan_id=plan.id, version=form.known_version(), reason=reason)
    return done(_href(plan.id), "plan_closed", name=plan.name)


def _reopen(session: Session, form: ReasonForm, plan: Plan) -> Answer:
    reason = form.reason.data or ""
    services.ask_to_reopen(session, actor(), plan_id=plan.id, version=form.known_version(), reason=reason)
    return done(_href(plan.id), "plan_reopening_asked", name=plan.name)


def _answer(session: Session, plan: Plan, wish_id: int, answer: str) -> Answer:
    if answer == "agree":
        services.agree(session, actor(), plan_id=plan.id, wish_id=wish_id)
        return done(_href(plan.id), "plan_opened", name=plan.name)
    services.decline(session, actor(), plan_id=plan.id, wish_id=wish_id)
    return done(_href(plan.id), "plan_reopening_declined", name=plan.name)


def _href(plan_id: int) -> str:
    return url_for("PlanView.show_plan", plan_id=plan_id)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": gettext("Insurance plans"), "href": url_for("PlanView.list")}]


def _moment(value: datetime) -> str:
    return f"{value.astimezone(clock.SHANGHAI):%Y-%m-%d %H:%M}"


def _row(line: queries.Line) -> dict[str, Any]:
    return {
        **vars(line),
        "name_href": _href(line.id),
        "product": PRODUCTS[line.product],
        "window": f"{_moment(line.apply_from)} – {_moment(line.apply_to)}",
        "state_label": PLAN_STATES[line.state],
        "ops": [{"label": gettext("View"), "href": _href(line.id)}],
    }


def _facts(plan: Plan) -> list[tuple[str, str]]:
    facts = [
        (gettext("Kind of insurance"), str(PRODUCTS[plan.product])),
        (gettext("Cover year"), str(plan.cover_year)),
        (gettext("Code"), plan.code),
        (gettext("Who is asked"), "、".join(str(STAGES[stage]) for stage in plan.audience)),
        (gettext("Applications"), f"{_moment(plan.apply_from)} – {_moment(plan.apply_to)}"),
        (gettext("Stopped insurance"), gettext("counts") if plan.counts_stopped else gettext("does not count")),
        (gettext("Who does not enrol hands in"), str(WAIVER_PROOFS[plan.waiver_proof])),
        (gettext("Roll"), gettext("frozen while open") if plan.freeze_status_changes else gettext("not frozen")),
    ]
    if plan.opened_at:
        facts.append((gettext("Opened"), _moment(plan.opened_at)))
    if plan.closed_at:
        facts.append((gettext("Closed"), f"{_moment(plan.closed_at)} · {plan.close_reason or ''}"))
    return facts


def _step(step: PlanStep, number: int, previews: list[queries.StepPreview]) -> dict[str, Any]:
    return {
        "position": step.position,
        "kind": KINDS[step.kind],
        "submit": role_name(step.submit_role),
        "review": role_name(step.review_role),
        "leave": LEAVE_CONDITIONS[step.leave_condition],
        "window": f"{_moment(step.window_from)} – {_moment(step.window_to)}",
        "preview": previews[number] if number < len(previews) else None,
    }


def _tools(plan: Plan, *, is_asked_again: bool) -> list[dict[str, Any]]:
    """What can be done with a plan in its state by who holds the permission for it there.

    What somebody has wished for already (`is_asked_again`) is not offered twice.
    """
    tools: list[dict[str, Any]] = [
        {
            "label": str(ACTS[event][0]),
            "href": url_for(ACTS[event][1], plan_id=plan.id),
            "is_main": event == PlanEvent.OPEN,
        }
        for event in LIFE.events(PlanState(plan.state))
        if actor().covers(NEEDED[event], plan.tree_path) and not (is_asked_again and event == PlanEvent.REOPEN)
    ]
    if plan.opened_at and actor().holds(Permission.FIGURE_READ):
        figures = url_for("FigureView.figures", plan=plan.code)
        tools.append({"label": gettext("Statistics"), "href": figures, "is_main": False})
    if actor().holds(Permission.PLAN_CREATE):
        copy = url_for("PlanRecordView.add", plan_id=plan.id)
        tools.append({"label": gettext("Copy for another year"), "href": copy, "is_main": False})
    return tools
