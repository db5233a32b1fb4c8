"""The list of students, looking one up by certificate number, and the classes a picker offers."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.errors import NotFound
from app.lists.listing import Batch, Column, Field, Listing, ListScreen, Tool
from app.orgs import queries as orgs
from app.orgs.models import OrgNode
from app.people.labels import CERTIFICATES, ETHNIC_GROUPS, SEXES
from app.students import queries
from app.students.labels import STATES
from app.web.forms import asked_text
from app.web.request import actor, backstage, reading
from app.web.screens import needs, whole_number

LISTING = Listing(
    name="students",
    title=_l("Student management"),
    columns=(
        Column("student_number", _l("Student number"), role="code"),
        Column("name", _l("Full name"), role="title"),
        Column("sex", _l("Sex")),
        Column("certificate_type", _l("Certificate type"), is_usual=False),
        Column("certificate", _l("Certificate number"), role="code"),
        Column("birth_date", _l("Birth date"), is_usual=False),
        Column("ethnicity", _l("Ethnic group"), is_usual=False),
        Column("class_name", _l("Class")),
        Column("class_roll_number", _l("Number in class"), is_usual=False),
        Column("school_name", _l("School"), is_usual=False),
        Column("entry_date", _l("Entry date"), is_usual=False),
        Column("phone", _l("Phone"), role="code"),
        Column("state", _l("State"), kind="tag", role="tag"),
    ),
    fields=(
        Field("name", _l("Full name"), hint=_l("Name or pinyin")),
        Field("number", _l("Student number")),
        Field("class_name", _l("Class"), hint=_l("Name or class number")),
        Field("state", _l("State"), options=tuple(STATES.items())),
    ),
    tools=(
        Tool(_l("New student"), "StudentRecordView.add", Permission.STUDENT_CREATE),
        Tool(
            _l("Activation sheets"), "StudentAccessView.sheets", Permission.ACCOUNT_CREATE, icon="print", is_main=False
        ),
    ),
    batch=(
        Batch(_l("Activation sheets"), "StudentAccessView.sheets", Permission.ACCOUNT_CREATE),
        Batch(_l("Transfer to another class"), "StudentMoveView.transfer", Permission.STUDENT_MOVE),
    ),
)


class StudentView(ListScreen):
    """学生管理, the list."""

    route_base = "/students"
    default_view = "list"
    listing = LISTING

    @expose("/")
    @needs(Permission.STUDENT_READ)
    def list(self) -> str:
        """The students of the own places, or of the node named by ?node=."""
        node_id = whole_number("node", 0)
        node = orgs.get(reading(), actor(), Permission.STUDENT_READ, node_id=node_id) if node_id else None
        query, asked = self.listing.query(), self.asked()
        wanted = queries.Wanted(
            query["name"],
            query["number"],
            query["class_name"],
            query["state"],
            below=node.path if node else None,
            person_id=whole_number("person", 0) or None,
        )
        total = queries.count(reading(), actor(), wanted)
        lines = queries.page(reading(), actor(), wanted, keyring=backstage().keyring, spot=asked.spot)
        return self.show(
            lines.each(_row),
            total,
            asked,
            query,
            kept={"node": node.id if node else None},
            template="students/list.html",
            subtitle=_place(node),
        )

    @expose("/find", methods=["POST"])
    @needs(Permission.STUDENT_READ)
    def find(self) -> Response:
        """Look somebody up by certificate number, which must not stand in an address: the person's row follows."""
        text = request.form.get("certificate", "").strip()[:60]
        found = queries.person_of_number(reading(), actor(), text, keyring=backstage().keyring) if text else None
        if found is None:
            flash(gettext("No student of your places has this certificate number. Please compare it."), "warning")
            return redirect(url_for("StudentView.list"), 303)
        return redirect(url_for("StudentView.list", person=found), 303)

    @expose("/classes")
    @needs(Permission.STUDENT_READ)
    def classes(self) -> str:
        """The classes a picker offers: of the own places, by number or part of the name."""
        found = queries.class_choices(reading(), actor(), Permission.STUDENT_READ, asked_text())
        several = len({choice.school_id for choice in found}) > 1
        options = [(choice.code if several else choice.number, choice.full_name) for choice in found]
        return self.page("web/options.html", options=options)


def _place(node: OrgNode | None) -> str:
    path = node.path if node else actor().home_path
    if path is None:
        raise NotFound(what="node")
    return " / ".join(orgs.names_of(reading(), [path])[path])


def _row(line: queries.Line) -> dict[str, Any]:
    return {
        **vars(line),
        "name_href": url_for("StudentPageView.show", student_id=line.id),
        "sex": SEXES[line.sex],
        "certificate_type": CERTIFICATES[line.certificate_type],
        "ethnicity": ETHNIC_GROUPS.get(line.ethnicity or "", ""),
        "state_label": STATES[line.state],
        "ops": ops(line.id, line.tree_path, is_open=line.is_open),
    }


def ops(student_id: int, path: str, *, is_open: bool, on_page: bool = False) -> list[dict[str, str]]:
    """What the visitor may do with a student: 查看 (not on the student's own page), 编辑, 转班, 离校."""
    view = {"label": gettext("View"), "href": url_for("StudentPageView.show", student_id=student_id)}
    acts = [
        (gettext("Edit"), Permission.STUDENT_UPDATE, url_for("StudentRecordView.edit", student_id=student_id)),
        (gettext("Transfer"), Permission.STUDENT_MOVE, url_for("StudentMoveView.transfer", rowid=student_id)),
        (gettext("Leave"), Permission.STUDENT_CLOSE, url_for("StatusView.leave", student_id=student_id)),
    ]
    allowed = [
        {"label": label, "href": href}
        for label, permission, href in acts
        if is_open and actor().covers(permission, path)
    ]
    return allowed if on_page else [view, *allowed]
