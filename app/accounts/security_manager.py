"""Flask-AppBuilder asks us who somebody is and what they may do. An extra file: the one place we live inside it.

It registers none of its own security screens, knows no public role and reads no role of its own: the request's actor
answers, and only for the door; place and row are judged by queries and services.
"""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder.security.sqla.manager import SecurityManager
from flask_login import LoginManager

from app.accounts.views import SignInView
from app.web.mount import MenuRights
from app.web.permissions import from_fab
from app.web.request import Visitor, visitor, visitor_of

MENU = "menu_access"


class OurSecurityManager(SecurityManager):
    """Sessions are rows, rights are grants."""

    def register_views(self) -> None:
        """Register our sign-in and nothing of Flask-AppBuilder's user, role, group and permission screens."""
        self.auth_view = SignInView()
        self.appbuilder.add_view_no_menu(self.auth_view)

    def create_login_manager(self, app: Any) -> LoginManager:
        """Our session rows end sessions; Flask-Login's own protection would only forget the cookie."""
        manager = super().create_login_manager(app)
        manager.session_protection = None
        return manager

    def load_user(self, pk: Any) -> Visitor | None:
        """The visitor of a cookie's random id, judged anew at every request."""
        return visitor_of(str(pk))

    def load_user_jwt(self, _jwt_header: Any, _jwt_data: Any) -> None:
        """No JSON web token opens anything."""

    def has_access(self, permission_name: str, view_name: str) -> bool:
        """Whether a grant of the actor holds the permission, or an entry of its menu leads somewhere it may go."""
        found = visitor()
        if found is None:
            return False
        if permission_name == MENU:
            rights: MenuRights = current_app.extensions["xuebao-menu"]
            return rights.shows(view_name, found.actor)
        permission = from_fab(permission_name, view_name)
        return permission is not None and found.actor.holds(permission)

    def get_user_menu_access(self, menu_names: list[str] | None = None) -> set[str]:
        """The menu entries the visitor sees."""
        return {name for name in menu_names or [] if self.has_access(MENU, name)}

    def is_item_public(self, permission_name: str, view_name: str) -> bool:  # noqa: ARG002
        """Nothing is public by a permission row; open routes say so themselves."""
        return False
