"""批量停保 and 续保: ticked students with one reason; the outcome says what became of each row."""

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
from app.enrolment import services
from app.enrolment.forms import ReasonForManyForm
from app.enrolment.rules import Outcome
from app.enrolment.views.batch import answer, crumbs, names_of, plan_of, ticked_rows
from app.plans.models import Plan
from app.web.acts import submitted
from app.web.request import actor
from app.web.screens import Screen, needs

Service = Callable[..., Outcome]


class StoppingView(Screen):
    """Stopping and resuming many insurances; the rows come from the list."""

    route_base = "/applications"
    default_view = "stop"

    @expose("/stop", methods=["GET", "POST"])
    @needs(Permission.ENROLMENT_STOP)
    def stop(self) -> Response | tuple[str, int]:
        """End the insurance of the ticked students."""
        about = gettext("Who is insured will count as stopped. All others stay as they are.")
        words = {"title": gettext("Stop the insurance"), "about": about, "submit": gettext("Stop the insurance")}
        return self._ticked(services.stop_many, "not_insured", danger=True, **words)

    @expose("/resume", methods=["GET", "POST"])
    @needs(Permission.ENROLMENT_RENEW)
    def resume(self) -> Response | tuple[str, int]:
        """Let the stopped insurance of the ticked students go on."""
        about = gettext("Whose insurance was stopped will count as insured again. All others stay as they are.")
        words = {"title": gettext("Resume the insurance"), "about": about, "submit": gettext("Resume the insurance")}
        return self._ticked(services.resume_many, "not_stopped", danger=False, **words)

    def _ticked(self, service: Service, wrong_state: str, **context: Any) -> Response | tuple[str, int]:  # noqa: ANN401
        ids, rows = ticked_rows()
        plan = plan_of(rows)
        form = ReasonForManyForm()

        def work(session: Session) -> Answer:
            outcome = service(session, actor(), plan_id=plan.id, ids=ids, reason=form.reason.data or "")
            return answer(plan, outcome, wrong_state)

        if request.method == "POST" and "reason" in request.form:
            answered = submitted(form, work)
            if answered:
                return answered
        return self._page(form, plan, ids=ids, names=names_of(rows), **context)

    def _page(self, form: ReasonForManyForm, plan: Plan, **context: Any) -> tuple[str, int]:  # noqa: ANN401
        back = url_for("ApplicationView.list", plan=plan.code)
        template = "enrolment/stopping.html"
        return self.form_page(form, template, subtitle=plan.name, back=back, crumbs=crumbs(plan), **context)
