"""The organisation tree on screen: open a branch, see how many students stand below, go to them."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose

from app.access.permissions import Permission
from app.core.errors import Invalid
from app.orgs import queries
from app.orgs.labels import KINDS
from app.orgs.models import OrgNode
from app.web.request import actor, reading
from app.web.screens import Screen, needs

MOST_OPEN = 50


class OrgView(Screen):
    """机构与班级分布 (M18): the tree from the own places downwards."""

    route_base = "/orgs"
    default_view = "tree"

    @expose("/")
    @needs(Permission.ORG_READ)
    def tree(self) -> str:
        """The tree with the branches named by ?open= unfolded."""
        tops = queries.tops(reading(), actor(), Permission.ORG_READ)
        opened = _opened() or {top.id for top in tops}
        return self.page("orgs/tree.html", nodes=_rows(tops, opened))

    @expose("/<int:node_id>/branch")
    @needs(Permission.ORG_READ)
    def branch(self, node_id: int) -> str:
        """The lines right below one node, for a branch that is being opened."""
        node = queries.get(reading(), actor(), Permission.ORG_READ, node_id=node_id)
        below = queries.children(reading(), actor(), Permission.ORG_READ, node)
        return self.page("orgs/branch.html", nodes=_rows(below, _opened()))


def _opened() -> set[int]:
    values = request.args.getlist("open")
    if len(values) > MOST_OPEN or not all(v.isascii() and v.isdigit() and len(v) < 16 for v in values):  # noqa: PLR2004
        raise Invalid({"open": "whole_number"})
    return {int(value) for value in values}


def _rows(nodes: list[OrgNode], opened: set[int]) -> list[dict[str, Any]]:
    """The lines of one level with, for the open ones, the level below; four statements a level, however many lines."""
    places = queries.describe(reading(), nodes)
    counts = queries.student_counts(reading(), actor(), [node.path for node in nodes])
    rows = []
    for node, place in zip(nodes, places, strict=True):
        is_open = place.id in opened and place.has_children
        below = queries.children(reading(), actor(), Permission.ORG_READ, node) if is_open else []
        rows.append(
            {
                "id": place.id,
                "name": place.name,
                "kind_label": KINDS[place.kind],
                "code": place.code,
                "class_number": place.class_number,
                "student_count": counts.get(place.path),
                "students_href": _students(place) if counts.get(place.path) else None,
                "has_children": place.has_children,
                "is_open": is_open,
                "children": _rows(below, opened) if below else [],
                "open_href": url_for("OrgView.tree", open=sorted(opened | {place.id})),
                "close_href": url_for("OrgView.tree", open=sorted(opened - {place.id})),
                "branch_href": url_for("OrgView.branch", node_id=place.id),
            },
        )
    return rows


def _students(place: queries.Place) -> str | None:
    """The list of the students below, where the visitor may read names."""
    allowed = actor().covers(Permission.STUDENT_READ, place.path)
    return url_for("StudentView.list", node=place.id) if allowed else None
