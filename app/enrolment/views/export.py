"""导出全部 and 选中导出 (W5, UM-08): the whole set of columns, whatever the list shows; many rows by a job."""

from __future__ import annotations

from collections import Counter

from flask import flash, make_response, redirect, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.db import Session
from app.core.errors import NotFound
from app.core.idempotency import Answer
from app.core.queue import defer
from app.enrolment import queries
from app.enrolment.services import note_export
from app.enrolment.sheet import MEDIA_TYPE, NAME, PURPOSE, workbook
from app.enrolment.views.listing import LISTING, asked_for, asked_plan
from app.plans import queries as plans
from app.students.rules import NothingTicked
from app.web.acts import done, submitted
from app.web.forms import ActForm
from app.web.language import is_chinese
from app.web.request import actor, reading, write
from app.web.screens import Screen, needs, ticked

EXPORT = Permission.ENROLMENT_EXPORT
MOST_AT_ONCE = 5_000


class ExportView(Screen):
    """Workbooks of applications."""

    route_base = "/applications/exports"
    default_view = "all"

    @expose("/all", methods=["GET", "POST"])
    @needs(EXPORT)
    def all(self) -> Response | tuple[str, int]:
        """All applications that match the query of the list; above 5,000 rows a job makes the workbook, when asked."""
        plan = asked_plan(plans.in_progress(reading(), actor()))
        if plan is None:
            raise NotFound(what="plan")
        ids = queries.ids_in_order(reading(), actor(), asked_for(plan, LISTING.query()), EXPORT)
        if len(ids) <= MOST_AT_ONCE:
            return _sent_now(ids, plan.id)
        form = ActForm()
        if answered := submitted(form, lambda session: _handed_over(session, plan.id, ids)):
            return answered
        return self.form_page(
            form,
            title=gettext("Export all that match"),
            crumbs=[{"label": gettext("Enrolment applications"), "href": url_for("ApplicationView.list")}],
            about=gettext("%(count)s applications match. Their workbook is made in the background.", count=len(ids)),
            submit=gettext("Make the workbook"),
            back=url_for("ApplicationView.list", plan=plan.code),
        )

    @expose("/ticked", methods=["POST"])
    @needs(EXPORT)
    def ticked(self) -> Response:
        """Only the ticked applications."""
        ids = ticked(NothingTicked)
        shown = queries.shown_of(reading(), actor(), ids, EXPORT)
        if not shown:
            raise NotFound(what="enrolment")
        return _sent_now(ids, *(each.row.plan_id for each in shown.values()))


def _handed_over(session: Session, plan_id: int, ids: list[int]) -> Answer:
    target = url_for("MyExportsView.mine")
    arguments = {"ids": ids, "plan": plan_id, "chinese": is_chinese(), "target": target}
    job_id = defer(session, PURPOSE, arguments, owner_id=actor().user_id)
    return done(url_for("WorkView.show", job_id=job_id), "export_begun")


def _sent_now(ids: list[int], *plans_of_rows: int) -> Response:
    """The workbook at once; noted for its one plan, or for the plan of each row."""
    data, count = workbook(reading(), actor(), ids, chinese=is_chinese())
    if not count:
        flash(gettext("No application matches, so there is nothing to export."), "warning")
        return redirect(url_for("ApplicationView.list"), 303)
    counts = Counter(plans_of_rows) if len(plans_of_rows) > 1 else dict.fromkeys(plans_of_rows, count)
    write(lambda session: note_export(session, actor(), counts=counts))
    return _sent(data)


def _sent(data: bytes) -> Response:
    answer = make_response(data)
    answer.headers["Content-Type"] = MEDIA_TYPE
    answer.headers["Content-Disposition"] = f'attachment; filename="{NAME}"'
    return answer
