"""Keeping a user's own column settings and page size."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import redirect, request
from flask_appbuilder import expose
from werkzeug.wrappers import Response

from app.core.errors import Invalid
from app.lists import services
from app.lists.paging import PAGE_SIZES
from app.web.request import actor, write
from app.web.screens import Screen, signed_in

LONGEST_NAME = 40
MOST_COLUMNS = 60


class ListSettingView(Screen):
    """列配置 and 每页条数: forms under every list. They repeat harmlessly, so they carry no idempotency key."""

    route_base = "/lists"
    default_view = "columns"

    @expose("/<name>/columns", methods=["POST"])
    @signed_in
    def columns(self, name: str) -> Response:
        """Remember the ticked columns of a list."""
        chosen = request.form.getlist("column")
        if len(name) > LONGEST_NAME or len(chosen) > MOST_COLUMNS or any(len(c) > LONGEST_NAME for c in chosen):
            raise Invalid({"column": "choice"})
        write(lambda session: services.keep_columns(session, actor(), name, chosen))
        return redirect(back(), 303)

    @expose("/<name>/size", methods=["POST"])
    @signed_in
    def size(self, name: str) -> Response:
        """Remember the rows per page of a list."""
        size = request.form.get("size", "")
        if len(name) > LONGEST_NAME or size not in {str(offered) for offered in PAGE_SIZES}:
            raise Invalid({"size": "page_size"})
        write(lambda session: services.keep_page_size(session, actor(), name, int(size)))
        return redirect(back(), 303)


def back() -> str:
    """The list the form stood under, at its first page; a path of this site or the home page."""
    parts = urlsplit(request.form.get("back", ""))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    kept = [(n, v) for n, v in parse_qsl(parts.query) if n not in {"size", "page", "after", "before"}]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path
