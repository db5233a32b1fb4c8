"""医保申请: a student, or a guardian for the child, on a phone or at a desk (W2)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.idempotency import Answer
from app.enrolment import queries, services
from app.enrolment.forms import WAIVE, ApplicationForm
from app.enrolment.labels import DECLARATIONS, REASONS, STATES
from app.enrolment.models import Enrolment
from app.enrolment.rules import DECLARATION, POSTGRADUATE_STAGES, deadline_in_china, in_china
from app.enrolment.states import EnrolmentState
from app.enrolment.views.declaration import declared, own_lines
from app.enrolment.views.facts import history_lines, money, own_facts
from app.enrolment.workflow import APPLICATION, Event
from app.evidence.receiving import received
from app.plans import queries as plans
from app.plans.models import Plan
from app.plans.states import PlanState
from app.profiles import queries as profiles
from app.web.acts import done, submitted
from app.web.forms import RecordForm
from app.web.request import actor, reading
from app.web.screens import Screen, needs

APPLY = Permission.ENROLMENT_APPLY
PROOFS = {
    "declaration": _l("Not needed; it may shorten questions. For example: a screenshot of where you are insured."),
    "reason": _l("Needed if you are insured or cared for elsewhere: a screenshot or photo that shows it."),
    "always": _l("Needed: the signed declaration, or a screenshot or photo that shows where you are insured."),
}
"""What the plan asks for beside the declaration, as the family reads it."""


class FamilyApplicationView(Screen):
    """The own applications, each on a page of its own that works without a script."""

    route_base = "/my/insurance"
    default_view = "list"

    @expose("/")
    @needs(APPLY)
    def list(self) -> str:
        """The own applications: one card each."""
        now, found = clock.now(reading()), queries.own(reading(), actor())
        shut = queries.shut_rows(reading(), [row[0] for row in found])
        cards = [
            {
                "name": name,
                "plan": plan,
                "state": enrolment.state,
                "state_label": STATES[enrolment.state],
                "next": next_step(enrolment, plan, now, shut),
                "href": url_for("FamilyApplicationView.show", enrolment_id=enrolment.id),
                "is_open": is_open(enrolment, plan, now, shut),
            }
            for enrolment, plan, name in found
        ]
        return self.page("enrolment/family_list.html", title=gettext("Insurance application"), cards=cards)

    @expose("/<int:enrolment_id>", methods=["GET", "POST"])
    @needs(APPLY)
    def show(self, enrolment_id: int) -> Response | tuple[str, int]:
        """One application: where it stands, what happens next, the own record, and the form while it may be filled."""
        found = queries.one(reading(), actor(), APPLY, enrolment_id=enrolment_id)
        options = plans.options_of(reading(), found.plan.id)
        form = ApplicationForm(data={**_values(found.enrolment), "version": found.enrolment.version})
        form.offer(options.values())
        files = queries.evidence_of(reading(), actor(), APPLY, enrolment_id)
        if request.method == "POST":
            sent = received()
            answered = sent.stops(form) or submitted(form, lambda s: _keep(s, form, enrolment_id, sent.ids))
            if isinstance(answered, Response):
                return answered
            files = queries.evidence_chosen(reading(), actor(), enrolment_id, sent.ids)
        return self._page(form, found, options, own_lines(enrolment_id, files))

    @expose("/<int:enrolment_id>/withdraw", methods=["GET", "POST"])
    @needs(APPLY)
    def withdraw(self, enrolment_id: int) -> Response | tuple[str, int]:
        """Take an application back before it is reviewed."""
        found = queries.one(reading(), actor(), APPLY, enrolment_id=enrolment_id)
        form = RecordForm(data={"version": found.enrolment.version})
        if answered := submitted(form, lambda session: _withdraw(session, form, enrolment_id)):
            return answered
        return self.form_page(
            form,
            title=gettext("Withdraw the application"),
            subtitle=f"{found.name} · {found.plan.name}",
            about=gettext("The application becomes a draft again. You can change it and submit it anew."),
            submit=gettext("Withdraw"),
            back=_here(enrolment_id),
            crumbs=_crumbs(),
        )

    def _page(
        self, form: ApplicationForm, found: queries.Detail, options: dict[int, Any], files: Sequence[Any]
    ) -> tuple[str, int]:
        enrolment, plan, now = found.enrolment, found.plan, clock.now(reading())
        shut = queries.shut_rows(reading(), [enrolment])
        events = APPLICATION.events(EnrolmentState(enrolment.state)) if is_open(enrolment, plan, now, shut) else ()
        may_change = Event.SAVE in events
        return self.form_page(
            form,
            template="enrolment/family.html",
            title=plan.name,
            subtitle=found.name,
            crumbs=_crumbs(),
            found=found,
            state_label=STATES[enrolment.state],
            next=next_step(enrolment, plan, now, shut),
            chosen=chosen_words(found),
            months={str(option.id): option for option in options.values()},
            money=money,
            waive=WAIVE,
            theirs=_theirs(form, options),
            files=files,
            declaration=str(DECLARATIONS[DECLARATION]),
            declared=declared(found),
            needs_file=PROOFS[found.plan.waiver_proof],
            print_href=url_for("DeclarationView.printed", enrolment_id=enrolment.id),
            facts=own_facts(enrolment.student_id),
            may_change=may_change or request.method == "POST",
            may_withdraw=Event.WITHDRAW in events,
            lines=history_lines(queries.history(reading(), actor(), enrolment.id)),
            profile_href=profile_href(enrolment),
            enrolment_id=enrolment.id,
        )


def profile_href(enrolment: Enrolment) -> str | None:
    """Where a postgraduate completes the basic record first (UM-03); None when nothing is missing."""
    stage = queries.stages_of(reading(), [enrolment.tree_path])[enrolment.tree_path]
    if stage not in POSTGRADUATE_STAGES or profiles.is_complete(reading(), enrolment.student_id):
        return None
    return url_for("ProfileView.show", student_id=enrolment.student_id)


def is_open(enrolment: Enrolment, plan: Plan, now: datetime, shut: Collection[int]) -> bool:
    """Whether the family may still act: plan open, inside its window, not among the rows in submitted units."""
    is_time = plan.state == PlanState.OPEN and plan.apply_from <= now < plan.apply_to
    return is_time and enrolment.removed_at is None and enrolment.id not in shut


def next_step(enrolment: Enrolment, plan: Plan, now: datetime, shut: Collection[int]) -> str:
    """What happens next, as one sentence for somebody who does this once a year."""
    if enrolment.state in {EnrolmentState.UNREGISTERED, EnrolmentState.DRAFT, EnrolmentState.REJECTED}:
        return _still_to_do(enrolment, plan, now, shut)
    if enrolment.state == EnrolmentState.SUBMITTED:
        return str(gettext("Your school is looking at the application. You need not do anything now."))
    if enrolment.state == EnrolmentState.INSURED:
        return str(gettext("You are enrolled. There is nothing more to do."))
    if enrolment.state == EnrolmentState.WAIVED:
        return str(gettext("It is recorded that you do not enrol. There is nothing more to do."))
    return str(gettext("The insurance has been stopped. Ask your school if this is a mistake."))


def _still_to_do(enrolment: Enrolment, plan: Plan, now: datetime, shut: Collection[int]) -> str:
    until = deadline_in_china(plan.apply_to)
    if not is_open(enrolment, plan, now, shut):
        if plan.state == PlanState.OPEN and now < plan.apply_from:
            return str(gettext("Applications begin at %(since)s.", since=in_china(plan.apply_from)))
        return str(
            gettext("Applications have ended. If you still want to apply, ask your counsellor or homeroom teacher.")
        )
    if enrolment.state == EnrolmentState.DRAFT:
        return str(gettext("The draft is kept but not submitted. Please submit it before %(until)s.", until=until))
    if enrolment.state == EnrolmentState.REJECTED:
        return str(gettext("Please correct the application and submit it again before %(until)s.", until=until))
    return str(gettext("Please choose and submit before %(until)s.", until=until))


def chosen_words(found: queries.Detail) -> str:
    """What the application asks for, in words."""
    enrolment = found.enrolment
    if enrolment.choice == WAIVE:
        reason = REASONS.get(enrolment.waiver_reason or "", "")
        words = [gettext("Do not enrol"), str(reason), enrolment.waiver_text or ""]
        return " · ".join(word for word in words if word)
    if found.option is not None:
        return f"{found.option.label} · {money(found.option.personal_amount)}"
    return str(gettext("Enrol")) if enrolment.choice else ""


def _theirs(form: ApplicationForm, options: dict[int, Any]) -> str:
    """What somebody else has chosen meanwhile, in words."""
    theirs = str(getattr(form.coverage, "theirs", "") or "")
    if theirs == WAIVE:
        return str(gettext("Do not enrol"))
    return next((option.label for option in options.values() if str(option.id) == theirs), "")


def _values(enrolment: Enrolment) -> dict[str, Any]:
    coverage = WAIVE if enrolment.choice == WAIVE else str(enrolment.coverage_option_id or "")
    return {
        "coverage": coverage,
        "waiver_reason": enrolment.waiver_reason or "",
        "waiver_text": enrolment.waiver_text or "",
        "declared": enrolment.declaration == DECLARATION,
    }


def _keep(session: Session, form: ApplicationForm, enrolment_id: int, files: Sequence[int]) -> Answer:
    """Submit, or only keep: whichever button was pressed."""
    asked: dict[str, Any] = {"version": form.known_version(), "wish": form.wish(), "proof": form.proof(files)}
    if request.form.get("step") == "save":
        services.save(session, actor(), enrolment_id=enrolment_id, **asked)
        return done(_here(enrolment_id), "application_saved")
    services.submit(session, actor(), enrolment_id=enrolment_id, **asked)
    return done(_here(enrolment_id), "application_submitted")


def _withdraw(session: Session, form: RecordForm, enrolment_id: int) -> Answer:
    services.withdraw(session, actor(), enrolment_id=enrolment_id, version=form.known_version())
    return done(_here(enrolment_id), "application_withdrawn")


def _here(enrolment_id: int) -> str:
    return url_for("FamilyApplicationView.show", enrolment_id=enrolment_id)


def _crumbs() -> list[dict[str, str]]:
    return [{"label": gettext("Insurance application"), "href": url_for("FamilyApplicationView.list")}]
