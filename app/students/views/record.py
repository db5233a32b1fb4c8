"""新增学生 and 编辑学生, and what a number tells while it is typed."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core import clock
from app.core.db import Session
from app.core.errors import Invalid
from app.core.idempotency import Answer
from app.people.certificates import CertificateType, Sex
from app.people.identity import judge_number, tells
from app.people.labels import SEXES, SHAPES, countries_like
from app.students import records, services
from app.students.forms import NewStudentForm, StudentForm
from app.students.rules import NewHardship, OnFileHere
from app.web.acts import done, sentence_of, submitted
from app.web.forms import asked_text
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs

UNFIT = 422
LONG_ENOUGH = 15
"""From so many characters on, what is wrong with a half-typed number is worth saying."""


class StudentRecordView(Screen):
    """One student's form."""

    route_base = "/students"
    default_view = "add"

    @expose("/new", methods=["GET", "POST"])
    @needs(Permission.STUDENT_CREATE)
    def add(self) -> Response | tuple[str, int]:
        """Add a student to a class of the own places."""
        form = NewStudentForm()
        leads: dict[str, int] = {}
        if answered := submitted(form, lambda session: _register(session, form, leads)):
            return answered
        return self._form(form, gettext("New student"), url_for("StudentView.list"), leads)

    @expose("/<int:student_id>/edit", methods=["GET", "POST"])
    @needs(Permission.STUDENT_UPDATE)
    def edit(self, student_id: int) -> Response | tuple[str, int]:
        """Correct a student; secrets stand in the form masked, and stay as they are when sent back so."""
        keyring = backstage().keyring
        found = records.record_of(reading(), actor(), Permission.STUDENT_UPDATE, student_id=student_id, keyring=keyring)
        form = StudentForm(data={**records.values_of(found), "version": found.version})
        leads: dict[str, int] = {}
        if answered := submitted(form, lambda session: _correct(session, form, student_id, leads)):
            return answered
        title = gettext("Edit %(name)s", name=found.name)
        return self._form(form, title, url_for("StudentPageView.show", student_id=student_id), leads, found)

    @expose("/derived", methods=["POST"])
    @needs(Permission.STUDENT_READ)
    def derived(self) -> str:
        """What the number typed so far tells, for the form: sex and birth date, or that they must be entered."""
        form = StudentForm()
        return self.page("students/derived.html", form=form, derived=_derived(form, None, is_typing=True))

    @expose("/countries")
    @needs(Permission.STUDENT_READ)
    def countries(self) -> str:
        """The countries a picker offers, by the letters of the code or part of the name."""
        return self.page("web/options.html", options=countries_like(asked_text()))

    def _form(
        self,
        form: StudentForm,
        title: str,
        back: str,
        leads: dict[str, int],
        found: records.Record | None = None,
    ) -> tuple[str, int]:
        known = url_for("StudentPageView.show", student_id=leads["here"]) if "here" in leads else None
        derived = _derived(form, found, is_typing=form.status == UNFIT)
        if derived["problem"] and not form.number.errors:
            # the form was refused before a service judged the number: whoever typed is told of everything at once
            form.tell("number", derived["problem"])
        return self.form_page(
            form,
            template="students/form.html",
            title=title,
            back=back,
            known_href=known,
            crumbs=[{"label": gettext("Student management"), "href": url_for("StudentView.list")}],
            derived={**derived, "problem": None},
            found=found,
        )


def _derived(form: StudentForm, found: records.Record | None, *, is_typing: bool) -> dict[str, Any]:
    """What the form shows of sex and birth date, below the number; and what is wrong, while somebody types."""
    text, number = form.certificate_type.data or "", form.number.data or ""
    kind = CertificateType(text) if text in set(CertificateType) else CertificateType.RESIDENT_ID
    if found and number == found.certificate and kind == found.certificate_type:
        told = {"sex": found.sex, "birth_date": found.birth_date} if found.birth_date else {}
        return _told(kind, told, None)
    facts, problem = judge_number(kind, number, clock.today(reading()))
    said = sentence_of(problem, {}) if problem and is_typing and len(number.strip()) >= LONG_ENOUGH else None
    return _told(kind, vars(facts) if facts else {}, said)


def _told(kind: CertificateType, facts: dict[str, Any], problem: str | None) -> dict[str, Any]:
    tells_sex, tells_birth = tells(kind)
    sex, birth = str(facts.get("sex", Sex.UNKNOWN)), facts.get("birth_date")
    return {
        "hint": SHAPES[kind],
        "problem": problem,
        "asks_sex": not tells_sex,
        "asks_birth": not tells_birth,
        "asks_country": kind is CertificateType.PASSPORT,
        "sex": SEXES[sex] if tells_sex and birth else None,
        "birth_date": birth if tells_birth else None,
        "age": _age(birth, clock.today(reading())) if tells_birth and birth else None,
    }


def _age(birth: date, today: date) -> int:
    """Full years."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _register(session: Session, form: NewStudentForm, leads: dict[str, int]) -> Answer:
    try:
        student_id = services.register(
            session,
            actor(),
            form.identity(),
            form.particulars(),
            details=form.details(),
            class_text=form.class_text.data or "",
            hardships=_hardships(form),
            keyring=backstage().keyring,
        )
    except OnFileHere as here:
        leads["here"] = here.student_id
        raise
    # no name: answers are kept, and hold no personal data
    return done(url_for("StudentPageView.show", student_id=student_id), "student_registered")


def _correct(session: Session, form: StudentForm, student_id: int, leads: dict[str, int]) -> Answer:
    try:
        services.correct(
            session,
            actor(),
            student_id=student_id,
            version=form.known_version(),
            typed=form.identity(),
            particulars=form.particulars(),
            details=form.details(),
            keyring=backstage().keyring,
        )
    except OnFileHere as here:
        leads["here"] = here.student_id
        raise
    return done(url_for("StudentPageView.show", student_id=student_id), "saved")


def _hardships(form: NewStudentForm) -> tuple[NewHardship, ...]:
    if not form.category.data:
        return ()
    if not form.level.data:
        raise Invalid({"level": "choice"})
    if form.since_on.data is None:
        raise Invalid({"since_on": "since_on_missing"})
    return (NewHardship(form.category.data, form.level.data, form.since_on.data, form.until_on.data),)
