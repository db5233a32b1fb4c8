"""What plans plug in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.feature import Feature

FEATURE = Feature(
    name="plans",
    sentences={"plan_not_draft": _l("This plan has been opened already.")},
)
