"""What the small forms on a student's page have in common: whose they are, where they lead back to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.students import records
from app.web.acts import submitted
from app.web.forms import ActForm
from app.web.request import actor, backstage, reading
from app.web.screens import Screen


class StudentActScreen(Screen):
    """A screen of forms about one student; each leads back to the student's page."""

    def answer(
        self,
        form: ActForm,
        record: records.Record,
        title: str,
        work: Callable[[Any], Any],
        **context: Any,  # noqa: ANN401  what a template is given has any type
    ) -> Response | tuple[str, int]:
        """Carry out what was sent, or show the form."""
        if answered := submitted(form, work):
            return answered
        here = page_of(record.id)
        crumbs = [
            {"label": gettext("Student management"), "href": url_for("StudentView.list")},
            {"label": record.name, "href": here},
        ]
        return self.form_page(form, title=title, subtitle=record.full_name, back=here, crumbs=crumbs, **context)


def record_for(student_id: int, permission: Permission) -> records.Record:
    """The student's record within the visitor's scope of a permission."""
    return records.record_of(reading(), actor(), permission, student_id=student_id, keyring=backstage().keyring)


def page_of(student_id: int) -> str:
    """The address of a student's page."""
    return url_for("StudentPageView.show", student_id=student_id)
