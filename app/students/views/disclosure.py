"""查看完整信息: one secret of a student in clear, once, after giving a reason."""

from __future__ import annotations

from flask import redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.accounts.sign_in import is_proved
from app.core.db import Session
from app.core.errors import Invalid, Refusal
from app.core.idempotency import Answer, begin, finish
from app.students import records, services
from app.students.forms import UnmaskForm
from app.students.labels import FIELDS
from app.students.rules import ShownAlready
from app.web.acts import tell
from app.web.request import actor, backstage, own_token, reading, write
from app.web.screens import Screen, needs


class DisclosureView(Screen):
    """The page that asks for the reason, and the one that shows the value. The value is never in an address."""

    route_base = "/students"
    default_view = "unmask"

    @expose("/<int:student_id>/unmask", methods=["GET", "POST"])
    @needs(Permission.PERSON_UNMASK)
    def unmask(self, student_id: int) -> Response | tuple[str, int]:
        """Ask why, write it down, show the value in this one answer; the same form sent again shows nothing.

        On a phone that stays signed in for days the password is asked for first.
        """
        if not is_proved(reading(), own_token()):
            return redirect(url_for("SettingsView.prove", next=_here(student_id)), 303)
        record = records.record_of(
            reading(), actor(), Permission.PERSON_UNMASK, student_id=student_id, keyring=backstage().keyring
        )
        # the address opens the page; what is sent is said by the form alone
        asked = {name: request.args.get(name, "") for name in ("field", "guardian")}
        form = UnmaskForm(data=asked if request.method == "GET" else {})
        field = form.field.data or ""
        if field not in services.FIELDS:
            raise Invalid({"field": "choice"})
        value = _disclosed(form, student_id) if request.method == "POST" else None
        return self.form_page(
            form,
            template="students/unmask.html",
            title=gettext("Show %(field)s in full", field=FIELDS[field]),
            subtitle=record.name,
            label=FIELDS[field],
            value=value,
            submit=gettext("Show once"),
            back=url_for("StudentPageView.show", student_id=student_id),
            crumbs=[
                {"label": gettext("Student management"), "href": url_for("StudentView.list")},
                {"label": record.name, "href": url_for("StudentPageView.show", student_id=student_id)},
            ],
        )


def _here(student_id: int) -> str:
    """The address of this page, with what it is asked for."""
    field, guardian = (request.values.get(name) or None for name in ("field", "guardian"))
    return url_for("DisclosureView.unmask", student_id=student_id, field=field, guardian=guardian)


def _disclosed(form: UnmaskForm, student_id: int) -> str | None:
    """The value, or None with the form saying what is wrong."""
    if not form.validate():
        form.status = 422
        return None
    try:
        return write(lambda session: _once(session, form, student_id))
    except Refusal as refusal:
        tell(form, refusal)
    return None


def _once(session: Session, form: UnmaskForm, student_id: int) -> str:
    key, guardian = form.key.data or "", form.guardian.data or ""
    if begin(session, actor().user_id, key, form.body()) is not None:
        raise ShownAlready
    value = services.disclose(
        session,
        actor(),
        student_id=student_id,
        field=form.field.data or "",
        reason=form.reason.data or "",
        guardian_id=int(guardian) if guardian.isascii() and guardian.isdigit() and len(guardian) < 16 else None,  # noqa: PLR2004
        keyring=backstage().keyring,
    )
    finish(session, actor().user_id, key, Answer(200, ""))
    return value
