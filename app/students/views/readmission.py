"""重新入学 from the page of somebody who left."""

from __future__ import annotations

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.idempotency import Answer
from app.students import records, services
from app.students.forms import ReadmissionForm
from app.students.views.acting import StudentActScreen, page_of, record_for
from app.students.workflow import StudentState
from app.web.acts import done
from app.web.request import actor, backstage, reading
from app.web.screens import needs


class ReadmissionView(StudentActScreen):
    """Somebody who left comes again."""

    route_base = "/students"
    default_view = "readmit"

    @expose("/<int:student_id>/readmit", methods=["GET", "POST"])
    @needs(Permission.STUDENT_CREATE)
    def readmit(self, student_id: int) -> Response | tuple[str, int]:
        """Choose the class and the new student number."""
        record = record_for(student_id, Permission.STUDENT_CREATE)
        form = ReadmissionForm(data={"entry_date": clock.today(reading()), "boarding": record.boarding or ""})
        return self.answer(
            form,
            record,
            gettext("Readmit %(name)s", name=record.name),
            lambda session: _readmit(session, form, student_id),
            about=gettext(
                "The student gets a new record with a new student number (the old one was %(number)s). Phone, address"
                " and guardians come along. If the leaving was entered by mistake, undo it instead.",
                number=record.student_number,
            ),
            submit=gettext("Readmit"),
        )


def readmission_ops(record: records.Record) -> list[dict[str, str]]:
    """The button on the page of somebody who left: the present record where one is in sight, else readmission."""
    if record.is_open:
        return []
    present = records.present_of(reading(), actor(), record)
    if present is not None:
        return [{"label": gettext("Present record"), "href": page_of(present)}]
    may = actor().covers(Permission.STUDENT_CREATE, record.tree_path) and record.state != StudentState.DECEASED
    href = url_for("ReadmissionView.readmit", student_id=record.id)
    return [{"label": gettext("Readmit"), "href": href}] if may else []


def _readmit(session: Session, form: ReadmissionForm, student_id: int) -> Answer:
    new_id = services.readmit(
        session,
        actor(),
        student_id=student_id,
        class_text=form.class_text.data or "",
        particulars=form.particulars(),
        keyring=backstage().keyring,
    )
    return done(page_of(new_id), "student_readmitted")
