"""Who holds a role, and where."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_appbuilder import expose
from flask_babel import gettext
from flask_babel import lazy_gettext as _l

from app.access.permissions import Permission
from app.lists.listing import Column, Listing, ListScreen
from app.roles import queries
from app.roles.labels import STATES
from app.roles.views.words import crumbs_to, role_name
from app.web.request import actor, reading
from app.web.screens import needs


class RoleHolderView(ListScreen):
    """Who holds a role, and where, as far as the visitor may see accounts."""

    route_base = "/role-holders"
    default_view = "list"
    listing = Listing(
        name="role_holders",
        title=_l("Who holds the role"),
        columns=(
            Column("name", _l("User"), role="title"),
            Column("place", _l("Holds the role at")),
            Column("home", _l("Home place")),
            Column("state", _l("State"), kind="tag"),
        ),
    )

    @expose("/<int:role_id>")
    @needs(Permission.ROLE_READ)
    def list(self, role_id: int) -> str:
        """The holders of a role in the own places."""
        actor().require(Permission.ACCOUNT_READ)
        role = queries.get(reading(), actor(), Permission.ROLE_READ, role_id=role_id)
        asked = self.asked()
        total = queries.count_holders(reading(), actor(), role_id=role_id)
        lines = queries.holders(reading(), actor(), role_id=role_id, spot=asked.spot)
        title = gettext("Who holds the role %(name)s", name=role_name(role))
        return self.show(lines.each(_holder), total, asked, {}, title=title, crumbs=crumbs_to(role))


def _holder(line: queries.Holder) -> dict[str, Any]:
    own = gettext("the own person or child")
    asked = url_for("RoleAnswerView.answer", account=f"#{line.account_id}")
    return {
        **vars(line),
        "place": own if line.is_personal else line.place or gettext("a place outside yours"),
        "state_label": STATES[line.state],
        "ops": [{"label": gettext("What could this user do"), "href": asked}],
    }
