"""The first page: what a post sees, what a family sees, and what waits for whom."""

from __future__ import annotations

from app.home.views.page import HomeView, about_visitor
from app.home.views.today import connect

__all__ = ["HomeView", "about_visitor", "connect"]
