"""批量审核 and 代填: ticked applications, or all that match, with one opinion or one choice; row by row outcome."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.enrolment import queries, services
from app.enrolment.forms import WAIVE, EntryForm, ReviewForm
from app.enrolment.views.batch import MOST_TOLD, answer, crumbs, names_of, plan_of, ticked_rows, told
from app.enrolment.views.facts import money
from app.enrolment.views.listing import LISTING, asked_for, asked_plan
from app.plans import queries as plans
from app.plans.models import Plan
from app.web.acts import sentence_of, submitted
from app.web.forms import ActForm
from app.web.request import actor, reading
from app.web.screens import LONGEST_ID, Screen, is_id, needs, text_argument, whole_number

REVIEW, ENTER = Permission.ENROLMENT_REVIEW, Permission.ENROLMENT_ENTER


class ReviewView(Screen):
    """Acts on many applications; the rows come from the list, the outcome says what became of each."""

    route_base = "/applications"
    default_view = "approve"

    @expose("/approve", methods=["GET", "POST"])
    @needs(REVIEW)
    def approve(self) -> Response | tuple[str, int]:
        """Approve the ticked applications; the opinion may be left empty."""
        return self._ticked(approve=True)

    @expose("/reject", methods=["GET", "POST"])
    @needs(REVIEW)
    def reject(self) -> Response | tuple[str, int]:
        """Reject the ticked applications with one opinion."""
        return self._ticked(approve=False)

    @expose("/review/all", methods=["GET", "POST"])
    @needs(REVIEW)
    def all(self) -> Response | tuple[str, int]:
        """Review all that match the query of the list and wait: approve or reject, by the button that is pressed."""
        plan = asked_plan(plans.in_progress(reading(), actor()))
        if plan is None:
            raise NotFound(what="plan")
        asked = LISTING.query()
        state = queries.TO_REVIEW if asked["state"] == queries.TO_REVIEW else "submitted"
        wanted = asked_for(plan, {**asked, "state": state})
        form = ReviewForm()
        if request.method == "POST" and "opinion" in request.form:
            answered = submitted(form, lambda session: _review_all(session, form, plan, wanted))
            if answered:
                return answered
        count = len(queries.ids_matching(reading(), actor(), wanted, REVIEW))
        form.shown.data = str(count)
        form.shown.raw_data = [form.shown.data]
        return self._page(form, plan, gettext("Review all that match"), count=count, both=True, names=[], ids=[])

    @expose("/enter", methods=["GET", "POST"])
    @needs(ENTER)
    def enter(self) -> Response | tuple[str, int]:
        """Enter one choice for the ticked students who have not decided: approved at once (UM-07)."""
        ids, rows = ticked_rows()
        plan = plan_of(rows)
        options = plans.options_of(reading(), plan.id)
        form = EntryForm()
        form.offer(options.values())
        if request.method == "POST" and "waiver_reason" in request.form:
            answered = submitted(form, lambda session: _enter(session, form, plan, ids))
            if answered:
                return answered
        months = {str(option.id): option for option in options.values()}
        context = {"months": months, "waive": WAIVE, "money": money, "ids": ids, "names": names_of(rows)}
        return self._page(form, plan, gettext("Enter on behalf"), template="enrolment/enter.html", **context)

    @expose("/outcome")
    @needs(Permission.ENROLMENT_READ)
    def outcome(self) -> str:
        """What became of a batch, row by row as far as it was refused; the address holds ids and codes only."""
        refused = told(text_argument("refused", MOST_TOLD * (LONGEST_ID + 20)))
        plan = asked_plan(plans.in_progress(reading(), actor()))
        shown = queries.shown_of(reading(), actor(), [each for each, _ in refused])
        rows = [
            {
                "name": shown[each].row.name if each in shown else "—",
                "student_number": shown[each].row.student_number if each in shown else "",
                "class_name": shown[each].class_name if each in shown else "",
                "why": sentence_of(f"why_{code}", {}),
                "href": url_for("ApplicationPageView.show", enrolment_id=each) if each in shown else None,
            }
            for each, code in refused
        ]
        return self.page(
            "enrolment/outcome.html",
            title=gettext("Outcome"),
            crumbs=crumbs(plan),
            done=whole_number("done", 0),
            count=whole_number("count", 0),
            rows=rows,
            back=url_for("ApplicationView.list", plan=plan.code if plan else None),
        )

    def _ticked(self, *, approve: bool) -> Response | tuple[str, int]:
        ids, rows = ticked_rows()
        plan = plan_of(rows)
        form = ReviewForm()
        if request.method == "POST" and "opinion" in request.form:
            answered = submitted(form, lambda session: _review(session, form, plan, ids, approve=approve))
            if answered:
                return answered
        title = gettext("Approve applications") if approve else gettext("Reject applications")
        return self._page(form, plan, title, approve=approve, ids=ids, names=names_of(rows), count=len(ids))

    def _page(
        self,
        form: ActForm,
        plan: Plan,
        title: str,
        template: str = "enrolment/review.html",
        **context: Any,  # noqa: ANN401  what a template is given has any type
    ) -> tuple[str, int]:
        back = url_for("ApplicationView.list", plan=plan.code)
        return self.form_page(
            form, template=template, title=title, subtitle=plan.name, back=back, crumbs=crumbs(plan), **context
        )


def _review(session: Session, form: ReviewForm, plan: Plan, ids: list[int], *, approve: bool) -> Answer:
    opinion = form.opinion.data or ""
    outcome = services.review(session, actor(), plan_id=plan.id, ids=ids, approve=approve, opinion=opinion)
    return answer(plan, outcome)


def _review_all(session: Session, form: ReviewForm, plan: Plan, wanted: queries.Wanted) -> Answer:
    shown = form.shown.data or ""
    if not is_id(shown):
        raise Invalid({"shown": "whole_number"})
    outcome = services.review_matching(
        session,
        actor(),
        wanted=wanted,
        shown=int(shown),
        approve=request.form.get("step") != "reject",
        opinion=form.opinion.data or "",
    )
    return answer(plan, outcome)


def _enter(session: Session, form: EntryForm, plan: Plan, ids: list[int]) -> Answer:
    on_paper = bool(form.declared.data)
    outcome = services.enter(session, actor(), plan_id=plan.id, ids=ids, wish=form.wish(), on_paper=on_paper)
    return answer(plan, outcome)
