"""我的导出: the files that jobs have made for the visitor, of all features, as long as they can be fetched."""

from __future__ import annotations

from typing import Any

from flask import current_app, make_response, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.clock import SHANGHAI, sql_now
from app.core.errors import NotFound
from app.core.stored import StoredFile, contents, of_owner
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs

EXTENSION = "xuebao-exports"
MOST_LISTED = 50
MINUTE = "%Y-%m-%d %H:%M"
KILOBYTE = 1024


class MyExportsView(Screen):
    """Files of one's own: nobody else finds them."""

    route_base = "/exports"
    default_view = "mine"

    @expose("/")
    @needs(Permission.JOB_READ)
    def mine(self) -> str:
        """The files that were made for the visitor and can still be fetched, the latest first."""
        words = current_app.extensions[EXTENSION]
        stmt = (
            select(StoredFile)
            .where(StoredFile.owner_id == actor().user_id, StoredFile.purpose.in_(list(words)))
            .where(StoredFile.erased_at.is_(None), StoredFile.expires_at > sql_now())
            .order_by(StoredFile.id.desc())
            .limit(MOST_LISTED)
        )
        files = [_line(row, words[row.purpose]) for row in reading().scalars(stmt)]
        return self.page("web/exports.html", title=gettext("My exports"), files=files)

    @expose("/<int:file_id>")
    @needs(Permission.JOB_READ)
    def fetch(self, file_id: int) -> Response:
        """A file a job has made, for who asked for it."""
        row = of_owner(reading(), actor().user_id, file_id)
        if row is None or row.purpose not in current_app.extensions[EXTENSION]:
            raise NotFound(what="file")
        answer = make_response(contents(backstage().files, backstage().keyring, row))
        answer.headers["Content-Type"] = row.media_type
        answer.headers["Content-Disposition"] = f'attachment; filename="{row.name}"'
        return answer


def _line(row: StoredFile, word: object) -> dict[str, Any]:
    return {
        "href": url_for("MyExportsView.fetch", file_id=row.id),
        "word": word,
        "made": row.created_at.astimezone(SHANGHAI).strftime(MINUTE),
        "until": row.expires_at.astimezone(SHANGHAI).strftime(MINUTE),
        "size": max(1, row.size // KILOBYTE),
    }
