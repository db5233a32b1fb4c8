"""Choosing the language of the pages, without leaving the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, request, session
from flask_appbuilder import expose
from flask_babel import refresh
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.web.screens import Screen, everybody


class LanguageView(Screen):
    """The link with the name of another language; Flask-AppBuilder's own leads to the home page."""

    route_base = "/language"
    default_view = "choose"
    appbuilder: Any

    @expose("/<code>")
    @everybody
    def choose(self, code: str) -> Response:
        """Remember the language in the browser's cookie and go back to the page of ?next=."""
        if code not in self.appbuilder.bm.languages:
            raise NotFound(what="language")
        session["locale"] = code
        refresh()
        return redirect(_own_address(request.args.get("next", "")) or self.appbuilder.get_url_for_index)


def _own_address(wanted: str) -> str | None:
    """An address of this site, or None for one that leads elsewhere."""
    parts = urlsplit(wanted)
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_own and wanted.isprintable() else None
