"""What lists plug in: the forms that keep their settings."""

from __future__ import annotations

from app.core.feature import Feature
from app.lists.views import ListSettingView

FEATURE = Feature(name="lists", screens=(ListSettingView,))
