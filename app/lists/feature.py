"""What lists plug in: the forms that keep their settings."""

from __future__ import annotations

from app.core.feature import Feature
from app.lists.views import ListSettingView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="lists",
    screens=(ListSettingView,),
    sentences={
        "lost_place": _l("This place in the list can no longer be found. Please open the list at its first page."),
    },
)
