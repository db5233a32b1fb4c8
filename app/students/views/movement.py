"""转班 for one student or many."""

from __future__ import annotations

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.db import Session
from app.core.idempotency import Answer
from app.students import queries, services
from app.students.forms import TransferForm
from app.students.rules import NothingTicked
from app.web.acts import done, submitted
from app.web.request import actor, reading
from app.web.screens import Screen, needs, ticked


class StudentMoveView(Screen):
    """Students change class."""

    route_base = "/students"
    default_view = "transfer"

    @expose("/transfer", methods=["GET", "POST"])
    @needs(Permission.STUDENT_MOVE)
    def transfer(self) -> Response | tuple[str, int]:
        """Move the ticked students to the class that is named; ticked rows come here first without one."""
        ids = ticked(NothingTicked)
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


def _move(session: Session, form: TransferForm, ids: list[int]) -> Answer:
    number = form.class_number.data or ""
    count = services.move(session, actor(), ids=ids, class_number=number)
    return done(url_for("StudentView.list"), "students_moved", count=count, class_number=number.strip())
