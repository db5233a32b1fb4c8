"""The long form of a plan: made new, from a usual chain, like an earlier plan, or corrected while a draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.orgs import queries as orgs
from app.plans import queries, services
from app.plans.forms import OPTION_FIELDS, STEP_FIELDS, PlanForm, WindowForm
from app.plans.labels import CHAIN_NAMES, role_choices
from app.plans.models import Plan
from app.plans.rules import MOST_ROWS, Windows
from app.plans.services.drafting import suggested_code
from app.plans.states import PlanState
from app.plans.views import values
from app.web.acts import done, submitted
from app.web.request import actor, reading
from app.web.screens import Screen, needs, text_argument, whole_number

T = TypeVar("T")


class PlanRecordView(Screen):
    """Making and correcting plans."""

    route_base = "/plans"
    default_view = "add"

    @expose("/new", methods=["GET", "POST"])
    @needs(Permission.PLAN_CREATE)
    def add(self) -> Response | tuple[str, int]:
        """Make a draft; ?chain= fills in a usual chain, ?plan_id= begins from an earlier plan."""
        like = whole_number("plan_id", 0)
        form = PlanForm(
            data=values.shown(_plan(like, Permission.PLAN_READ), is_copy=True)
            if like
            else values.fresh(text_argument("chain"))
        )
        return self._show(form, None, lambda session: _make(session, form))

    @expose("/<int:plan_id>/edit", methods=["GET", "POST"])
    @needs(Permission.PLAN_UPDATE)
    def edit(self, plan_id: int) -> Response | tuple[str, int]:
        """Correct a draft as a whole."""
        plan = _plan(plan_id, Permission.PLAN_UPDATE)
        if plan.state != PlanState.DRAFT:
            raise NotFound(what="plan")
        form = PlanForm(data=values.shown(plan))
        return self._show(form, plan, lambda session: _correct(session, form, plan))

    @expose("/<int:plan_id>/windows", methods=["GET", "POST"])
    @needs(Permission.PLAN_UPDATE)
    def windows(self, plan_id: int) -> Response | tuple[str, int]:
        """Move the windows of an open plan."""
        plan = _plan(plan_id, Permission.PLAN_UPDATE)
        data = values.shown(plan)
        count = len(queries.steps_of(reading(), plan.id))
        form = WindowForm(data=data)
        if answered := submitted(form, lambda session: _reschedule(session, form, plan, count)):
            return answered
        groups = [(gettext("Applications"), ["apply_from", "apply_to", "freeze_status_changes"])] + [
            (gettext("Step %(number)s", number=number), [f"step{number}_from", f"step{number}_to"])
            for number in range(1, count + 1)
        ]
        return self.form_page(
            form, title=gettext("Change windows"), crumbs=_crumbs(plan), groups=groups, back=_href(plan)
        )

    def _show(self, form: PlanForm, plan: Plan | None, work: Callable[[Session], Answer]) -> Response | tuple[str, int]:
        tops = orgs.describe(reading(), orgs.tops(reading(), actor(), Permission.PLAN_CREATE))
        form.place.choices = [(place.code, place.full_name) for place in tops]
        if plan is not None:
            place = orgs.names_of(reading(), [plan.tree_path])[plan.tree_path]
            form.place.choices = [(str(plan.node_id), " / ".join(place))]
        for number in range(1, MOST_ROWS + 1):
            form[f"step{number}_submit_role"].choices = role_choices()
            form[f"step{number}_review_role"].choices = role_choices()
        if answered := submitted(form, work):
            return answered
        chains = [
            {"label": label, "href": url_for("PlanRecordView.add", chain=code)} for code, label in CHAIN_NAMES.items()
        ]
        return self.form_page(
            form,
            "plans/form.html",
            title=gettext("Edit plan") if plan else gettext("New plan"),
            crumbs=_crumbs(plan),
            back=_href(plan) if plan else url_for("PlanView.list"),
            chains=[] if plan else chains,
            is_new=plan is None,
        )


def _make(session: Session, form: PlanForm) -> Answer:
    code = (form.code.data or "").strip() or suggested_code(session, form.place.data or "", form.cover_year.data or 0)
    plan_id = _renumbered(form, lambda: services.make(session, actor(), values.read(form, code)))
    return done(url_for("PlanView.show_plan", plan_id=plan_id), "plan_made", name=form.name.data)


def _correct(session: Session, form: PlanForm, plan: Plan) -> Answer:
    new, version = values.read(form, plan.code), form.known_version()
    _renumbered(form, lambda: services.correct(session, actor(), plan_id=plan.id, version=version, new=new))
    return done(_href(plan), "saved")


def _reschedule(session: Session, form: WindowForm, plan: Plan, count: int) -> Answer:
    moments = [(form[f"step{n}_from"].data, form[f"step{n}_to"].data) for n in range(1, count + 1)]
    wrong = {f"step{n}_to": "plan_window" for n, pair in enumerate(moments, 1) if None in pair}
    if wrong:
        raise Invalid(wrong)
    windows = Windows(
        values.aware(form.apply_from.data),
        values.aware(form.apply_to.data),
        tuple((values.aware(begin), values.aware(end)) for begin, end in moments),
        bool(form.freeze_status_changes.data),
    )
    services.reschedule(session, actor(), plan_id=plan.id, version=form.known_version(), windows=windows)
    return done(_href(plan), "saved")


def _renumbered(form: PlanForm, work: Callable[[], T]) -> T:
    """Do it; what is refused about the second option stands beside the row it was typed into, blank rows counted."""
    typed = {"option": form.rows("option", OPTION_FIELDS), "step": form.rows("step", STEP_FIELDS)}
    try:
        return work()
    except Invalid as refusal:
        fields = {_typed_name(name, typed): code for name, code in refusal.fields.items()}
        raise Invalid(fields) from refusal


def _typed_name(name: str, typed: Mapping[str, list[int]]) -> str:
    for kind, numbers in typed.items():
        head, _, tail = name.partition("_")
        if head.startswith(kind) and head[len(kind) :].isdigit():
            index = int(head[len(kind) :]) - 1
            return f"{kind}{numbers[index]}_{tail}" if index < len(numbers) else name
    return name


def _plan(plan_id: int, permission: Permission) -> Plan:
    return queries.get(reading(), actor(), permission, plan_id=plan_id)


def _href(plan: Plan) -> str:
    return url_for("PlanView.show_plan", plan_id=plan.id)


def _crumbs(plan: Plan | None) -> list[dict[str, str]]:
    crumbs = [{"label": gettext("Insurance plans"), "href": url_for("PlanView.list")}]
    return [*crumbs, {"label": plan.name, "href": _href(plan)}] if plan else crumbs
