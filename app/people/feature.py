"""What people plug in."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.feature import Feature

FEATURE = Feature(
    name="people",
    sentences={"number_taken": _l("%(count)s of these certificate numbers are on file already.")},
)
