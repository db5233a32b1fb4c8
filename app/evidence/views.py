"""Sending files before the form they belong to is sent, and looking at one's own again."""

from __future__ import annotations

from flask_appbuilder import expose
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.errors import NotFound
from app.core.stored import of_owner
from app.evidence.queries import drafts
from app.evidence.receiving import received
from app.evidence.rules import DRAFT
from app.evidence.serving import draft_href, file_lines, served
from app.web.request import actor, reading
from app.web.screens import Screen, needs_any

APPLY, ASK = Permission.ENROLMENT_APPLY, Permission.CHANGE_REQUEST_CREATE


class EvidenceView(Screen):
    """The visitor's own drafts."""

    route_base = "/evidence"
    default_view = "add"

    @expose("/drafts", methods=["POST"])
    @needs_any(ASK, APPLY)
    def add(self) -> str:
        """Take the files that were just chosen; answers with those that are kept, and with room for more."""
        found = received()
        lines = file_lines(drafts(reading(), actor(), found.added), draft_href)
        return self.page("evidence/added.html", files=lines, problems=found.problems)

    @expose("/drafts/<int:file_id>")
    @needs_any(ASK, APPLY)
    def draft(self, file_id: int) -> Response:
        """One of the own drafts, to look at it again before it is sent."""
        row = of_owner(reading(), actor().user_id, file_id)
        if row is None or row.purpose != DRAFT:
            raise NotFound(what="file")
        return served(row)
