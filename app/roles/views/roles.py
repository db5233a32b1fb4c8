"""The list of roles, what each may do, copies and names."""

from __future__ import annotations

from typing import Any

from flask import flash, request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.accounts.rules import PERSONAL
from app.core.errors import Refusal
from app.core.idempotency import Answer
from app.lists.listing import Column, Field, Listing, ListScreen, Tool
from app.roles import queries, services
from app.roles.forms import AGAIN, SURE, CopyForm, NamesForm, PermissionForm
from app.roles.grid import in_order, laid_out, notes_of
from app.roles.labels import permission_label
from app.roles.rules import Difference, NewRole, own_level
from app.roles.views.words import crumbs_to, other_name, role_name
from app.web.acts import done, submitted, tell
from app.web.request import actor, reading
from app.web.screens import needs

OK = 200


class RoleView(ListScreen):
    """Roles of the own level and below; `system_admin` edits them."""

    route_base = "/roles"
    default_view = "list"
    listing = Listing(
        name="roles",
        title=_l("Roles"),
        columns=(
            Column("name", _l("Role"), role="title"),
            Column("other", _l("Name in the other language"), is_usual=False),
            Column("level", _l("Level"), kind="number"),
            Column("holders", _l("Users who hold it"), kind="number"),
            Column("origin", _l("Origin"), kind="tag"),
            Column("code", _l("Code"), role="code", is_usual=False),
        ),
        fields=(Field("name", _l("Role")),),
        tools=(
            Tool(
                _l("What could a user do here"),
                "RoleAnswerView.answer",
                Permission.ACCOUNT_READ,
                "search",
                is_main=False,
            ),
        ),
    )

    @expose("/")
    @needs(Permission.ROLE_READ)
    def list(self) -> str:
        """The roles of the own level and below."""
        return self.listed(queries, _row)

    @expose("/<int:role_id>")
    @needs(Permission.ROLE_READ)
    def role(self, role_id: int) -> str:
        """What a role may do."""
        role = queries.get(reading(), actor(), Permission.ROLE_READ, role_id=role_id)
        held = queries.held_by(reading(), role.id)
        return self._page("roles/role.html", role, title=role_name(role), groups=laid_out(held, role.code))

    @expose("/<int:role_id>/edit", methods=["GET", "POST"])
    @needs(Permission.ROLE_UPDATE)
    def edit(self, role_id: int) -> Response | tuple[str, int]:
        """Tick what a role may do; the difference is shown before anything is saved."""
        role = queries.get(reading(), actor(), Permission.ROLE_UPDATE, role_id=role_id)
        held = queries.held_by(reading(), role.id)
        form = PermissionForm(data={"version": role.version, "permission": [str(p) for p in held]})
        if request.method == "POST" and form.validate():
            if form.step.data == SURE:
                answered = submitted(form, lambda session: _change(session, form, role))
                if answered:
                    return answered
            changed = _looked_at(form, role) if form.step.data != AGAIN else None
            if changed:
                return self._difference(form, role, changed)
        elif request.method == "POST":
            form.status = 422
        groups = laid_out(form.wanted() if not form.errors else held, role.code)
        title = gettext("What %(name)s may do", name=role_name(role))
        page = self._page("roles/edit.html", role, title=title, groups=groups, form=form)
        return page, form.status

    @expose("/<int:role_id>/copy", methods=["GET", "POST"])
    @needs(Permission.ROLE_UPDATE)
    def copy(self, role_id: int) -> Response | tuple[str, int]:
        """Make an own role that may do what this one may."""
        source = queries.get(reading(), actor(), Permission.ROLE_UPDATE, role_id=role_id)
        form = CopyForm(data={"level": max(source.level, 1)})
        if answered := submitted(form, lambda session: _copy(session, form, role_id)):
            return answered
        return self.form_page(
            form,
            title=gettext("Copy %(name)s", name=role_name(source)),
            about=gettext(
                "The new role may do the same. What only the system administrator may hold, and what waits for a "
                "system parameter, is left out. Nobody holds the new role until it is granted."
            ),
            submit=gettext("Make the role"),
            crumbs=crumbs_to(source),
            back=url_for("RoleView.role", role_id=role_id),
        )

    @expose("/<int:role_id>/names", methods=["GET", "POST"])
    @needs(Permission.ROLE_UPDATE)
    def names(self, role_id: int) -> Response | tuple[str, int]:
        """Give an own role other names."""
        role = queries.get(reading(), actor(), Permission.ROLE_UPDATE, role_id=role_id)
        form = NamesForm(data={"label_zh": role.label_zh, "label_en": role.label_en, "version": role.version})
        if answered := submitted(form, lambda session: _rename(session, form, role_id)):
            return answered
        title = gettext("Rename %(name)s", name=role_name(role))
        return self.form_page(form, title=title, crumbs=crumbs_to(role), back=url_for("RoleView.role", role_id=role_id))

    def _difference(self, form: PermissionForm, role: queries.Line, changed: Difference) -> tuple[str, int]:
        """The page between the grid and the saving: what is added, what is removed, whom it concerns."""
        page = self._page(
            "roles/difference.html",
            role,
            title=gettext("Check the change of %(name)s", name=role_name(role)),
            form=form,
            changed=changed,
            added=_described(changed.added, role.code),
            removed=_described(changed.removed, role.code),
        )
        return page, form.status

    def _page(self, template: str, role: queries.Line, **context: object) -> str:
        return self.page(
            template,
            role=role,
            name=role_name(role),
            other_name=other_name(role),
            crumbs=crumbs_to(role) if template != "roles/role.html" else crumbs_to(None),
            may_edit=_may_edit(role),
            may_copy=_may_edit(role) and role.code not in PERSONAL,
            may_see_holders=actor().holds(Permission.ACCOUNT_READ),
            **context,
        )


def _looked_at(form: PermissionForm, role: queries.Line) -> Difference | None:
    """The difference to what the role holds now, or None with the reason told: nothing differs, or it is refused."""
    if role.version != form.known_version() and form.status == OK:
        form.meet({}, role.version)
        form.status = 409
        flash(
            gettext("Somebody changed this role meanwhile. The difference below is to what it may do now."), "warning"
        )
    try:
        changed = services.difference(reading(), actor(), role_id=role.id, wanted=form.wanted())
    except Refusal as refusal:
        tell(form, refusal)
        return None
    if not changed:
        flash(gettext("Nothing differs from what the role may do now."), "info")
    return changed or None


def _change(session: Session, form: PermissionForm, role: queries.Line) -> Answer:
    changed = services.change(
        session,
        actor(),
        role_id=role.id,
        wanted=form.wanted(),
        version=form.known_version(),
    )
    facts = {"added": len(changed.added), "removed": len(changed.removed)}
    return done(url_for("RoleView.role", role_id=role.id), "role_changed", **facts)


def _copy(session: Session, form: CopyForm, source_id: int) -> Answer:
    new = NewRole(
        code=(form.code.data or "").strip(),
        level=form.level.data or 0,
        label_zh=form.label_zh.data or "",
        label_en=form.label_en.data or "",
    )
    role_id = services.copy(session, actor(), source_id=source_id, new=new)
    return done(url_for("RoleView.role", role_id=role_id), "role_made", role=new.code)


def _rename(session: Session, form: NamesForm, role_id: int) -> Answer:
    zh, en, version = form.label_zh.data or "", form.label_en.data or "", form.known_version()
    services.rename(session, actor(), role_id=role_id, label_zh=zh, label_en=en, version=version)
    return done(url_for("RoleView.role", role_id=role_id), "saved")


def _described(permissions: frozenset[Permission], role_code: str) -> list[dict[str, Any]]:
    """Permissions in words, with what restricts them."""
    return [{"label": permission_label(p), "notes": notes_of(p, role_code)} for p in in_order(permissions)]


def _may_edit(role: queries.Line) -> bool:
    return actor().holds(Permission.ROLE_UPDATE) and role.level >= own_level(actor(), Permission.ROLE_UPDATE)


def _row(line: queries.Line) -> dict[str, Any]:
    ops = []
    if _may_edit(line):
        ops.append({"label": gettext("Edit"), "href": url_for("RoleView.edit", role_id=line.id)})
    if _may_edit(line) and line.code not in PERSONAL:
        ops.append({"label": gettext("Copy"), "href": url_for("RoleView.copy", role_id=line.id)})
    return {
        **vars(line),
        "name": role_name(line),
        "name_href": url_for("RoleView.role", role_id=line.id),
        "other": other_name(line),
        "holders_href": url_for("RoleHolderView.list", role_id=line.id) if line.holders else None,
        "origin": "built_in" if line.is_builtin else "own",
        "origin_label": gettext("Built in") if line.is_builtin else gettext("Own role"),
        "ops": ops,
    }
