"""部门管理: the list of departments, adding, renaming, closing."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.departments import queries, services
from app.departments.forms import DepartmentForm, NewDepartmentForm
from app.lists.listing import Column, Field, Listing, ListScreen, Tool
from app.orgs import queries as orgs
from app.web.acts import done, submitted
from app.web.forms import RecordForm
from app.web.request import actor, reading
from app.web.screens import needs

LISTING = Listing(
    name="departments",
    title=_l("Departments"),
    columns=(
        Column("name", _l("Department"), role="title"),
        Column("place", _l("Place")),
    ),
    fields=(Field("name", _l("Department")),),
    tools=(Tool(_l("New department"), "DepartmentView.add", Permission.DEPARTMENT_CREATE),),
)


class DepartmentView(ListScreen):
    """Departments of the own places."""

    route_base = "/departments"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.DEPARTMENT_READ)
    def list(self) -> str:
        """The departments of the own places."""
        return self.listed(queries, _row)

    @expose("/new", methods=["GET", "POST"])
    @needs(Permission.DEPARTMENT_CREATE)
    def add(self) -> Response | tuple[str, int]:
        """Add a department at one of the own places."""
        form = NewDepartmentForm()
        tops = orgs.describe(reading(), orgs.tops(reading(), actor(), Permission.DEPARTMENT_CREATE))
        form.node.choices = [(place.code, place.full_name) for place in tops]
        if answered := submitted(form, lambda session: _create(session, form)):
            return answered
        return self.form_page(form, title=gettext("New department"), back=url_for("DepartmentView.list"))

    @expose("/<int:department_id>/edit", methods=["GET", "POST"])
    @needs(Permission.DEPARTMENT_UPDATE)
    def edit(self, department_id: int) -> Response | tuple[str, int]:
        """Give a department another name."""
        found = queries.get(reading(), actor(), Permission.DEPARTMENT_UPDATE, department_id=department_id)
        form = DepartmentForm(data={"name": found.name, "version": found.version})
        if answered := submitted(form, lambda session: _rename(session, form, department_id)):
            return answered
        return self.form_page(form, title=gettext("Edit department"), back=url_for("DepartmentView.list"))

    @expose("/<int:department_id>/close", methods=["GET", "POST"])
    @needs(Permission.DEPARTMENT_CLOSE)
    def close(self, department_id: int) -> Response | tuple[str, int]:
        """Close a department after saying what that means."""
        found = queries.get(reading(), actor(), Permission.DEPARTMENT_CLOSE, department_id=department_id)
        form = RecordForm(data={"version": found.version})
        if answered := submitted(form, lambda session: _close(session, form, department_id)):
            return answered
        return self.form_page(
            form,
            title=gettext("Close department %(name)s", name=found.name),
            about=gettext("Its users keep their accounts and stand in no department then."),
            submit=gettext("Close department"),
            back=url_for("DepartmentView.list"),
            danger=True,
        )


def _create(session: Any, form: NewDepartmentForm) -> Any:
    name = form.name.data or ""
    services.create(session, actor(), node_code=form.node.data, name=name)
    return done(url_for("DepartmentView.list"), "department_created", name=name)


def _rename(session: Any, form: DepartmentForm, department_id: int) -> Any:
    name, version = form.name.data or "", form.known_version()
    services.rename(session, actor(), department_id=department_id, name=name, version=version)
    return done(url_for("DepartmentView.list"), "saved")


def _close(session: Any, form: RecordForm, department_id: int) -> Any:
    services.close(session, actor(), department_id=department_id, version=form.known_version())
    return done(url_for("DepartmentView.list"), "department_closed")


def _row(line: queries.Line) -> dict[str, Any]:
    ops = []
    if not line.is_binding and actor().holds(Permission.DEPARTMENT_UPDATE):
        ops.append({"label": gettext("Edit"), "href": url_for("DepartmentView.edit", department_id=line.id)})
    if not line.is_binding and actor().holds(Permission.DEPARTMENT_CLOSE):
        ops.append({"label": gettext("Close"), "href": url_for("DepartmentView.close", department_id=line.id)})
    return {**vars(line), "ops": ops}
