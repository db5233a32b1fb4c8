"""转班 for one student or many, and 离校."""

from __future__ import annotations

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.errors import Invalid
from app.core.idempotency import Answer
from app.students import queries, records, services
from app.students.forms import LeaveForm, TransferForm
from app.students.rules import NothingTicked
from app.web.acts import done, submitted
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs

MOST_TICKED = 500
"""As many rows as a page shows at most."""


class StudentMoveView(Screen):
    """Students change class, or leave."""

    route_base = "/students"
    default_view = "transfer"

    @expose("/transfer", methods=["GET", "POST"])
    @needs(Permission.STUDENT_MOVE)
    def transfer(self) -> Response | tuple[str, int]:
        """Move the ticked students to the class that is named; ticked rows come here first without one."""
        ids = _ticked()
        form = TransferForm()
        names = queries.names_of_ticked(reading(), actor(), Permission.STUDENT_MOVE, ids)
        if request.method == "POST" and "class_number" in request.form:
            answered = submitted(form, lambda session: _move(session, form, ids))
            if answered:
                return answered
        return self.form_page(
            form,
            template="students/transfer.html",
            title=gettext("Transfer to another class"),
            submit=gettext("Transfer"),
            back=url_for("StudentView.list"),
            crumbs=[{"label": gettext("Student management"), "href": url_for("StudentView.list")}],
            ids=ids,
            names=names,
        )

    @expose("/<int:student_id>/leave", methods=["GET", "POST"])
    @needs(Permission.STUDENT_CLOSE)
    def leave(self, student_id: int) -> Response | tuple[str, int]:
        """Close a student's time at the school."""
        found = records.record_of(
            reading(), actor(), Permission.STUDENT_CLOSE, student_id=student_id, keyring=backstage().keyring
        )
        form = LeaveForm(data={"version": found.version, "on": clock.today(reading())})
        if request.method == "POST":
            answered = submitted(form, lambda session: _leave(session, form, student_id))
            if answered:
                return answered
        return self.form_page(
            form,
            title=gettext("%(name)s leaves school", name=found.name),
            subtitle=found.full_name,
            about=gettext(
                "The record stays and can be read. In open plans the student is counted no more, unless insured, waived"
                " or stopped already."
            ),
            submit=gettext("Leave school"),
            danger=True,
            back=url_for("StudentPageView.show", student_id=student_id),
            crumbs=[{"label": gettext("Student management"), "href": url_for("StudentView.list")}],
        )


def _ticked() -> list[int]:
    """The ids of the ticked rows, strictly read."""
    texts = request.form.getlist("rowid") if request.method == "POST" else request.args.getlist("rowid")
    if not texts:
        raise NothingTicked
    if len(texts) > MOST_TICKED or not all(t.isascii() and t.isdigit() and len(t) < 16 for t in texts):  # noqa: PLR2004
        raise Invalid({"rowid": "whole_number"})
    return sorted({int(text) for text in texts})


def _move(session: Session, form: TransferForm, ids: list[int]) -> Answer:
    number = form.class_number.data or ""
    count = services.move(session, actor(), ids=ids, class_number=number)
    return done(url_for("StudentView.list"), "students_moved", count=count, class_number=number.strip())


def _leave(session: Session, form: LeaveForm, student_id: int) -> Answer:
    services.leave(
        session,
        actor(),
        student_id=student_id,
        version=form.known_version(),
        state=form.state.data or "",
        on=form.on.data,
        reason=form.reason.data or "",
    )
    return done(url_for("StudentPageView.show", student_id=student_id), "student_left")
