"""Choosing the language of the pages, without leaving the page."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import redirect, request, session
from flask_appbuilder import expose
from flask_babel import refresh
from werkzeug.wrappers import Response

from app.core.errors import NotFound
from app.web.request import actor, backstage, visitor, write
from app.web.screens import Screen, everybody


class LanguageView(Screen):
    """The name of another language in the top bar; Flask-AppBuilder's own link leads to the home page."""

    route_base = "/language"
    default_view = "choose"
    appbuilder: Any

    @expose("/<code>", methods=["GET", "POST"])
    @everybody
    def choose(self, code: str) -> Response:
        """Remember the language in the browser's cookie and go back to the page of ?next=.

        Sent as a form by somebody signed in, the account remembers it as well; a link changes nothing but the cookie.
        """
        if code not in self.appbuilder.bm.languages:
            raise NotFound(what="language")
        session["locale"] = code
        if request.method == "POST" and visitor():
            write(lambda opened: backstage().keep_language(opened, actor(), code))
        refresh()
        return redirect(own_address(request.args.get("next", "")) or self.appbuilder.get_url_for_index, 303)


def own_address(wanted: str) -> str | None:
    """An address of this site, or None for one that leads elsewhere."""
    parts = urlsplit(wanted)
    is_own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_own and wanted.isprintable() else None
