"""数据导入: the list of imports, uploading a file, and the template to fill in."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import make_response, request, url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, get_locale, gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.errors import Invalid, NotFound
from app.core.idempotency import Answer
from app.lists.listing import Column, Field, Listing, ListScreen, Tool
from app.sheets import queries, services
from app.sheets.forms import ChosenPlaceForm, TypedPlaceForm, UploadForm
from app.sheets.kinds import DOORS, Kind, kind_of, kinds_for
from app.sheets.labels import STATES, TONES
from app.sheets.models import ImportBatch
from app.sheets.rules import Place
from app.sheets.saying import say
from app.sheets.template import write_template
from app.sheets.work import receive_file
from app.web.acts import done, submitted
from app.web.request import actor, backstage, reading
from app.web.screens import needs_any, text_argument

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
    tools=(Tool(_l("Import a file"), "ImportView.add", DOORS[0], also=DOORS[1:]),),
)


class ImportView(ListScreen):
    """数据导入, the list."""

    route_base = "/imports"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs_any(*DOORS)
    def list(self) -> str:
        """The imports of the own places, the newest first."""
        return self.listed(queries, _row, listing=_listing())

    @expose("/new", methods=["GET", "POST"])
    @needs_any(*DOORS)
    def add(self) -> Response | tuple[str, int]:
        """Upload a file; the worker reads it, nothing is written before somebody has looked."""
        kind = _asked_kind()
        form = _upload_form(kind)
        if request.method == "POST":
            sent = form.file.data
            data = sent.stream.read() if sent else b""  # once: the work may be done again after a deadlock
            answered = submitted(form, lambda session: _receive(session, kind, form, data))
            if answered:
                return answered
        return self.form_page(
            form,
            "sheets/upload.html",
            title=gettext("Import a file"),
            kind=kind,
            kinds=kinds_for(actor()),
            language=str(get_locale()),
            back=url_for("ImportView.list"),
            crumbs=[{"label": gettext("Imports"), "href": url_for("ImportView.list")}],
        )

    @expose("/template/<layout>")
    @needs_any(*DOORS)
    def template(self, layout: str) -> Response:
        """The empty workbook of a kind of list, with headings, hints and drop-downs."""
        kind = _own_kind(layout)
        locale = str(get_locale())
        with tempfile.TemporaryDirectory(prefix="template-") as folder:
            path = Path(folder) / "template.xlsx"
            write_template(path, kind.layout, locale, _drop_downs(kind))
            data = path.read_bytes()
        return workbook_answer(data, f"{kind.layout.key}-template.xlsx")


def _listing() -> Listing:
    """The list with what this visitor may look for."""
    kinds = tuple((kind.layout.key, kind.layout.name(str(get_locale()))) for kind in kinds_for(actor()))
    fields = (Field("kind", _l("Kind of list"), options=kinds), Field("state", _l("State"), options=(*STATES.items(),)))
    return replace(LISTING, fields=fields if len(kinds) > 1 else fields[1:])


def _asked_kind() -> Kind:
    """The kind that ?kind= names; without it the one the visitor is most likely to mean."""
    key = text_argument("kind")
    return _own_kind(key) if key else kinds_for(actor())[0]


def _own_kind(key: str) -> Kind:
    """The kind of a key, if the visitor may bring such lists in, else `NotFound`."""
    kind = kind_of(key)
    if not actor().holds(kind.permission):
        raise NotFound(what="import_kind")
    return kind


def _upload_form(kind: Kind) -> UploadForm:
    """The form for a kind: where its lists go, and about what, in its own words."""
    form = _place_form(kind, kind.places(reading(), actor()))
    form.place.label.text = said(kind, "place")
    if kind.target_option:
        form.target.label.text = said(kind, "target")
        form.target.choices = kind.targets(reading(), actor())
    else:
        del form.target
    return form


def _place_form(kind: Kind, places: Sequence[Place]) -> UploadForm:
    if kind.place_picker:
        typed = TypedPlaceForm()
        typed.place.endpoint = kind.place_picker
        if request.method != "POST" and len(places) == 1:
            typed.place.data = places[0].code
        return typed
    chosen = ChosenPlaceForm()
    chosen.place.choices = [(place.code, place.name) for place in places]
    return chosen


def _drop_downs(kind: Kind) -> dict[str, list[str]]:
    """The words of the only place the actor imports into; with several a list of all would be none."""
    places = kind.places(reading(), actor())
    if len(places) != 1:
        return {}
    return {kind.word_column: [name for _, name in kind.options(reading(), actor(), places[0].path)]}


def _receive(session: Session, kind: Kind, form: UploadForm, data: bytes) -> Answer:
    behind = backstage()
    code = (form.place.data or "").strip()
    if kind.place_picker:
        _known_place(session, kind, code)
    batch = receive_file(
        session,
        actor(),
        kind,
        place_code=code,
        name=form.file.data.filename or "?",
        data=data,
        keyring=behind.keyring,
        files=behind.files,
        target=form.target.data if kind.target_option else "",
    )
    services.hand_over(session, actor(), batch, services.READING)
    return done(url_for("BatchView.show", batch_id=batch.id), "import_received")


def _known_place(session: Session, kind: Kind, code: str) -> None:
    """Say beside the field that a code that was typed names no place of the visitor's."""
    try:
        kind.place(session, actor(), code)
    except NotFound:
        raise Invalid({"place": "import_place_unknown"}) from None


def said(kind: Kind, word: str, **facts: object) -> str:
    """What a kind's feature says under one of `kinds.WORDS`."""
    return say(f"import_{kind.layout.key}_{word}", facts)


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
