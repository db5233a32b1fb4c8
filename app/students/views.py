"""The list of students: read-only here, certificate numbers masked."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import expose

from app.access.permissions import Permission
from app.core.errors import Invalid, NotFound
from app.orgs import queries as orgs
from app.students import queries
from app.students.labels import SEXES, STATES
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, needs, paging, text_argument, whole_number

SEARCHED = ("name", "number", "class_name", "state")


class StudentView(Screen):
    """学生管理, the list."""

    route_base = "/students"
    default_view = "list"

    @expose("/")
    @needs(Permission.STUDENT_READ)
    def list(self) -> str:
        """The students of the own places, or of the node named by ?node=."""
        node = _node()
        query = {name: text_argument(name) for name in SEARCHED}
        if query["state"] and query["state"] not in STATES:
            raise Invalid({"state": "choice"})
        wanted = queries.Wanted(
            query["name"], query["number"], query["class_name"], query["state"], below=node.path if node else None
        )
        asked = paging()
        total = queries.count(reading(), actor(), wanted)
        lines = queries.page(
            reading(),
            actor(),
            wanted,
            keyring=backstage().keyring,
            limit=asked.size,
            offset=asked.offset,
        )
        return self.page(
            "students/list.html",
            rows=[_row(line) for line in lines],
            page=asked.shown(total, len(lines)),
            query=query,
            states=list(STATES.items()),
            place=_place(node),
            kept={"node": node.id} if node else {},
            with_school=actor().level <= 4,  # noqa: PLR2004  county and above see several schools
            searched=any(query.values()),
        )


def _node() -> Any:
    node_id = whole_number("node", 0)
    if not node_id:
        return None
    return orgs.get(reading(), actor(), Permission.STUDENT_READ, node_id=node_id)


def _place(node: Any) -> dict[str, str]:
    path = node.path if node else actor().home_path
    if path is None:
        raise NotFound(what="node")
    names = orgs.names_of(reading(), [path])[path]
    return {"name": names[-1], "full_name": " / ".join(names)}


def _row(line: queries.Line) -> dict[str, Any]:
    return {**vars(line), "sex": SEXES[line.sex], "state_label": STATES[line.state]}
