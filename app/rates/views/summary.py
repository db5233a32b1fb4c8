"""参保汇总表: the units of a step as an Excel file, with who submitted and reviewed them (W9, UM-15, domain §3.5)."""

from __future__ import annotations

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext, ngettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.actor import EVERYWHERE
from app.access.permissions import Permission
from app.core import clock
from app.core.errors import NotFound
from app.core.idempotency import Answer
from app.core.queue import defer
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.plans import queries as plans
from app.plans.models import Plan
from app.rates import summary
from app.rates.lines import asked_plan
from app.rates.queries import units
from app.rates.services import note_export
from app.rates.sheet import workbook
from app.rates.views.figures import XLSX, asked_node
from app.rates.views.units import asked_step, asked_units
from app.web.acts import done, submitted
from app.web.forms import ActForm
from app.web.language import is_chinese
from app.web.request import actor, reading, write
from app.web.screens import Screen, needs, text_argument

MOST_AT_ONCE = 5_000
"""Units a workbook is made of while the browser waits; more are handed to the worker."""


class RateSummaryView(Screen):
    """The summary of rates as a file."""

    route_base = "/rates/summary"
    default_view = "export"

    @expose("/", methods=["GET", "POST"])
    @needs(Permission.FIGURE_READ)
    def export(self) -> Response | tuple[str, int]:
        """All units that the list shows, whatever page of it is open; the last row is the total."""
        node = asked_node()
        plan = asked_plan(plans.in_progress(reading(), actor()))
        step = asked_step(units.steps_of(reading(), plan)) if plan else None
        if plan is None or step is None:
            raise NotFound(what="plan")
        asked = asked_units(step, node, text_argument("state"))
        count = units.count_units(reading(), actor(), asked)
        if count <= MOST_AT_ONCE:
            return _sent_now(plan, node, asked, count)
        form = ActForm()
        if answered := submitted(form, lambda session: _handed_over(session, asked)):
            return answered
        back = url_for("RateView.list", plan=plan.code, step=step.position)
        return self.form_page(
            form,
            title=gettext("Export the summary of rates"),
            crumbs=[{"label": gettext("Enrolment rates"), "href": back}],
            about=ngettext(
                "%(num)s unit is in the list. The workbook is made in the background.",
                "%(num)s units are in the list. The workbook is made in the background.",
                count,
            ),
            submit=gettext("Make the workbook"),
            back=back,
        )


def _handed_over(session: Session, asked: units.Asked) -> Answer:
    arguments = {
        "plan": asked.plan_id,
        "position": asked.position,
        "path": asked.path,
        "states": list(asked.states),
        "waiting": str(asked.waiting.which) if asked.waiting else None,
        "chinese": is_chinese(),
        "target": url_for("MyExportsView.mine"),
    }
    job_id = defer(session, summary.PURPOSE, arguments, owner_id=actor().user_id)
    return done(url_for("WorkView.show", job_id=job_id), "export_begun")


def _sent_now(plan: Plan, node: OrgNode, asked: units.Asked, count: int) -> Response:
    place = " / ".join(orgs.names_of(reading(), [node.path])[node.path])
    day = clock.today(reading()).isoformat()
    rows = list(summary.rows(reading(), actor(), plan, asked, chinese=is_chinese()))
    data = workbook(f"{place} · {plan.name} · {day}", summary.headings(chinese=is_chinese()), rows)
    path = node.path if asked.path == EVERYWHERE else asked.path
    write(lambda session: note_export(session, actor(), plan_id=plan.id, path=path, count=count))
    answer = Response(data, mimetype=XLSX)
    answer.headers["Content-Disposition"] = f"attachment; filename=rates-{day}.xlsx"
    return answer
