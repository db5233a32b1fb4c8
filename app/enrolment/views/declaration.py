"""不参保声明 to print and sign, and the files of the own application: for the family alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import make_response, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.pdf import render
from app.enrolment import queries, services
from app.enrolment.labels import DECLARATIONS, REASONS
from app.enrolment.models import Enrolment
from app.enrolment.rules import DECLARATION, in_china
from app.enrolment.states import Choice, EnrolmentState, Source
from app.enrolment.views.facts import own_facts
from app.evidence.queries import Shown
from app.evidence.serving import file_lines, served
from app.web.request import actor, reading, write
from app.web.screens import Screen, needs

APPLY = Permission.ENROLMENT_APPLY
SOURCE = Path(__file__).parents[1] / "prints" / "declaration.typ"
MOST_FACTS = 12


class DeclarationView(Screen):
    """What belongs to a family's application not to enrol."""

    route_base = "/my/insurance"
    default_view = "printed"

    @expose("/<int:enrolment_id>/declaration")
    @needs(APPLY)
    def printed(self, enrolment_id: int) -> Response:
        """The declaration as a PDF to print, sign and photograph."""
        found = queries.one(reading(), actor(), APPLY, enrolment_id=enrolment_id)
        answer = make_response(render(SOURCE, _data(found)))
        answer.headers["Content-Type"] = "application/pdf"
        answer.headers["Content-Disposition"] = 'attachment; filename="declaration.pdf"'
        return answer

    @expose("/<int:enrolment_id>/evidence/<int:file_id>")
    @needs(APPLY)
    def evidence(self, enrolment_id: int, file_id: int) -> Response:
        """A file of the own application."""
        found = queries.one(reading(), actor(), APPLY, enrolment_id=enrolment_id)
        return opened(found.enrolment, APPLY, file_id)


def opened(enrolment: Enrolment, permission: Permission, file_id: int) -> Response:
    """A file of an application, for whoever may open it; the opening is written into the audit."""
    row = queries.evidence_file(reading(), actor(), permission, enrolment.id, file_id)
    place, number = enrolment.tree_path, enrolment.id
    write(lambda s: services.note_evidence_opened(s, actor(), enrolment_id=number, path=place, file_id=file_id))
    return served(row)


def own_lines(enrolment_id: int, files: list[Shown]) -> list[dict[str, Any]]:
    """The files of an own application as its page lists them."""
    endpoint = "DeclarationView.evidence"
    return file_lines(files, lambda each: url_for(endpoint, enrolment_id=enrolment_id, file_id=each))


def declared(found: queries.Detail) -> dict[str, str] | None:
    """The declaration made with an application: its text, and who ticked it or keeps the paper; None where none was."""
    enrolment = found.enrolment
    if enrolment.declared_on_paper:
        at = in_china(enrolment.decided_at) if enrolment.decided_at else ""
        who = gettext("Signed on paper, kept by %(name)s, %(when)s", name=found.decided_by or "—", when=at)
        return {"text": str(DECLARATIONS[DECLARATION]), "who": str(who)}
    made = enrolment.choice == Choice.WAIVE and enrolment.source == Source.STUDENT
    if not made or enrolment.declaration is None or enrolment.state == EnrolmentState.DRAFT:
        return None
    at = in_china(enrolment.submitted_at) if enrolment.submitted_at else ""
    who = gettext("Ticked by %(name)s, %(when)s", name=found.filed_by or "—", when=at)
    return {"text": str(DECLARATIONS[enrolment.declaration]), "who": str(who)}


def _data(found: queries.Detail) -> dict[str, Any]:
    facts = own_facts(found.enrolment.student_id)[:MOST_FACTS]
    reason = str(REASONS.get(found.enrolment.waiver_reason or "", ""))
    return {
        "title": gettext("Declaration not to enrol"),
        "plan": found.plan.name,
        "facts": [(str(fact["label"]), str(fact["value"] or "—")) for fact in facts],
        "reason": {"label": gettext("Reason for not enrolling"), "value": found.enrolment.waiver_text or reason},
        "text": str(DECLARATIONS[DECLARATION]),
        "sign": {
            "student": gettext("Signature of the student:"),
            "guardian": gettext("Signature of the guardian (for minors):"),
            "date": gettext("Date:"),
        },
        "hint": gettext("Sign it, take a photo of it and attach the photo to the application."),
    }
