"""激活单 for students or guardians: ticked students, or everybody of a class, a grade or a school."""

from __future__ import annotations

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.accounts.rules import MOST_AT_ONCE
from app.accounts.sheet import Order, deliver
from app.core.db import Session
from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.core.queue import defer
from app.orgs import queries as orgs
from app.students import queries, services
from app.students.forms import AccessForm
from app.students.rules import NothingTicked
from app.students.services.access import HANDING_OUT, give
from app.web.acts import done, submitted
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs, ticked, whole_number


class StudentAccessView(Screen):
    """Accounts and activation codes for people of the roll."""

    route_base = "/students/access"
    default_view = "sheets"

    @expose("/", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_CREATE)
    def sheets(self) -> Response | tuple[str, int]:
        """Ask for whom; ticked rows come here first without the form's key."""
        sent = request.form if request.method == "POST" else request.args
        ids = ticked(NothingTicked) if "rowid" in sent else []
        form = AccessForm(data={"place": _place_asked()})
        names = queries.names_of_ticked(reading(), actor(), Permission.ACCOUNT_CREATE, ids) if ids else []
        if ids:
            del form.place
        if request.method == "POST" and "key" in request.form:
            answered = submitted(form, lambda session: _issue(session, form, ids))
            if answered:
                return answered
        return self.form_page(
            form,
            template="students/access.html",
            title=gettext("Activation sheets"),
            submit=gettext("Issue the codes"),
            back=url_for("StudentView.list"),
            crumbs=[{"label": gettext("Student management"), "href": url_for("StudentView.list")}],
            ids=ids,
            names=names,
        )


def _place_asked() -> str:
    """The code of the node the list was narrowed to."""
    node_id = whole_number("node", 0) if request.method == "GET" else 0
    return orgs.get(reading(), actor(), Permission.ACCOUNT_CREATE, node_id=node_id).code if node_id else ""


def _issue(session: Session, form: AccessForm, ids: list[int]) -> Answer:
    ids = ids or services.below(session, actor(), _path(session, form.place.data or ""))
    if not ids:
        raise Invalid({"place": "nobody_there"})
    whom, also = form.whom.data or "", bool(form.also_in_use.data)
    order = Order(url_for("ActivationView.code", _external=True), str(get_locale()), also_in_use=also, by_class=True)
    if len(ids) > MOST_AT_ONCE:
        facts = {"ids": ids, "whom": whom, "also": also, "address": order.address, "language": order.language}
        target = url_for("SheetView.list")
        job_id = defer(session, HANDING_OUT, {**facts, "target": target}, owner_id=actor().user_id)
        return done(url_for("WorkView.show", job_id=job_id), "sheets_begun", count=len(ids))
    given = give(session, actor(), whom, ids=ids)
    behind = backstage()
    made = deliver(session, actor(), order, **vars(given), store=behind.files, keyring=behind.keyring)
    return done(url_for("SheetView.show", sheet_id=made.sheet_id), made.sentence)


def _path(session: Session, typed: str) -> str:
    """The path of the place whose code was typed or chosen, or of the class of this name or number."""
    words = typed.split()
    try:
        return orgs.find(session, actor(), Permission.ACCOUNT_CREATE, code=words[0] if words else "").path
    except NotFound as missing:
        meant = queries.class_meant(session, actor(), Permission.ACCOUNT_CREATE, typed)
        if isinstance(meant, queries.ClassChoice):
            return meant.path
        raise Invalid({"place": "place_unknown"}) from missing
