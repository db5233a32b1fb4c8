"""Keeping a user's own column settings and page size."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import current_app, redirect, request
from flask_appbuilder import expose
from werkzeug.wrappers import Response

from app.core.errors import Invalid, NotFound
from app.lists import services
from app.lists.listing import Listing, ListScreen
from app.lists.paging import PAGE_SIZES
from app.web.request import actor, write
from app.web.screens import Screen, signed_in

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
        if len(chosen) > MOST_COLUMNS or set(chosen) - {column.key for column in _listing(name).columns}:
            raise Invalid({"column": "choice"})
        write(lambda session: services.keep_columns(session, actor(), name, chosen))
        return redirect(back(), 303)

    @expose("/<name>/size", methods=["POST"])
    @signed_in
    def size(self, name: str) -> Response:
        """Remember the rows per page of a list."""
        size = request.form.get("size", "")
        if size not in {str(offered) for offered in PAGE_SIZES}:
            raise Invalid({"size": "page_size"})
        name = _listing(name).name
        write(lambda session: services.keep_page_size(session, actor(), name, int(size)))
        return redirect(back(), 303)


def _listing(name: str) -> Listing:
    """The list of this name; `NotFound` for one that is not, or anybody could fill the table with any words."""
    screens = current_app.extensions["appbuilder"].baseviews
    lists = (screen.listing for screen in screens if isinstance(screen, ListScreen))
    found = next((listing for listing in lists if listing.name == name), None)
    if found is None:
        raise NotFound(what="list")
    return found


def back() -> str:
    """The list the form stood under, at its first page; a path of this site or the home page."""
    parts = urlsplit(request.form.get("back", ""))
    if parts.scheme or parts.netloc or not parts.path.startswith("/") or parts.path.startswith(("//", "/\\")):
        return "/"
    kept = [(n, v) for n, v in parse_qsl(parts.query) if n not in {"size", "page", "after", "before"}]
    return f"{parts.path}?{urlencode(kept)}" if kept else parts.path
