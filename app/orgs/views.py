"""The organisation tree on screen: open a branch, see how many students stand below, go to them."""

from __future__ import annotations

from typing import Any

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.errors import Invalid
from app.core.idempotency import Answer
from app.orgs import queries, reshape, services
from app.orgs.forms import CloseForm, MergeForm, MoveForm, NewNodeForm, NodeForm
from app.orgs.labels import KINDS
from app.orgs.models import Kind, OrgNode
from app.orgs.rules import NewNode, kinds_below
from app.web.acts import done, submitted
from app.web.forms import RecordForm, asked_text
from app.web.request import actor, reading
from app.web.screens import Screen, needs, needs_any

MOST_OPEN = 50
MOST_AT_ONCE = 100
"""Nodes of a subtree that is moved while the browser waits; a larger one goes to the worker."""
MERGED = frozenset({Kind.CAMPUS, Kind.COLLEGE, Kind.EDUCATION_LEVEL, Kind.FACULTY, Kind.MAJOR, Kind.GRADE, Kind.CLASS})


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

    @expose("/options")
    @needs(Permission.ORG_READ)
    def options(self) -> str:
        """Places for a picker: those in scope whose name or code fits what was typed."""
        found = queries.search(reading(), actor(), Permission.ORG_READ, asked_text())
        places = queries.describe(reading(), found)
        return self.page("web/options.html", options=[(place.code, place.full_name) for place in places])

    @expose("/<int:node_id>/add", methods=["GET", "POST"])
    @needs(Permission.ORG_CREATE)
    def add(self, node_id: int) -> Response | tuple[str, int]:
        """Add a place below one."""
        parent = queries.get(reading(), actor(), Permission.ORG_CREATE, node_id=node_id)
        form = NewNodeForm()
        kinds = kinds_below(parent.kind, in_school=parent.school_id is not None)
        form.kind.choices = [(kind, KINDS[kind]) for kind in kinds]
        if answered := submitted(form, lambda session: _add(session, form, parent)):
            return answered
        return self._form(form, parent, gettext("New place below %(name)s", name=self._name(parent)))

    @expose("/<int:node_id>/rename", methods=["GET", "POST"])
    @needs_any(Permission.ORG_UPDATE, Permission.CLASS_RENAME)
    def rename(self, node_id: int) -> Response | tuple[str, int]:
        """Give a place another name."""
        held = Permission.ORG_UPDATE if actor().holds(Permission.ORG_UPDATE) else Permission.CLASS_RENAME
        node = queries.get(reading(), actor(), held, node_id=node_id)
        form = NodeForm(data={"name": node.name, "version": node.version})
        if answered := submitted(form, lambda session: _rename(session, form, node)):
            return answered
        return self._form(form, node, gettext("Rename %(name)s", name=self._name(node)))

    @expose("/<int:node_id>/move", methods=["GET", "POST"])
    @needs(Permission.ORG_MOVE)
    def move(self, node_id: int) -> Response | tuple[str, int]:
        """Put a place with everything below it under another; a large one is moved by the worker."""
        node = queries.get(reading(), actor(), Permission.ORG_MOVE, node_id=node_id)
        form = MoveForm(data={"version": node.version})
        if answered := submitted(form, lambda session: _move(session, form, node)):
            return answered
        about = gettext(
            "Everything below it goes along: classes, students, figures and the rights of those who work there."
        )
        return self._form(
            form, node, gettext("Move %(name)s", name=self._name(node)), about=about, submit=gettext("Move")
        )

    @expose("/<int:node_id>/merge", methods=["GET", "POST"])
    @needs(Permission.ORG_MOVE)
    def merge(self, node_id: int) -> Response | tuple[str, int]:
        """Merge a place into another of its kind and school."""
        node = queries.get(reading(), actor(), Permission.ORG_MOVE, node_id=node_id)
        form = MergeForm(data={"version": node.version})
        if answered := submitted(form, lambda session: _merge(session, form, node)):
            return answered
        about = gettext("What stands in it goes to the other place, then it is closed. Its history stays.")
        title, submit = gettext("Merge %(name)s", name=self._name(node)), gettext("Merge")
        return self._form(form, node, title, about=about, submit=submit, danger=True)

    @expose("/<int:node_id>/close", methods=["GET", "POST"])
    @needs(Permission.ORG_CLOSE)
    def close(self, node_id: int) -> Response | tuple[str, int]:
        """Close an empty place."""
        node = queries.get(reading(), actor(), Permission.ORG_CLOSE, node_id=node_id)
        form = CloseForm(data={"version": node.version})
        if answered := submitted(form, lambda session: _close(session, form, node)):
            return answered
        about = gettext("Only a place with nothing open in it can be closed. It stays on file with its history.")
        title, submit = gettext("Close %(name)s", name=self._name(node)), gettext("Close")
        return self._form(form, node, title, about=about, submit=submit, danger=True)

    def _name(self, node: OrgNode) -> str:
        return queries.names_of(reading(), [node.path])[node.path][-1]

    def _form(
        self,
        form: RecordForm,
        node: OrgNode,
        title: str,
        *,
        about: str | None = None,
        submit: str | None = None,
        danger: bool = False,
    ) -> tuple[str, int]:
        place = queries.describe(reading(), [node])[0]
        crumbs = [{"label": gettext("Organisations"), "href": url_for("OrgView.tree")}]
        return self.form_page(
            form,
            title=title,
            subtitle=place.full_name,
            crumbs=crumbs,
            back=_tree_at(node.parent_id),
            about=about,
            submit=submit,
            danger=danger,
        )


def _tree_at(node_id: int | None) -> str:
    """The tree with the branch of a node open."""
    return url_for("OrgView.tree", open=node_id) if node_id else url_for("OrgView.tree")


def _add(session: Session, form: NewNodeForm, parent: OrgNode) -> Answer:
    new = NewNode(
        parent.code,
        form.kind.data,
        form.name.data or "",
        code=(form.code.data or "").strip() or None,
        class_number=(form.class_number.data or "").strip() or None,
        stage=form.stage.data or None,
        entry_year=form.entry_year.data,
    )
    services.grow(session, actor(), [new])
    return done(_tree_at(parent.id), "node_added", name=new.name)


def _rename(session: Session, form: NodeForm, node: OrgNode) -> Answer:
    reshape.rename(session, actor(), node_id=node.id, name=form.name.data or "", version=form.known_version())
    return done(_tree_at(node.parent_id), "saved")


def _move(session: Session, form: MoveForm, node: OrgNode) -> Answer:
    target, version = form.target.data or "", form.known_version()
    if reshape.size_below(session, actor(), Permission.ORG_MOVE, node) > MOST_AT_ONCE:
        job_id = reshape.hand_over(session, actor(), node=node, target_code=target, version=version)
        return done(url_for("WorkView.show", job_id=job_id), "move_begun", name=node.name)
    count = reshape.move(session, actor(), node_id=node.id, target_code=target, version=version)
    return done(_tree_at(node.id), "node_moved", name=node.name, count=count)


def _merge(session: Session, form: MergeForm, node: OrgNode) -> Answer:
    target = form.target.data or ""
    reshape.merge(session, actor(), node_id=node.id, target_code=target, version=form.known_version())
    return done(_tree_at(node.parent_id), "node_merged", name=node.name)


def _close(session: Session, form: CloseForm, node: OrgNode) -> Answer:
    reason = form.reason.data or ""
    reshape.close(session, actor(), node_id=node.id, reason=reason, version=form.known_version())
    return done(_tree_at(node.parent_id), "node_closed", name=node.name)


def _ops(node: OrgNode) -> list[dict[str, Any]]:
    """What the visitor may do with a line of the tree: adding holds at the own node, the rest below it (M18)."""
    endpoints = (
        (gettext("Add below"), "add", Permission.ORG_CREATE, node.kind != Kind.CLASS),
        (gettext("Rename"), "rename", Permission.ORG_UPDATE, True),
        (gettext("Move"), "move", Permission.ORG_MOVE, True),
        (gettext("Merge"), "merge", Permission.ORG_MOVE, node.kind in MERGED),
        (gettext("Close place"), "close", Permission.ORG_CLOSE, True),
    )
    ops = [
        {"label": label, "href": url_for(f"OrgView.{name}", node_id=node.id)}
        for label, name, permission, sensible in endpoints
        if sensible and _may(permission, node, at_own=name == "add")
    ]
    if not ops and node.kind == Kind.CLASS and actor().covers(Permission.CLASS_RENAME, node.path):
        ops.append({"label": gettext("Rename"), "href": url_for("OrgView.rename", node_id=node.id)})
    return ops


def _may(permission: Permission, node: OrgNode, *, at_own: bool) -> bool:
    inside = actor().covers(permission, node.path)
    return inside and (at_own or actor().level == 0 or node.path not in actor().places(permission))


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
                "ops": _ops(node),
                "branch_href": url_for("OrgView.branch", node_id=place.id),
            },
        )
    return rows


def _students(place: queries.Place) -> str | None:
    """The list of the students below, where the visitor may read names."""
    allowed = actor().covers(Permission.STUDENT_READ, place.path)
    return url_for("StudentView.list", node=place.id) if allowed else None
