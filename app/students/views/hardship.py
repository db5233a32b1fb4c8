"""困难认定 on a student's page: new, put right, ended, revoked."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.students import records, services
from app.students.claims import DAY
from app.students.forms import HardshipCorrectionForm, HardshipEndForm, HardshipForm, ReasonForm
from app.students.labels import CATEGORIES, LEVELS
from app.students.models import HardshipRecognition
from app.students.rules import NewHardship
from app.students.views.acting import StudentActScreen, page_of, record_for
from app.web.acts import done
from app.web.request import actor, reading
from app.web.screens import needs


class HardshipView(StudentActScreen):
    """Recognitions of hardship of one student."""

    route_base = "/students"
    default_view = "add"

    @expose("/<int:student_id>/hardship/new", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def add(self, student_id: int) -> Response | tuple[str, int]:
        """Add a recognition."""
        record = record_for(student_id, Permission.STUDENT_UPDATE)
        form = HardshipForm()
        title = gettext("New hardship recognition of %(name)s", name=record.name)
        about = gettext("It counts in every plan whose cover year it overlaps.")
        return self.answer(form, record, title, lambda session: _recognise(session, form, student_id), about=about)

    @expose("/<int:student_id>/hardship/<int:recognition_id>/edit", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def edit(self, student_id: int, recognition_id: int) -> Response | tuple[str, int]:
        """Put right what was entered wrongly, saying why."""
        record, found = _found(student_id, recognition_id)
        form = HardshipCorrectionForm(obj=found)
        return self.answer(
            form,
            record,
            gettext("Correct hardship recognition"),
            lambda session: _correct(session, form, recognition_id),
            about=gettext("For what was entered wrongly. If the circumstances changed, end it and add a new one."),
        )

    @expose("/<int:student_id>/hardship/<int:recognition_id>/until", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def end(self, student_id: int, recognition_id: int) -> Response | tuple[str, int]:
        """Let a recognition end."""
        record, found = _found(student_id, recognition_id)
        form = HardshipEndForm(
            data={"version": found.version, "until_on": found.until_on or clock.today(reading()) + DAY}
        )
        return self.answer(
            form,
            record,
            gettext("End hardship recognition"),
            lambda session: _end(session, form, recognition_id),
            about=_said(found),
        )

    @expose("/<int:student_id>/hardship/<int:recognition_id>/revoke", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def revoke(self, student_id: int, recognition_id: int) -> Response | tuple[str, int]:
        """Take back a recognition that should never have been."""
        record, found = _found(student_id, recognition_id)
        form = ReasonForm(data={"version": found.version})
        kept = gettext(
            "Only for a recognition that should never have been. It stays visible with your reason and counts nowhere."
        )
        return self.answer(
            form,
            record,
            gettext("Revoke hardship recognition"),
            lambda session: _revoke(session, form, recognition_id),
            about=f"{_said(found)} — {kept}",
            submit=gettext("Revoke"),
            danger=True,
        )


def recognition_lines(record: records.Record) -> list[dict[str, Any]]:
    """The recognitions as the student's page shows them: those that count first, then the revoked ones."""
    rows = records.recognitions(reading(), actor(), record)
    return [
        {
            "row": row,
            "category": CATEGORIES[row.category],
            "level": LEVELS[row.level],
            "last_day": row.until_on - DAY if row.until_on else None,
        }
        for row in sorted(rows, key=lambda row: row.revoked_at is not None)
    ]


def _found(student_id: int, recognition_id: int) -> tuple[records.Record, HardshipRecognition]:
    record = record_for(student_id, Permission.STUDENT_UPDATE)
    rows = {row.id: row for row in records.recognitions(reading(), actor(), record)}
    if recognition_id not in rows:
        raise NotFound(what="hardship_recognition")
    return record, rows[recognition_id]


def _said(row: HardshipRecognition) -> str:
    return f"{CATEGORIES[row.category]} · {LEVELS[row.level]} · {row.since_on}"


def _typed(form: HardshipForm | HardshipCorrectionForm) -> NewHardship:
    if form.since_on.data is None:
        raise Invalid({"since_on": "since_on_missing"})
    return NewHardship(
        form.category.data or "",
        form.level.data or "",
        form.since_on.data,
        form.until_on.data,
        (form.evidence_number.data or "").strip() or None,
        (form.recognised_by.data or "").strip() or None,
    )


def _recognise(session: Session, form: HardshipForm, student_id: int) -> Answer:
    services.recognise(session, actor(), student_id=student_id, new=_typed(form))
    return done(page_of(student_id), "saved")


def _correct(session: Session, form: HardshipCorrectionForm, recognition_id: int) -> Answer:
    student_id = services.correct_recognition(
        session,
        actor(),
        recognition_id=recognition_id,
        version=form.known_version(),
        new=_typed(form),
        reason=form.reason.data or "",
    )
    return done(page_of(student_id), "saved")


def _end(session: Session, form: HardshipEndForm, recognition_id: int) -> Answer:
    student_id = services.end_recognition(
        session,
        actor(),
        recognition_id=recognition_id,
        version=form.known_version(),
        until_on=form.until_on.data,
    )
    return done(page_of(student_id), "saved")


def _revoke(session: Session, form: ReasonForm, recognition_id: int) -> Answer:
    student_id = services.revoke_recognition(
        session,
        actor(),
        recognition_id=recognition_id,
        version=form.known_version(),
        reason=form.reason.data or "",
    )
    return done(page_of(student_id), "saved")
