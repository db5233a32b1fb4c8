"""What people plug in."""

from __future__ import annotations

from app.core.feature import Feature
from app.web.language import lazy as _l

FEATURE = Feature(
    name="people",
    sentences={"number_taken": _l("%(count)s of these certificate numbers are on file already.")},
)
