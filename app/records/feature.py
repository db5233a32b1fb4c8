"""What the records plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.records.views import AuditView, ChangeView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="records",
    screens=(ChangeView, AuditView),
    menu=(
        MenuItem("Change records", "ChangeView.list", "clock", Permission.CHANGE_READ, group="System"),
        MenuItem("Operation log", "AuditView.list", "lock", Permission.AUDIT_READ, group="System"),
    ),
    sentences={
        "export_large": _l("More than %(most)s rows would be exported. Please narrow the days down."),
        "day": _l("Please give a day such as 2026-09-01."),
    },
)
