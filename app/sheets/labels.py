"""The words for the states of imports, for what rows do, and for what was noticed about a file."""

from __future__ import annotations

from typing import Any

from app.web.language import lazy as _l

STATES: dict[str, Any] = {
    "uploaded": _l("Waiting to be read"),
    "reading": _l("Being read"),
    "previewed": _l("To be confirmed"),
    "applying": _l("Being imported"),
    "applied": _l("Imported"),
    "undone": _l("Undone"),
    "refused": _l("Cannot be read"),
    "cancelled": _l("Cancelled"),
    "expired": _l("No longer kept"),
}
TONES = {
    "previewed": "pending",
    "applied": "approved",
    "refused": "rejected",
    "undone": "closed",
    "cancelled": "closed",
    "expired": "closed",
}
"""State → the code whose colour its tag has."""
VERDICTS: dict[str, Any] = {
    "new": _l("New"),
    "changed": _l("Changed"),
    "unchanged": _l("Unchanged"),
    "bad": _l("Wrong"),
    "warnings": _l("To be looked at"),
}
HINTS: dict[str, Any] = {
    "new": _l("will be added"),
    "changed": _l("will be changed"),
    "unchanged": _l("are on file like this"),
    "bad": _l("cannot be imported"),
    "warnings": _l("are good, but odd"),
}
DONE: dict[str, Any] = {
    "new": _l("have been added"),
    "changed": _l("have been changed"),
    "unchanged": _l("were on file like this"),
    "bad": _l("were left out"),
    "warnings": _l("are good, but odd"),
}
"""What is said under the counts once the rows were written."""
FINDINGS: dict[str, Any] = {
    "no_header": _l("Sheet %(sheet)s: no headings were recognised, so it was left out."),
    "missing_column": _l("Sheet %(sheet)s: the column %(column)s is missing."),
    "column_doubled": _l("Sheet %(sheet)s: the column %(column)s is there twice; the first one was read."),
    "hidden_sheet": _l("Sheet %(sheet)s is hidden. It was read all the same."),
    "hidden_rows": _l("Sheet %(sheet)s has hidden rows (%(rows)s). They were read all the same."),
    "hidden_columns": _l("Sheet %(sheet)s has hidden columns. They were read all the same."),
    "rows_left_out": _l("Sheet %(sheet)s: left out as none of the list (title, total, signature, example): %(rows)s."),
}
