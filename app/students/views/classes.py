"""班级维护 (U15): the list of classes, and giving one another name; the class number stays."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.db import Session
from app.core.errors import NotFound
from app.core.idempotency import Answer
from app.lists.listing import Column, Field, Listing, ListScreen
from app.orgs import queries as orgs
from app.orgs import reshape
from app.orgs.forms import NodeForm
from app.orgs.models import Kind, OrgNode
from app.students import classes
from app.web.acts import done, submitted
from app.web.request import actor, reading
from app.web.screens import needs, needs_any

LISTING = Listing(
    name="class_records",
    title=_l("Class maintenance"),
    columns=(
        Column("name", _l("Class"), role="title"),
        Column("number", _l("Class number"), role="code"),
        Column("above", _l("Stands in")),
        Column("school", _l("School")),
        Column("students", _l("Students"), kind="number"),
    ),
    fields=(Field("name", _l("Class")), Field("number", _l("Class number"))),
)


class ClassRecordView(ListScreen):
    """Classes of the own places."""

    route_base = "/class-records"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.ORG_READ)
    def list(self) -> str:
        """The classes of the own places; new ones are added in the tree."""
        return self.listed(classes, _row)

    @expose("/<int:node_id>/edit", methods=["GET", "POST"])
    @needs_any(Permission.ORG_UPDATE, Permission.CLASS_RENAME)
    def edit(self, node_id: int) -> Response | tuple[str, int]:
        """Give a class another name."""
        node = orgs.get(reading(), actor(), _held(), node_id=node_id)
        if node.kind != Kind.CLASS or node.closed_at is not None:
            raise NotFound(what="node")
        form = NodeForm(data={"name": node.name, "version": node.version})
        if answered := submitted(form, lambda session: _rename(session, form, node)):
            return answered
        place = orgs.describe(reading(), [node])[0]
        return self.form_page(
            form,
            title=gettext("Rename %(name)s", name=place.name),
            subtitle=place.full_name,
            crumbs=[{"label": gettext("Class maintenance"), "href": url_for("ClassRecordView.list")}],
            about=gettext("Its class number %(number)s stays as it is.", number=place.class_number or "—"),
            back=url_for("ClassRecordView.list"),
        )


def _rename(session: Session, form: NodeForm, node: OrgNode) -> Answer:
    reshape.rename(session, actor(), node_id=node.id, name=form.name.data or "", version=form.known_version())
    return done(url_for("ClassRecordView.list"), "saved")


def _held() -> Permission:
    """The permission the visitor renames classes by."""
    return Permission.ORG_UPDATE if actor().holds(Permission.ORG_UPDATE) else Permission.CLASS_RENAME


def _row(line: classes.ClassLine) -> dict[str, Any]:
    ops = []
    if actor().covers(Permission.STUDENT_READ, line.path):
        ops.append({"label": gettext("Students"), "href": url_for("StudentView.list", node=line.id)})
    if actor().covers(_held(), line.path):
        ops.append({"label": gettext("Rename"), "href": url_for("ClassRecordView.edit", node_id=line.id)})
    return {**vars(line), "ops": ops}
