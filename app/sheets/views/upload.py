"""数据导入: the list of imports, uploading a file, and the template to fill in."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from flask import make_response, request, url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, get_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.errors import Invalid
from app.core.idempotency import Answer
from app.lists.listing import Column, Field, Listing, ListScreen, Tool
from app.sheets import queries, services
from app.sheets.forms import UploadForm
from app.sheets.kinds import Kind, kind_of, kinds_for
from app.sheets.labels import STATES, TONES
from app.sheets.models import ImportBatch
from app.sheets.template import write_template
from app.sheets.work import receive_file
from app.web.acts import done, submitted
from app.web.request import actor, backstage, reading
from app.web.screens import needs

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MINUTE = "yyyy-MM-dd HH:mm"
LISTING = Listing(
    name="imports",
    title=_l("Imports"),
    columns=(
        Column("file_name", _l("File"), role="title"),
        Column("kind", _l("Kind of list")),
        Column("actor_name", _l("Imported by")),
        Column("created", _l("Uploaded")),
        Column("new_count", _l("New"), kind="number"),
        Column("changed_count", _l("Changed"), kind="number"),
        Column("unchanged_count", _l("Unchanged"), kind="number", is_usual=False),
        Column("bad_count", _l("Wrong"), kind="number"),
        Column("state", _l("State"), kind="tag", role="tag"),
    ),
    fields=(Field("state", _l("State"), options=tuple(STATES.items())),),
    tools=(Tool(_l("Import a file"), "ImportView.add", Permission.STUDENT_IMPORT),),
)


class ImportView(ListScreen):
    """数据导入, the list."""

    route_base = "/imports"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.STUDENT_IMPORT)
    def list(self) -> str:
        """The imports of the own places, the newest first."""
        query, asked = self.listing.query(), self.asked()
        if query["state"] and query["state"] not in STATES:
            raise Invalid({"state": "choice"})
        total = queries.count(reading(), actor(), **query)
        found = queries.page(reading(), actor(), **query, spot=asked.spot)
        return self.show(found.each(_row), total, asked, query)

    @expose("/new", methods=["GET", "POST"])
    @needs(Permission.STUDENT_IMPORT)
    def add(self) -> Response | tuple[str, int]:
        """Upload a file; the worker reads it, nothing is written before somebody has looked."""
        form = UploadForm()
        kinds = kinds_for(actor())
        language = str(get_locale())
        form.kind.choices = [(kind.layout.key, kind.layout.name(language)) for kind in kinds]
        places = {place.code: place.name for kind in kinds for place in kind.places(reading(), actor())}
        form.place.choices = [*places.items()]
        if request.method == "POST":
            sent = form.file.data
            data = sent.stream.read() if sent else b""  # once: the work may be done again after a deadlock
            answered = submitted(form, lambda session: _receive(session, form, data))
            if answered:
                return answered
        return self.form_page(
            form,
            "sheets/upload.html",
            title=gettext("Import a file"),
            kinds=kinds,
            language=language,
            back=url_for("ImportView.list"),
            crumbs=[{"label": gettext("Imports"), "href": url_for("ImportView.list")}],
        )

    @expose("/template/<layout>")
    @needs(Permission.STUDENT_IMPORT)
    def template(self, layout: str) -> Response:
        """The empty workbook of a kind of list, with headings, hints and drop-downs."""
        kind = kind_of(layout)
        locale = str(get_locale())
        with tempfile.TemporaryDirectory(prefix="template-") as folder:
            path = Path(folder) / "template.xlsx"
            write_template(path, kind.layout, locale, _drop_downs(kind))
            data = path.read_bytes()
        return workbook_answer(data, f"{kind.layout.key}-template.xlsx")


def _drop_downs(kind: Kind) -> dict[str, list[str]]:
    """The words of the only place the actor imports into; with several a list of all would be none."""
    places = kind.places(reading(), actor())
    if len(places) != 1:
        return {}
    return {kind.word_column: [name for _, name in kind.options(reading(), actor(), places[0].path)]}


def _receive(session: Session, form: UploadForm, data: bytes) -> Answer:
    kind = kind_of(form.kind.data)
    behind = backstage()
    batch = receive_file(
        session,
        actor(),
        kind,
        place_code=form.place.data,
        name=form.file.data.filename or "?",
        data=data,
        keyring=behind.keyring,
        files=behind.files,
    )
    services.hand_over(session, actor(), batch, services.READING)
    return done(url_for("BatchView.show", batch_id=batch.id), "import_received")


def page_of(kind: Kind, subject_id: int) -> str:
    """The page of a record a row is about."""
    arguments: dict[str, Any] = {kind.argument: subject_id}
    return url_for(kind.endpoint, **arguments)


def workbook_answer(data: bytes, name: str) -> Response:
    """A workbook to be saved, never kept by the browser's cache."""
    answer = make_response(data)
    answer.headers["Content-Type"] = XLSX
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _row(batch: ImportBatch) -> dict[str, Any]:
    href = url_for("BatchView.show", batch_id=batch.id)
    return {
        **{name: getattr(batch, name) for name in ("file_name", "actor_name", "new_count", "changed_count")},
        "unchanged_count": batch.unchanged_count,
        "bad_count": batch.bad_count,
        "file_name_href": href,
        "kind": kind_of(batch.kind).layout.name(str(get_locale())),
        "created": format_datetime(batch.created_at, MINUTE),
        "state": TONES.get(batch.state, batch.state),
        "state_label": STATES[batch.state],
        "ops": [{"label": gettext("View"), "href": href}],
    }
