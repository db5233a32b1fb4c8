"""The rows behind a number of an import: new, changed with before and after, unchanged, wrong, to be looked at."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import get_locale, gettext
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.lists.paging import paging
from app.sheets import queries
from app.sheets.kinds import DOORS, Kind, Line, kind_of
from app.sheets.labels import VERDICTS
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import RowsGone, Verdict
from app.sheets.saying import say
from app.sheets.views.upload import page_of
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs_any


class RowView(Screen):
    """导入明细."""

    route_base = "/imports"
    default_view = "list"

    @expose("/<int:batch_id>/rows/<any(new, changed, unchanged, bad, warnings):which>")
    @needs_any(*DOORS)
    def list(self, batch_id: int, which: str) -> Response | str:
        """As many rows as the number on the import's page says."""
        batch = queries.batch(reading(), actor(), batch_id=batch_id)
        if which not in VERDICTS:
            raise NotFound(what="rows")
        if batch.erased_at is not None:
            raise RowsGone
        kind, asked = kind_of(batch.kind), paging("import_rows")
        total = queries.row_count(reading(), actor(), batch, which)
        found = queries.rows(reading(), actor(), batch, which, spot=asked.spot)
        lines = kind.lines(reading(), found.rows, backstage().keyring)
        return self.page(
            "sheets/rows.html",
            title=gettext("%(which)s rows", which=VERDICTS[which]),
            subtitle=batch.file_name,
            crumbs=[
                {"label": gettext("Imports"), "href": url_for("ImportView.list")},
                {"label": batch.file_name, "href": url_for("BatchView.show", batch_id=batch.id)},
            ],
            which=which,
            title_heading=kind.layout.by_key[kind.title_column].heading(str(get_locale())),
            rows=[_row(row, line, batch, kind) for row, line in zip(found.rows, lines, strict=True)],
            page=asked.shown(total, found, is_exact=True),
        )


def _row(row: ImportRow, line: Line, batch: ImportBatch, kind: Kind) -> dict[str, Any]:
    language = str(get_locale())
    names = {column.key: column.heading(language) for column in kind.layout.columns}
    is_on_file = row.verdict in {Verdict.CHANGED, Verdict.UNCHANGED} or (
        row.verdict == Verdict.NEW and batch.state == "applied"
    )
    return {
        "where": _where(row),
        "title": line.title,
        "href": page_of(kind, row.subject_id) if is_on_file and row.subject_id else None,
        "facts": [(names.get(key, key), value) for key, value in line.facts.items() if value],
        "changes": [(names.get(key, key), before, after) for key, before, after in line.changes],
        "problems": [_said(remark, names) for remark in row.problems or ()],
        "warnings": [_said(remark, names) for remark in row.warnings or ()],
    }


def _where(row: ImportRow) -> str:
    """Where the row stands in the file; the number is Excel's, and no part of the sheet's name."""
    number = gettext("row %(number)s", number=row.number)
    return f"{row.sheet} · {number}" if row.sheet else str(number)


def _said(remark: dict[str, Any], names: dict[str, str]) -> tuple[str, str]:
    return names.get(remark["column"], remark["column"]), say(remark["code"], remark["facts"])
