"""激活单 on screen: asking for them, what came of it, and fetching the files; only for who made them."""

from __future__ import annotations

from flask import make_response, request, url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, get_locale, gettext
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.accounts import queries, services
from app.accounts.forms import SheetsForm
from app.accounts.models import ActivationSheet
from app.accounts.rules import MOST_AT_ONCE, NothingTicked
from app.accounts.services.sheets import HANDING_OUT
from app.accounts.sheet import Order, deliver
from app.core.clock import sql_now
from app.core.errors import NotFound
from app.core.idempotency import Answer
from app.core.queue import defer
from app.core.stored import StoredFile, contents, of_owner
from app.web.acts import done, sentence_of, submitted
from app.web.request import actor, backstage, reading, write
from app.web.screens import Screen, needs, ticked

MINUTE = "yyyy-MM-dd HH:mm"


class SheetView(Screen):
    """Fresh activation codes for ticked users."""

    route_base = "/users/sheets"
    default_view = "list"

    @expose("/")
    @needs(Permission.ACCOUNT_RESET)
    def list(self) -> str:
        """The sheets this account has made whose files can still be fetched."""
        stmt = (
            select(ActivationSheet, StoredFile.expires_at)
            .join(StoredFile, StoredFile.id == ActivationSheet.pdf_id)
            .where(ActivationSheet.owner_id == actor().user_id, StoredFile.expires_at > sql_now())
            .order_by(ActivationSheet.id.desc())
        )
        rows = [
            {
                "title": row.title,
                "count": row.count,
                "made": format_datetime(row.made_at, MINUTE),
                "until": format_datetime(expires_at, MINUTE),
                "href": url_for("SheetView.show", sheet_id=row.id),
            }
            for row, expires_at in reading().execute(stmt)
        ]
        return self.page("accounts/sheets.html", title=gettext("Activation sheets"), rows=rows)

    @expose("/new", methods=["GET", "POST"])
    @needs(Permission.ACCOUNT_RESET)
    def new(self) -> Response | tuple[str, int]:
        """Ask before issuing codes for the ticked users; ticked rows come here first without the form's key."""
        ids = ticked(NothingTicked, linked="account_id")
        form = SheetsForm()
        found = queries.ticked(reading(), actor(), ids)
        if request.method == "POST" and "key" in request.form:
            answered = submitted(form, lambda session: _issue(session, form, ids))
            if answered:
                return answered
        return self.form_page(
            form,
            "accounts/sheets_new.html",
            title=gettext("Activation sheets"),
            submit=gettext("Issue the codes"),
            back=url_for("AccountView.list"),
            crumbs=[{"label": gettext("Users"), "href": url_for("AccountView.list")}],
            groups=[("", [])],
            ids=ids,
            names=[(row.name, row.user_name, gettext("has a password") if row.is_in_use else "") for row in found],
            in_use=sum(row.is_in_use for row in found),
        )

    @expose("/<int:sheet_id>")
    @needs(Permission.ACCOUNT_RESET)
    def show(self, sheet_id: int) -> str:
        """What came of one act: the two files, and who got no code and why."""
        row = _own(reading(), sheet_id)
        file = of_owner(reading(), actor().user_id, row.pdf_id) if row.pdf_id else None
        refused = [{**each, "why": sentence_of(each["code"], {})} for each in row.refused]
        return self.page(
            "accounts/sheet.html",
            title=gettext("Activation sheets: %(place)s", place=row.title),
            row=row,
            until=format_datetime(file.expires_at, MINUTE) if file else None,
            refused=refused,
            crumbs=[{"label": gettext("Activation sheets"), "href": url_for("SheetView.list")}],
        )

    @expose("/<int:sheet_id>/<any(pdf, workbook):kind>")
    @needs(Permission.ACCOUNT_RESET)
    def fetch(self, sheet_id: int, kind: str) -> Response:
        """One of the files, as often as wanted until it expires; each time is written into the audit."""
        row = _own(reading(), sheet_id)
        file = of_owner(reading(), actor().user_id, (row.pdf_id if kind == "pdf" else row.workbook_id) or 0)
        if file is None:
            raise NotFound(what="file")
        data = contents(backstage().files, backstage().keyring, file)
        write(lambda session: services.note_download(session, actor(), sheet_id=sheet_id, kind=kind))
        answer = make_response(data)
        answer.headers["Content-Type"] = file.media_type
        answer.headers["Content-Disposition"] = f'attachment; filename="{file.name}"'
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _own(session: Session, sheet_id: int) -> ActivationSheet:
    stmt = select(ActivationSheet).where(ActivationSheet.id == sheet_id, ActivationSheet.owner_id == actor().user_id)
    row = session.scalars(stmt).one_or_none()
    if row is None:
        raise NotFound(what="sheet")
    return row


def _issue(session: Session, form: SheetsForm, ids: list[int]) -> Answer:
    address, language = url_for("ActivationView.code", _external=True), str(get_locale())
    also = bool(form.also_in_use.data)
    if len(ids) > MOST_AT_ONCE:
        facts = {"ids": ids, "also_in_use": also, "address": address, "language": language}
        job_id = defer(session, HANDING_OUT, {**facts, "target": url_for("SheetView.list")}, owner_id=actor().user_id)
        return done(url_for("WorkView.show", job_id=job_id), "sheets_begun", count=len(ids))
    behind = backstage()
    made = deliver(
        session,
        actor(),
        Order(address, language, also_in_use=also),
        account_ids=ids,
        store=behind.files,
        keyring=behind.keyring,
    )
    return done(url_for("SheetView.show", sheet_id=made.sheet_id), made.sentence)
