"""One import: what the file would do, what its headings and words mean, applying it, taking it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import format_datetime, get_locale, gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.core.idempotency import Answer
from app.core.stored import contents
from app.sheets import queries, services
from app.sheets.columns import normalise_heading
from app.sheets.forms import StepForm
from app.sheets.kinds import DOORS, Kind, kind_of
from app.sheets.labels import DONE, FINDINGS, HINTS, STATES, TONES, VERDICTS
from app.sheets.models import ImportBatch
from app.sheets.returning import error_workbook, kept_workbook
from app.sheets.saying import say, say_why
from app.sheets.views.upload import MINUTE, page_of, said, workbook_answer
from app.sheets.workflow import BatchState
from app.web.acts import done, submitted
from app.web.forms import ActForm
from app.web.request import actor, backstage, reading, write
from app.web.screens import Screen, needs_any, unattended

WORKING = frozenset({"queued", "running"})
MOST_AT_ONCE = 10_000
"""Rows of a file whose error workbook is made while the browser waits."""
MOST_OPTIONS = 200
MOST_WORDS = 50
HEADING, WORD = "heading:", "word:"


class BatchView(Screen):
    """一次导入."""

    route_base = "/imports"
    default_view = "show"

    @expose("/<int:batch_id>")
    @needs_any(*DOORS)
    def show(self, batch_id: int) -> str:
        """The page of an import; while the worker is busy with it, the page asks again by itself."""
        batch = queries.batch(reading(), actor(), batch_id=batch_id)
        kind = kind_of(batch.kind)
        return self.page(
            "sheets/batch.html", **_frame(batch), **_facts(batch), **_understood(batch, kind), **_about(batch, kind)
        )

    @expose("/<int:batch_id>/progress")
    @needs_any(*DOORS)
    @unattended
    def progress(self, batch_id: int) -> Response | str:
        """How far the worker is; when it has ended, the browser is told to fetch the page anew."""
        batch = queries.batch(reading(), actor(), batch_id=batch_id)
        facts = _facts(batch)
        if not facts["is_working"]:
            return Response(status=204, headers={"HX-Refresh": "true"})
        return self.page("sheets/progress.html", batch=batch, **facts)

    @expose("/<int:batch_id>/confirm", methods=["GET", "POST"])
    @needs_any(*DOORS)
    def confirm(self, batch_id: int) -> Response | tuple[str, int]:
        """Say what will happen, then hand it to the worker; with ?good=1 only the good rows."""
        batch = queries.batch(reading(), actor(), batch_id=batch_id)
        kind = kind_of(batch.kind)
        good = request.args.get("good") == "1"
        form = StepForm(data={"version": batch.version})
        if answered := submitted(form, lambda session: _apply(session, form, batch_id, good=good)):
            return answered
        return self.form_page(
            form,
            "sheets/confirm.html",
            **_frame(batch, gettext("Import")),
            good=good,
            new=said(kind, "new", count=batch.new_count),
            changed=said(kind, "changed", count=batch.changed_count),
            submit=gettext("Import %(count)s rows", count=batch.new_count + batch.changed_count),
            back=url_for("BatchView.show", batch_id=batch.id),
        )

    @expose("/<int:batch_id>/explain", methods=["POST"])
    @needs_any(*DOORS)
    def explain(self, batch_id: int) -> Response | tuple[str, int]:
        """Say which column a heading is, and which class a word means; the file is read again."""
        form = StepForm()
        answered = submitted(form, lambda session: _explain(session, form, batch_id))
        return answered or (self.show(batch_id), form.status)

    @expose("/<int:batch_id>/cancel", methods=["POST"])
    @needs_any(*DOORS)
    def cancel(self, batch_id: int) -> Response | tuple[str, int]:
        """Give the import up; nothing has been written."""
        form = StepForm()
        answered = submitted(form, lambda session: _cancel(session, form, batch_id))
        return answered or (self.show(batch_id), form.status)

    @expose("/<int:batch_id>/undo", methods=["GET", "POST"])
    @needs_any(*DOORS)
    def undo(self, batch_id: int) -> Response | tuple[str, int]:
        """Ask before taking an import back, or list what forbids it."""
        batch = queries.batch(reading(), actor(), batch_id=batch_id)
        form = StepForm(data={"version": batch.version})
        if answered := submitted(form, lambda session: _undo(session, form, batch_id)):
            return answered
        kind = kind_of(batch.kind)
        is_applied = batch.state == BatchState.APPLIED and batch.erased_at is None
        found = kind.blockers(reading(), actor(), batch) if is_applied else []
        blockers = [
            {"name": each.name, "why": say(each.code, {}), "href": page_of(kind, each.subject_id)} for each in found
        ]
        return self.form_page(
            form,
            "sheets/undo.html",
            **_frame(batch, gettext("Undo the import")),
            blockers=blockers,
            about=said(kind, "undo", new=batch.new_count, changed=batch.changed_count),
            is_applied=is_applied,
            submit=gettext("Undo the import"),
            back=url_for("BatchView.show", batch_id=batch.id),
            danger=True,
        )

    @expose("/<int:batch_id>/errors", methods=["GET", "POST"])
    @needs_any(*DOORS)
    def errors(self, batch_id: int) -> Response | tuple[str, int]:
        """The uploaded file with the bad cells marked and the reasons beside them; written into the audit.

        Of more than `MOST_AT_ONCE` rows the worker makes it, when asked; it then lies ready here for a day.
        """
        batch = queries.batch(reading(), actor(), batch_id=batch_id)
        if batch.row_count > MOST_AT_ONCE and kept_workbook(reading(), actor(), batch) is None:
            return self._ask_errors(batch)
        data = _errors(batch)
        write(lambda s: services.note_download(s, actor(), queries.batch(s, actor(), batch_id=batch_id), "errors"))
        return workbook_answer(data, f"import-{batch_id}-errors.xlsx")

    def _ask_errors(self, batch: ImportBatch) -> Response | tuple[str, int]:
        form = ActForm()
        if answered := submitted(form, lambda session: _hand_over_errors(session, batch.id)):
            return answered
        about = gettext("The file has %(count)s rows. Its error workbook is made in the background.")
        return self.form_page(
            form,
            **_frame(batch, gettext("Error workbook")),
            about=about % {"count": batch.row_count},
            submit=gettext("Make the workbook"),
            back=url_for("BatchView.show", batch_id=batch.id),
        )


def _errors(batch: ImportBatch) -> bytes:
    """The error workbook: the one that lies ready, or made now."""
    behind = backstage()
    ready = kept_workbook(reading(), actor(), batch) if batch.row_count > MOST_AT_ONCE else None
    if ready is not None:
        return contents(behind.files, behind.keyring, ready)
    keyring, files = behind.keyring, behind.files
    locale = str(get_locale())
    return error_workbook(reading(), actor(), batch_id=batch.id, keyring=keyring, files=files, locale=locale)


def _hand_over_errors(session: Session, batch_id: int) -> Answer:
    target = url_for("BatchView.errors", batch_id=batch_id)
    locale = str(get_locale())
    job_id = services.ask_errors(session, actor(), batch_id=batch_id, locale=locale, target=target)
    return done(url_for("WorkView.show", job_id=job_id), "import_errors_begun")


def _frame(batch: ImportBatch, step: str = "") -> dict[str, Any]:
    crumbs = [{"label": gettext("Imports"), "href": url_for("ImportView.list")}]
    if step:
        crumbs.append({"label": batch.file_name, "href": url_for("BatchView.show", batch_id=batch.id)})
    return {"batch": batch, "title": step or batch.file_name, "crumbs": crumbs}


def _facts(batch: ImportBatch) -> dict[str, Any]:
    done, total, state = queries.progress(reading(), batch)
    is_kept = batch.erased_at is None
    hints = {BatchState.APPLIED: DONE, BatchState.UNDONE: {}}.get(BatchState(batch.state), HINTS)
    cards = [
        {
            "label": VERDICTS[which],
            "hint": hints.get(which),
            "value": count,
            "which": which,
            "href": url_for("RowView.list", batch_id=batch.id, which=which) if count and is_kept else None,
        }
        for which, count in _counts(batch).items()
    ]
    return {
        "cards": cards,
        "state_label": STATES[batch.state],
        "tone": TONES.get(batch.state, batch.state),
        "is_working": state in WORKING,
        "has_failed": batch.state in {"uploaded", "reading", "applying"} and state not in WORKING,
        "percent": 100 * done // total if total else None,
        "error": _why(batch),
        "uploaded": format_datetime(batch.created_at, MINUTE),
        "applied": format_datetime(batch.applied_at, MINUTE) if batch.applied_at else None,
        "undone": format_datetime(batch.undone_at, MINUTE) if batch.undone_at else None,
        "step": StepForm(data={"version": batch.version}),
    }


def _why(batch: ImportBatch) -> str | None:
    if batch.error_code is None:
        return None
    return say_why(kind_of(batch.kind).layout, batch.error_code, batch.error_facts or {}, str(get_locale()))


def _about(batch: ImportBatch, kind: Kind) -> dict[str, Any]:
    """Which kind of list it is, and about what."""
    target = dict(kind.targets(reading(), actor())).get(batch.target, batch.target) if batch.target else None
    return {
        "kind_name": kind.layout.name(str(get_locale())),
        "target_label": said(kind, "target") if target else None,
        "target": target,
    }


def _counts(batch: ImportBatch) -> Mapping[str, int]:
    return {
        "new": batch.new_count,
        "changed": batch.changed_count,
        "unchanged": batch.unchanged_count,
        "bad": batch.bad_count,
        "warnings": batch.warning_count,
    }


def _understood(batch: ImportBatch, kind: Kind) -> dict[str, Any]:
    """How headings were understood, which words were not, and what the reader noticed."""
    language = str(get_locale())
    choices = [(column.key, column.heading(language)) for column in kind.layout.columns]
    words: list[tuple[str, int]] = []
    options: list[tuple[str, str]] = []
    if batch.state == BatchState.PREVIEWED and batch.bad_count:
        words = _words(batch, kind)
        options = kind.options(reading(), actor(), batch.tree_path) if words else []
    return {
        "tables": batch.tables or [],
        "choices": choices,
        "words": words,
        "options": options,
        "explain": said(kind, "explain"),
        "is_select": len(options) <= MOST_OPTIONS,
        "findings": [_finding(found, dict(choices)) for found in batch.findings or [] if found["code"] in FINDINGS],
    }


def _words(batch: ImportBatch, kind: Kind) -> list[tuple[str, int]]:
    found = Counter(
        str(remark["facts"].get("text", ""))
        for row in queries.remarks(reading(), actor(), batch)
        for remark in row.problems or ()
        if remark["code"] in kind.unexplained
    )
    return found.most_common(MOST_WORDS)


def _finding(found: Mapping[str, Any], headings: Mapping[str, str]) -> str:
    facts = found["facts"]
    column = headings.get(str(facts.get("key", "")), str(facts.get("heading", "")))
    numbers = facts.get("rows") or ()
    rows = ", ".join(map(str, numbers)) + (" …" if facts.get("count", 0) > len(numbers) else "")
    told = {"sheet": found["sheet"] or "1", "column": column, "rows": rows}
    return str(FINDINGS[found["code"]]) % told


def _apply(session: Session, form: StepForm, batch_id: int, *, good: bool) -> Answer:
    version = form.known_version()
    batch = services.confirm(session, actor(), batch_id=batch_id, version=version, good_rows=good)
    services.hand_over(session, actor(), batch, services.APPLYING)
    return done(url_for("BatchView.show", batch_id=batch_id), "import_confirmed")


def _explain(session: Session, form: StepForm, batch_id: int) -> Answer:
    headings = {
        normalise_heading(name.removeprefix(HEADING)): value
        for name, value in request.form.items()
        if name.startswith(HEADING)
    }
    words = {name.removeprefix(WORD): value for name, value in request.form.items() if name.startswith(WORD) and value}
    version = form.known_version()
    services.explain(session, actor(), batch_id=batch_id, version=version, headings=headings, values=words)
    return done(url_for("BatchView.show", batch_id=batch_id), "import_explained")


def _cancel(session: Session, form: StepForm, batch_id: int) -> Answer:
    services.cancel(session, actor(), batch_id=batch_id, version=form.known_version())
    return done(url_for("BatchView.show", batch_id=batch_id), "import_cancelled")


def _undo(session: Session, form: StepForm, batch_id: int) -> Answer:
    services.ask_undo(session, actor(), batch_id=batch_id, version=form.known_version())
    return done(url_for("BatchView.show", batch_id=batch_id), "import_undo_begun")
