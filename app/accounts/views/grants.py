"""授权: a role is granted by ticking places in the tree; what comes and what ends is shown before it is saved (M12)."""

from __future__ import annotations

from flask import request, url_for
from flask_appbuilder import expose
from flask_babel import gettext
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.access.actor import ids_in
from app.access.permissions import Permission
from app.accounts import queries, services
from app.accounts.forms import GrantsForm
from app.accounts.rules import PERSONAL, outermost_of
from app.accounts.views.labels import role_word
from app.accounts.workflow import AccountState
from app.core.errors import Conflict, Invalid, NotFound
from app.core.idempotency import Answer
from app.orgs import queries as orgs
from app.orgs.labels import KINDS
from app.orgs.models import OrgNode
from app.web.acts import done, submitted
from app.web.request import actor, backstage, reading
from app.web.screens import Screen, is_id, needs, text_argument

MOST_TICKED = 400
AT_CLASS_SETS = "class_set_admin"
Row = dict[str, object]


class GrantView(Screen):
    """The roles of one account."""

    route_base = "/users"
    default_view = "tree"

    @expose("/<int:account_id>/grants")
    @needs(Permission.ACCOUNT_GRANT)
    def tree(self, account_id: int) -> str:
        """The tree with the places ticked at which the account holds the chosen role."""
        found = _detail(account_id)
        roles = _roles()
        role = _chosen(found, roles)
        ticked = {held.node_id for held in found.grants if held.role.code == role.code and held.node_id}
        return self.page(
            "accounts/grants.html",
            title=gettext("Roles of %(name)s", name=found.line.name),
            subtitle=f"{found.line.user_name} · {found.line.place}",
            crumbs=_crumbs(),
            found=found,
            grants=[(role_word(held.role), held.place or gettext("one person")) for held in found.grants],
            elsewhere=_is_elsewhere(found),
            roles=[(each.code, role_word(each), _href(account_id, each.code)) for each in roles],
            role=role,
            role_name=role_word(role),
            form=GrantsForm(formdata=None, data={"version": found.line.version, "role": role.code}),
            nodes=_tree(role, ticked, found) if role.code != AT_CLASS_SETS else [],
            class_sets=_class_sets(found) if role.code == AT_CLASS_SETS else None,
            back=url_for("AccountView.list"),
        )

    @expose("/<int:account_id>/grants/branch/<int:node_id>")
    @needs(Permission.ACCOUNT_GRANT)
    def branch(self, account_id: int, node_id: int) -> str:
        """The lines right below one node, for a branch that is being opened."""
        found = _detail(account_id)
        role = _chosen(found, _roles())
        node = orgs.get(reading(), actor(), Permission.ACCOUNT_GRANT, node_id=node_id)
        below = orgs.children(reading(), actor(), Permission.ACCOUNT_GRANT, node)
        return self.page("accounts/grant_branch.html", nodes=_rows(below, role, set(), set(), account_id))

    @expose("/<int:account_id>/grants/change", methods=["POST"])
    @needs(Permission.ACCOUNT_GRANT)
    def change(self, account_id: int) -> str | Response | tuple[str, int]:
        """Show what comes and what ends; with `sure`, save it."""
        form = GrantsForm()
        if "sure" in request.form:
            answered = submitted(form, lambda session: _save(session, form, account_id))
            if answered:
                return answered
        found = _detail(account_id)
        role = next((each for each in _roles() if each.code == form.role.data), None)
        if role is None:
            raise NotFound(what="role")
        nodes = queries.places_named(reading(), actor(), _ids("node"))
        kept = {node_id: nodes[node_id][1] for node_id in outermost_of({i: path for i, (path, _) in nodes.items()})}
        sets = dict(queries.class_sets_for(reading(), actor()))
        wanted_sets = {set_id: sets[set_id] for set_id in _ids("class_set") if set_id in sets}
        present = [held for held in found.grants if held.role.code == role.code]
        if form.status == 200:  # noqa: PLR2004  first time here: the answer of a refusal shows its own version
            form.version.data = form.version.data or str(found.line.version)
        return self.form_page(
            form,
            "accounts/grants_changes.html",
            title=gettext("Roles of %(name)s: what changes", name=found.line.name),
            subtitle=f"{found.line.user_name} · {found.line.place}",
            crumbs=[*_crumbs(), {"label": found.line.name, "href": _href(account_id, role.code)}],
            role_name=role_word(role),
            coming=[name for i, name in kept.items() if i not in {held.node_id for held in present}]
            + [name for i, name in wanted_sets.items() if i not in {held.class_set_id for held in present}],
            ending=[h.place for h in present if not (h.node_id in kept or h.class_set_id in wanted_sets)],
            staying=[h.place for h in present if h.node_id in kept or h.class_set_id in wanted_sets],
            node_ids=sorted(kept),
            class_set_ids=sorted(wanted_sets),
            back=_href(account_id, role.code),
        )


def _detail(account_id: int) -> queries.Detail:
    permission, keyring = Permission.ACCOUNT_GRANT, backstage().keyring
    found = queries.get(reading(), actor(), permission, account_id=account_id, keyring=keyring)
    if found.line.state == AccountState.DEREGISTERED:
        raise Conflict
    return found


def _crumbs() -> list[dict[str, object]]:
    return [{"label": gettext("Users"), "href": url_for("AccountView.list")}]


def _href(account_id: int, role: str) -> str:
    return url_for("GrantView.tree", account_id=account_id, role=role)


def _roles() -> list[queries.RoleChoice]:
    roles = queries.grantable_roles(reading(), actor(), Permission.ACCOUNT_GRANT)
    return [role for role in roles if role.code not in PERSONAL]


def _chosen(found: queries.Detail, roles: list[queries.RoleChoice]) -> queries.RoleChoice:
    """The role asked for, else the first the account holds, else the lowest there is."""
    asked = text_argument("role")
    if asked:
        role = next((each for each in roles if each.code == asked), None)
        if role is None:
            raise NotFound(what="role")
        return role
    held = {grant.role.code for grant in found.grants}
    if not roles:
        raise NotFound(what="role")
    return next((each for each in roles if each.code in held), roles[-1])


def _is_elsewhere(found: queries.Detail) -> bool:
    """Whether the account holds something beyond the actor's reach, so that the actor may not change it."""
    return any(held.path is not None and not queries.reaches(actor(), held.role, held.path) for held in found.grants)


def _class_sets(found: queries.Detail) -> list[tuple[int, str, bool]]:
    ticked = {held.class_set_id for held in found.grants if held.role.code == AT_CLASS_SETS}
    return [(id_, name, id_ in ticked) for id_, name in queries.class_sets_for(reading(), actor())]


def _ids(name: str) -> list[int]:
    values = request.form.getlist(name)
    if len(values) > MOST_TICKED or not all(map(is_id, values)):
        raise Invalid({name: "whole_number"})
    return [int(value) for value in values]


def _save(session: Session, form: GrantsForm, account_id: int) -> Answer:
    services.change_grants(
        session,
        actor(),
        account_id=account_id,
        version=form.known_version(),
        role=form.role.data or "",
        node_ids=_ids("node"),
        class_set_ids=_ids("class_set"),
    )
    return done(_href(account_id, form.role.data or ""), "grants_changed")


def _tree(role: queries.RoleChoice, ticked: set[int], found: queries.Detail) -> list[Row]:
    """The own places, open down to every tick."""
    tops = orgs.tops(reading(), actor(), Permission.ACCOUNT_GRANT)
    paths = [held.path for held in found.grants if held.node_id in ticked and held.path]
    opened = {top.id for top in tops} | {node_id for path in paths for node_id in ids_in(path)[:-1]}
    return _rows(tops, role, ticked, opened, found.line.id)


def _rows(
    nodes: list[OrgNode],
    role: queries.RoleChoice,
    ticked: set[int],
    opened: set[int],
    account_id: int,
) -> list[Row]:
    rows: list[Row] = []
    for node, place in zip(nodes, orgs.describe(reading(), nodes), strict=True):
        is_open = place.id in opened and place.has_children
        below = orgs.children(reading(), actor(), Permission.ACCOUNT_GRANT, node) if is_open else []
        rows.append(
            {
                "id": place.id,
                "name": place.name,
                "full_name": place.full_name,
                "kind_label": KINDS[place.kind],
                "is_ticked": place.id in ticked,
                "can_be_ticked": queries.reaches(actor(), role, place.path),
                "has_children": place.has_children,
                "is_open": is_open,
                "children": _rows(below, role, ticked, opened, account_id) if below else [],
                "branch_href": url_for("GrantView.branch", account_id=account_id, node_id=place.id, role=role.code),
            },
        )
    return rows
