"""学籍异动 on a student's page: study leave, place kept, resuming, leaving, and undoing a mistaken leaving."""

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
from app.students.forms import LeaveForm, ReasonForm, StatusForm
from app.students.labels import EVENTS, STATES
from app.students.views.acting import StudentActScreen, page_of, record_for
from app.students.workflow import STATUS, StudentEvent, StudentState, leaving
from app.web.acts import done
from app.web.request import actor, reading
from app.web.screens import needs

ROUTES = {
    StudentEvent.TAKE_LEAVE: "StatusView.take_leave",
    StudentEvent.RETAIN: "StatusView.retain",
    StudentEvent.RESUME: "StatusView.resume",
    StudentEvent.REOPEN: "StatusView.reopen",
}
"""The events with a page of their own; the ways of leaving are chosen on one."""


class StatusView(StudentActScreen):
    """What happens to a student's status."""

    route_base = "/students"
    default_view = "leave"

    @expose("/<int:student_id>/study-leave", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def take_leave(self, student_id: int) -> Response | tuple[str, int]:
        """休学."""
        return self._change(student_id, StudentEvent.TAKE_LEAVE, Permission.STUDENT_UPDATE, _not_counted())

    @expose("/<int:student_id>/keep-place", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def retain(self, student_id: int) -> Response | tuple[str, int]:
        """保留学籍, such as for military service."""
        return self._change(student_id, StudentEvent.RETAIN, Permission.STUDENT_UPDATE, _not_counted())

    @expose("/<int:student_id>/resume", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def resume(self, student_id: int) -> Response | tuple[str, int]:
        """复学."""
        about = gettext("The student is in school again, in the same class, and is asked in every open plan.")
        return self._change(student_id, StudentEvent.RESUME, Permission.STUDENT_UPDATE, about)

    @expose("/<int:student_id>/reopen", methods=["GET", "POST"])
    @needs(Permission.STUDENT_CLOSE)
    def reopen(self, student_id: int) -> Response | tuple[str, int]:
        """撤销离校: the leaving was entered by mistake."""
        about = gettext(
            "Only when the leaving was entered by mistake: the record goes on as if the student had never left. Who"
            " really left and comes back is readmitted instead."
        )
        return self._change(student_id, StudentEvent.REOPEN, Permission.STUDENT_CLOSE, about)

    @expose("/<int:student_id>/leave", methods=["GET", "POST"])
    @needs(Permission.STUDENT_CLOSE)
    def leave(self, student_id: int) -> Response | tuple[str, int]:
        """Close a student's time at the school."""
        record = record_for(student_id, Permission.STUDENT_CLOSE)
        form = LeaveForm(data={"version": record.version, "on": clock.today(reading())})
        form.offer({str(move.target): STATES[move.target] for move in leaving(StudentState(record.state))})
        return self.answer(
            form,
            record,
            gettext("%(name)s leaves school", name=record.name),
            lambda session: _leave(session, form, student_id),
            about=gettext(
                "The record stays and can be read. In open plans the student is counted no more, unless insured, waived"
                " or stopped already."
            ),
            submit=gettext("Leave school"),
            danger=True,
        )

    def _change(
        self, student_id: int, event: StudentEvent, permission: Permission, about: str
    ) -> Response | tuple[str, int]:
        record = record_for(student_id, permission)
        STATUS.move(StudentState(record.state), event)
        if event is StudentEvent.REOPEN:
            form: StatusForm | ReasonForm = ReasonForm(data={"version": record.version})
        else:
            form = StatusForm(data={"version": record.version, "on": clock.today(reading())})
        title = f"{EVENTS[event]} · {record.name}"
        return self.answer(
            form,
            record,
            title,
            lambda session: _do(session, form, student_id, event),
            about=about,
            submit=EVENTS[event],
        )


def status_ops(record: records.Record) -> list[dict[str, str]]:
    """The buttons of a student's page for what may happen to the status now, from the workflow."""
    moves = [move for move in STATUS.moves if move.source == record.state and move.event in ROUTES]
    return [
        {"label": EVENTS[move.event], "href": url_for(ROUTES[move.event], student_id=record.id)}
        for move in moves
        if actor().covers(Permission(move.needs), record.tree_path)
    ]


def _not_counted() -> str:
    said: str = gettext(
        "The record stays open. In open plans the student is counted no more until study resumes, unless insured,"
        " waived or stopped already."
    )
    return said


def _do(session: Session, form: StatusForm | ReasonForm, student_id: int, event: StudentEvent) -> Answer:
    services.change_status(
        session,
        actor(),
        student_id=student_id,
        version=form.known_version(),
        event=event,
        on=form.on.data if isinstance(form, StatusForm) else None,
        reason=form.reason.data or "",
    )
    return done(page_of(student_id), "status_changed")


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
    return done(page_of(student_id), "student_left")
