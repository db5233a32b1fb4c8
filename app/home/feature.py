"""What the home page plugs in: its folder of templates; the screen itself is Flask-AppBuilder's index view."""

from __future__ import annotations

from app.core.feature import Feature

FEATURE = Feature(name="home")
