"""One student with all that belongs to them (个人信息查询, 详细记录): guardians, hardship, enrolments, history."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.errors import NotFound
from app.core.idempotency import Answer
from app.people.labels import CERTIFICATES
from app.students import records, services
from app.students.forms import GuardianForm
from app.students.labels import FIELDS, KINDS, RELATIONS, STATES, shown
from app.students.views.acting import StudentActScreen, page_of, record_for
from app.students.views.hardship import recognition_lines
from app.students.views.listing import ops
from app.students.views.readmission import readmission_ops
from app.students.views.status import status_ops
from app.web.acts import done
from app.web.forms import RecordForm
from app.web.request import actor, backstage, reading
from app.web.screens import needs


class StudentPageView(StudentActScreen):
    """A student's page and the small forms on it."""

    route_base = "/students"
    default_view = "show"

    @expose("/<int:student_id>")
    @needs(Permission.STUDENT_READ)
    def show(self, student_id: int) -> str:
        """The student, every secret masked."""
        record = record_for(student_id, Permission.STUDENT_READ)
        may_change = record.is_open and actor().covers(Permission.STUDENT_UPDATE, record.tree_path)
        return self.page(
            "students/page.html",
            title=record.name,
            subtitle=record.full_name,
            crumbs=[{"label": gettext("Student management"), "href": url_for("StudentView.list")}],
            record=record,
            state_label=STATES[record.state],
            facts=_facts(record),
            ops=[
                *ops(record.id, record.tree_path, is_open=record.is_open, on_page=True),
                *readmission_ops(record),
                *status_ops(record),
            ],
            may_change=may_change,
            families=[
                {
                    **vars(one),
                    "relation_label": RELATIONS[one.relation],
                    "certificate_label": CERTIFICATES.get(one.certificate_type, ""),
                }
                for one in records.families(reading(), actor(), record, keyring=backstage().keyring)
            ],
            may_unmask=_may_unmask(record),
            recognitions=recognition_lines(record),
            enrolments=records.enrolments(reading(), actor(), record),
            timeline=_timeline(record),
            shanghai=clock.SHANGHAI,
        )

    @expose("/<int:student_id>/guardians/new", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def add_guardian(self, student_id: int) -> Response | tuple[str, int]:
        """Add a guardian."""
        record = record_for(student_id, Permission.STUDENT_UPDATE)
        form = GuardianForm()
        title = gettext("New guardian of %(name)s", name=record.name)
        return self.answer(form, record, title, lambda session: _add_guardian(session, form, student_id))

    @expose("/<int:student_id>/guardians/<int:guardian_id>", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def edit_guardian(self, student_id: int, guardian_id: int) -> Response | tuple[str, int]:
        """Correct a guardian; phone and certificate number stand in the form masked."""
        record, family = _family(student_id, guardian_id)
        form = GuardianForm(data=vars(family))
        title = gettext("Edit guardian %(name)s", name=family.name)
        return self.answer(form, record, title, lambda session: _correct_guardian(session, form, guardian_id))

    @expose("/<int:student_id>/guardians/<int:guardian_id>/release", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def end_guardian(self, student_id: int, guardian_id: int) -> Response | tuple[str, int]:
        """End a guardian's part after saying what that means."""
        record, family = _family(student_id, guardian_id)
        form = RecordForm(data={"version": family.version})
        return self.answer(
            form,
            record,
            gettext("End guardian %(name)s", name=family.name),
            lambda session: _end_guardian(session, form, guardian_id),
            about=gettext("The guardian is no longer shown with the student. What was recorded is kept."),
            submit=gettext("End"),
            danger=True,
        )


def _family(student_id: int, guardian_id: int) -> tuple[records.Record, records.Family]:
    record = record_for(student_id, Permission.STUDENT_UPDATE)
    families = records.families(reading(), actor(), record, keyring=backstage().keyring)
    found = next((one for one in families if one.id == guardian_id), None)
    if found is None:
        raise NotFound(what="guardian")
    return record, found


def _may_unmask(record: records.Record) -> bool:
    who = actor()
    own = record.person_id in who.persons(Permission.PERSON_UNMASK)
    return own or who.covers(Permission.PERSON_UNMASK, record.tree_path)


SECRETS = {"number", "status_number", "social_card_number", "household_place", "phone", "address"}
MOSTLY_EMPTY = {*records.OF_PERSON, *records.OF_STAY}
"""Shown only when there is something to show: most of these fields are empty with most students."""


def _facts(record: records.Record) -> list[dict[str, Any]]:
    values: dict[str, Any] = {**records.values_of(record), "class_number": record.class_number, "state": record.state}
    order = [
        *("name", "sex", "certificate_type", "number", "birth_date", "ethnicity"),
        *("student_number", "class_number", "class_roll_number", "entry_date", "expected_graduation_date", "boarding"),
        *("phone", "address"),
        *("country", "status_number", "secondary_status_number", "entry_mode"),
        *("political_status", "health", "household_type", "household_place", "nationality", "overseas_status"),
        *("left_behind", "social_card_number"),
    ]
    facts = [
        {
            "label": FIELDS[field],
            "value": shown(field, values[field]),
            "secret": field if field in SECRETS and values[field] else None,
        }
        for field in order
        if values[field] or field not in MOSTLY_EMPTY
    ]
    if record.state_on:
        facts += [
            {"label": gettext("%(state)s since", state=STATES[record.state]), "value": str(record.state_on)},
            {"label": gettext("Reason"), "value": record.state_reason},
        ]
    if record.closed_on:
        facts += [
            {"label": FIELDS["closed_on"], "value": str(record.closed_on)},
            {"label": gettext("Reason"), "value": record.close_reason},
        ]
    return facts


def _timeline(record: records.Record) -> list[dict[str, Any]]:
    """Change records, classes and enrolments as one story, the latest first."""
    moments: list[dict[str, Any]] = [
        {
            "at": change.at,
            "title": KINDS.get(change.kind, change.kind),
            "who": change.actor_name,
            "lines": _lines(change.before or {}, change.after or {}),
            "reason": change.reason,
        }
        for change in records.history(reading(), actor(), record)
    ]
    moments += [
        {"at": stay.since, "title": gettext("Class %(name)s", name=stay.class_name), "lines": []}
        for stay in records.stays(reading(), record)
    ]
    moments += [
        {"at": line.at, "title": f"{line.plan}: {line.state_label}", "lines": []}
        for line in records.enrolments(reading(), actor(), record)
    ]
    return sorted(moments, key=lambda moment: moment["at"], reverse=True)


ORDER = {field: place for place, field in enumerate(FIELDS)}
"""Change records keep their fields in no order; people read the category before the level, from before until."""


def _lines(before: dict[str, Any], after: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "label": FIELDS.get(field, field),
            "before": shown(field, before.get(field)),
            "after": shown(field, after.get(field)),
        }
        for field in sorted({*before, *after}, key=lambda field: ORDER.get(field, len(ORDER)))
        if before.get(field) or after.get(field)
    ]


def _typed(form: GuardianForm) -> services.TypedGuardian:
    names = ("name", "relation", "phone", "certificate_type", "number")
    return services.TypedGuardian(*(form[name].data or "" for name in names))


def _add_guardian(session: Session, form: GuardianForm, student_id: int) -> Answer:
    services.add_guardian(
        session,
        actor(),
        student_id=student_id,
        typed=_typed(form),
        keyring=backstage().keyring,
    )
    return done(page_of(student_id), "saved")


def _correct_guardian(session: Session, form: GuardianForm, guardian_id: int) -> Answer:
    student_id = services.correct_guardian(
        session,
        actor(),
        guardian_id=guardian_id,
        version=form.known_version(),
        typed=_typed(form),
        keyring=backstage().keyring,
    )
    return done(page_of(student_id), "saved")


def _end_guardian(session: Session, form: RecordForm, guardian_id: int) -> Answer:
    student_id = services.end_guardian(
        session, actor(), guardian_id=guardian_id, version=form.known_version(), keyring=backstage().keyring
    )
    return done(page_of(student_id), "saved")
