"""One application with all its details and its history, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.db import Session
from app.core.idempotency import Answer
from app.enrolment import queries, services
from app.enrolment.forms import WAIVE, CorrectionForm, OpinionForm, ReasonForm
from app.enrolment.labels import PARTICIPATION, SOURCES, STATES
from app.enrolment.rules import in_china
from app.enrolment.states import EnrolmentState
from app.enrolment.views.declaration import declared, opened
from app.enrolment.views.facts import history_lines, money, own_facts
from app.enrolment.views.family import chosen_words
from app.enrolment.views.listing import may_review
from app.enrolment.workflow import APPLICATION, Event
from app.evidence.serving import file_lines
from app.plans import queries as plans
from app.web.acts import done, submitted
from app.web.forms import RecordForm
from app.web.request import actor, reading
from app.web.screens import Screen, needs

READ, ENTER = Permission.ENROLMENT_READ, Permission.ENROLMENT_ENTER
STOP, RENEW, REVIEW = Permission.ENROLMENT_STOP, Permission.ENROLMENT_RENEW, Permission.ENROLMENT_REVIEW


class ApplicationPageView(Screen):
    """The page of one application."""

    route_base = "/applications"
    default_view = "show"

    @expose("/<int:enrolment_id>", methods=["GET", "POST"])
    @needs(READ)
    def show(self, enrolment_id: int) -> Response | tuple[str, int]:
        """The application; whoever may review it gives an opinion and presses one of two buttons."""
        found = queries.one(reading(), actor(), READ, enrolment_id=enrolment_id)
        form = OpinionForm(data={"version": found.enrolment.version})
        if request.method == "POST":
            actor().require(REVIEW)
            answered = submitted(form, lambda session: _decide(session, form, found))
            if answered:
                return answered
        return self.form_page(
            form,
            template="enrolment/page.html",
            title=found.name,
            subtitle=f"{found.plan.name} · {found.full_name}",
            crumbs=_crumbs(found),
            found=found,
            state_label=STATES[found.enrolment.state],
            details=_details(found),
            declared=declared(found),
            files=file_lines(
                queries.evidence_of(reading(), actor(), READ, enrolment_id), lambda each: _file(enrolment_id, each)
            ),
            facts=own_facts(found.enrolment.student_id),
            ops=_ops(found),
            may_decide=Event.APPROVE in _events(found) and may_review(found.plan),
            lines=history_lines(queries.history(reading(), actor(), enrolment_id)),
        )

    @expose("/<int:enrolment_id>/evidence/<int:file_id>")
    @needs(READ)
    def evidence(self, enrolment_id: int, file_id: int) -> Response:
        """A file of an application that was submitted; each opening is written into the audit."""
        found = queries.one(reading(), actor(), READ, enrolment_id=enrolment_id)
        return opened(found.enrolment, READ, file_id)

    @expose("/<int:enrolment_id>/correct", methods=["GET", "POST"])
    @needs(ENTER)
    def correct(self, enrolment_id: int) -> Response | tuple[str, int]:
        """Change what was approved by mistake."""
        found = queries.one(reading(), actor(), ENTER, enrolment_id=enrolment_id)
        options = plans.options_of(reading(), found.plan.id)
        enrolment = found.enrolment
        coverage = WAIVE if enrolment.choice == WAIVE else str(enrolment.coverage_option_id or "")
        values: dict[str, Any] = {
            "waiver_reason": enrolment.waiver_reason or "",
            "waiver_text": enrolment.waiver_text or "",
        }
        values["declared"] = enrolment.declared_on_paper
        form = CorrectionForm(data={**values, "coverage": coverage, "version": enrolment.version})
        form.offer(options.values())
        months = {str(option.id): option for option in options.values()}
        return self._answer(
            form,
            found,
            lambda session: _correct(session, form, found),
            template="enrolment/correct.html",
            title=gettext("Correct the enrolment of %(name)s", name=found.name),
            months=months,
            waive=WAIVE,
            money=money,
        )

    @expose("/<int:enrolment_id>/stop", methods=["GET", "POST"])
    @needs(STOP)
    def stop(self, enrolment_id: int) -> Response | tuple[str, int]:
        """End an insurance, with a reason."""
        found = queries.one(reading(), actor(), STOP, enrolment_id=enrolment_id)
        form = ReasonForm(data={"version": found.enrolment.version})
        title = gettext("Stop the insurance of %(name)s", name=found.name)
        return self._answer(form, found, lambda s: _stop(s, form, found), title=title, danger=True)

    @expose("/<int:enrolment_id>/resume", methods=["GET", "POST"])
    @needs(RENEW)
    def resume(self, enrolment_id: int) -> Response | tuple[str, int]:
        """Let a stopped insurance go on, with a reason."""
        found = queries.one(reading(), actor(), RENEW, enrolment_id=enrolment_id)
        form = ReasonForm(data={"version": found.enrolment.version})
        title = gettext("Resume the insurance of %(name)s", name=found.name)
        return self._answer(form, found, lambda s: _resume(s, form, found), title=title)

    def _answer(
        self,
        form: RecordForm,
        found: queries.Detail,
        work: Callable[[Session], Answer],
        **context: Any,  # noqa: ANN401  what a template is given has any type
    ) -> Response | tuple[str, int]:
        if answered := submitted(form, work):
            return answered
        here = {"label": found.name, "href": _here(found)}
        crumbs = [*_crumbs(found), here]
        return self.form_page(form, subtitle=found.plan.name, back=_here(found), crumbs=crumbs, **context)


def _file(enrolment_id: int, file_id: int) -> str:
    return url_for("ApplicationPageView.evidence", enrolment_id=enrolment_id, file_id=file_id)


def _events(found: queries.Detail) -> tuple[Event, ...]:
    if found.enrolment.removed_at is not None:
        return ()
    return APPLICATION.events(EnrolmentState(found.enrolment.state))


OPS: tuple[tuple[Event, str, Permission], ...] = (
    (Event.ENTER, "ReviewView.enter", ENTER),
    (Event.CORRECT, "ApplicationPageView.correct", ENTER),
    (Event.STOP, "ApplicationPageView.stop", STOP),
    (Event.RESUME, "ApplicationPageView.resume", RENEW),
)


def _ops(found: queries.Detail) -> list[dict[str, str]]:
    """The buttons, from the life cycle: what may happen next, for who may do it here."""
    words = {
        Event.ENTER: gettext("Enter on behalf"),
        Event.CORRECT: gettext("Correct"),
        Event.STOP: gettext("Stop the insurance"),
        Event.RESUME: gettext("Resume the insurance"),
    }
    path, events, number = found.enrolment.tree_path, _events(found), found.enrolment.id
    return [
        {
            "label": words[event],
            "href": url_for(endpoint, rowid=number) if event is Event.ENTER else url_for(endpoint, enrolment_id=number),
        }
        for event, endpoint, permission in OPS
        if event in events and actor().covers(permission, path)
    ]


def _details(found: queries.Detail) -> list[dict[str, Any]]:
    enrolment = found.enrolment
    at = {"submitted": enrolment.submitted_at, "decided": enrolment.decided_at}
    times = {name: in_china(moment) if moment else "" for name, moment in at.items()}
    told = PARTICIPATION.get(enrolment.participation_code or "")
    national = (
        [{"label": gettext("Participation code"), "value": f"{enrolment.participation_code} {told}"}] if told else []
    )
    return [
        {"label": gettext("Choice"), "value": chosen_words(found)},
        *national,
        {"label": gettext("Filled in"), "value": str(SOURCES[enrolment.source])},
        {"label": gettext("Submitted at"), "value": " · ".join(w for w in (times["submitted"], found.filed_by) if w)},
        {"label": gettext("Decided at"), "value": " · ".join(w for w in (times["decided"], found.decided_by) if w)},
        {"label": gettext("Opinion"), "value": enrolment.opinion},
        {"label": gettext("In hardship"), "value": gettext("yes") if enrolment.hardship else gettext("no")},
    ]


def _decide(session: Session, form: OpinionForm, found: queries.Detail) -> Answer:
    approve = request.form.get("step") != "reject"
    services.review_one(
        session,
        actor(),
        plan_id=found.plan.id,
        enrolment_id=found.enrolment.id,
        version=form.known_version(),
        approve=approve,
        opinion=form.opinion.data or "",
    )
    return done(_here(found), "application_approved" if approve else "application_rejected")


def _correct(session: Session, form: CorrectionForm, found: queries.Detail) -> Answer:
    more: dict[str, Any] = {"reason": form.reason.data or "", "on_paper": bool(form.declared.data)}
    services.correct(session, actor(), **_which(form, found), wish=form.wish(), **more)
    return done(_here(found), "enrolment_corrected")


def _stop(session: Session, form: ReasonForm, found: queries.Detail) -> Answer:
    services.stop(session, actor(), **_which(form, found), reason=form.reason.data or "")
    return done(_here(found), "insurance_stopped")


def _resume(session: Session, form: ReasonForm, found: queries.Detail) -> Answer:
    services.resume(session, actor(), **_which(form, found), reason=form.reason.data or "")
    return done(_here(found), "insurance_resumed")


def _which(form: RecordForm, found: queries.Detail) -> dict[str, Any]:
    return {"plan_id": found.plan.id, "enrolment_id": found.enrolment.id, "version": form.known_version()}


def _here(found: queries.Detail) -> str:
    return url_for("ApplicationPageView.show", enrolment_id=found.enrolment.id)


def _crumbs(found: queries.Detail) -> list[dict[str, str]]:
    href = url_for("ApplicationView.list", plan=found.plan.code)
    return [{"label": gettext("Enrolment applications"), "href": href}]
