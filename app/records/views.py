"""操作日志 and 异动记录: lists with filters, a page for one line, and a masked export of the log."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.audit.services import record
from app.core.errors import Invalid
from app.lists.keyset import Spot
from app.lists.listing import Column, Field, Listing, ListScreen, Tool
from app.records import queries
from app.records.labels import ACTS, CHANGES, doer, field_label, in_words, shown
from app.records.naming import Names, names_in
from app.web.request import actor, reading, write
from app.web.screens import day_argument, needs

Rows = Sequence[queries.Found]
ToRow = Callable[[queries.Found], dict[str, Any]]

MOST_EXPORTED = 10_000
WHEN = "yyyy-MM-dd HH:mm:ss"
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SINCE = Field("since", _l("From (day)"), _l("2026-09-01"))
UNTIL = Field("until", _l("To (day)"), _l("2026-09-30"))
BOTH = (Column("before_text", _l("Before")), Column("after_text", _l("After")))


class AuditView(ListScreen):
    """操作日志 (X12): who did what, when, from where, before and after."""

    route_base = "/audit"
    default_view = "list"
    listing = Listing(
        name="audit",
        title=_l("Operation log"),
        columns=(
            Column("act_label", _l("Act"), role="title"),
            Column("when", _l("Time")),
            Column("actor_name", _l("Who")),
            Column("place", _l("Place")),
            *BOTH,
            Column("reason", _l("Reason")),
            Column("address", _l("Address of the computer"), is_usual=False),
        ),
        fields=(
            Field("actor", _l("Who")),
            Field("kind", _l("Act"), options=tuple(ACTS.items())),
            SINCE,
            UNTIL,
        ),
        tools=(Tool(_l("Export"), "AuditView.export", Permission.AUDIT_READ, icon="download", is_main=False),),
    )

    @expose("/")
    @needs(Permission.AUDIT_READ)
    def list(self) -> str:
        """The log of the own places."""
        query, asked = self.listing.query(), self.asked()
        wanted = _wanted(query)
        total = queries.count_audit(reading(), actor(), wanted)
        found = queries.audit(reading(), actor(), wanted, asked.spot)
        return self.show(found.each(_audit_row(found.rows)), total, asked, query)

    @expose("/<int:line_id>")
    @needs(Permission.AUDIT_READ)
    def line(self, line_id: int) -> str:
        """One line of the log, field by field."""
        row = queries.audit_line(reading(), actor(), line_id=line_id)
        line = _audit_row([row])(row)
        names = sorted({*(row.before or {}), *(row.after or {})})
        known = names_in(reading(), actor(), Permission.AUDIT_READ, [row]).known
        fields = [
            (field_label(n), *(shown(row.subject, n, (side or {}).get(n), known) for side in (row.before, row.after)))
            for n in names
        ]
        crumbs = [{"label": gettext("Operation log"), "href": url_for("AuditView.list")}]
        return self.page("records/line.html", title=line["act_label"], line=line, fields=fields, crumbs=crumbs)

    @expose("/export")
    @needs(Permission.AUDIT_READ)
    def export(self) -> Response:
        """The filtered log as a sheet; personal numbers are masked in the log itself. Exporting is logged."""
        wanted = _wanted(self.listing.query())
        found = queries.audit(reading(), actor(), wanted, Spot(MOST_EXPORTED))
        if found.after:
            raise Invalid({"since": "export_large"}, most=MOST_EXPORTED)
        path = actor().home_path or "/"
        after = {"count": len(found.rows)}
        write(lambda s: record(s, actor(), "audit:export", subject="audit", ids=[], path=path, after=after))
        return _sheet(self.listing.columns, found.each(_audit_row(found.rows)).rows, "operation-log.csv")


class ChangeView(ListScreen):
    """异动记录 (M16): what happened to persons, accounts and places."""

    route_base = "/changes"
    default_view = "list"
    listing = Listing(
        name="changes",
        title=_l("Change records"),
        columns=(
            Column("subject_name", _l("About"), role="title"),
            Column("kind_label", _l("Change")),
            Column("when", _l("Time")),
            Column("actor_name", _l("Who")),
            Column("place", _l("Place")),
            *BOTH,
            Column("reason", _l("Reason")),
        ),
        fields=(
            Field("subject", _l("About")),
            Field("kind", _l("Change"), options=tuple(CHANGES.items())),
            Field("actor", _l("Who")),
            SINCE,
            UNTIL,
        ),
    )

    @expose("/")
    @needs(Permission.CHANGE_READ)
    def list(self) -> str:
        """The change records of the own places, or of the own person."""
        query, asked = self.listing.query(), self.asked()
        wanted = _wanted(query)
        total = queries.count_changes(reading(), actor(), wanted)
        found = queries.changes(reading(), actor(), wanted, asked.spot)
        return self.show(found.each(_change_row(found.rows)), total, asked, query)


def _audit_row(rows: Rows) -> ToRow:
    """How a line of the log is shown, the names of all these lines' places known."""
    names = names_in(reading(), actor(), Permission.AUDIT_READ, rows)
    return lambda row: {
        **_common(row, names),
        "act_label": str(ACTS.get(row.act, row.act)),
        "address": row.address,
        "ops": [{"label": gettext("Details"), "href": url_for("AuditView.line", line_id=row.id)}],
    }


def _change_row(rows: Rows) -> ToRow:
    """How a change record is shown, the names of all these records' places known."""
    names = names_in(reading(), actor(), Permission.CHANGE_READ, rows)
    return lambda row: {
        **_common(row, names),
        "subject_name": row.subject_name,
        "kind_label": CHANGES.get(row.kind, row.kind),
    }


def _common(row: Any, names: Names) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": doer(row.actor_name),
        "when": format_datetime(row.at, WHEN),
        "actor_name": doer(row.actor_name),
        "place": names.places[row.tree_path] or "—",
        "reason": row.reason,
        "before_text": in_words(row.subject, row.before, names.known),
        "after_text": in_words(row.subject, row.after, names.known),
    }


def _wanted(query: Mapping[str, str]) -> queries.Wanted:
    return queries.Wanted(
        actor=query["actor"],
        kind=query["kind"],
        subject=query.get("subject", ""),
        since=day_argument("since"),
        until=day_argument("until"),
    )


def _sheet(columns: Iterable[Column], rows: Iterable[Mapping[str, Any]], name: str) -> Response:
    """Rows as CSV that spreadsheet programs open in UTF-8 and never run as formulas."""
    columns, text = tuple(columns), io.StringIO()
    writer = csv.writer(text)
    writer.writerow([str(column.label) for column in columns])
    writer.writerows([[_harmless(row.get(column.key)) for column in columns] for row in rows])
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response("\ufeff" + text.getvalue(), headers=headers, content_type="text/csv; charset=utf-8")


def _harmless(value: Any) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(DANGEROUS) else text
