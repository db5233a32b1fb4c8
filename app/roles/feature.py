"""What roles plug in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.roles.views import RoleAnswerView, RoleHolderView, RoleView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="roles",
    screens=(RoleView, RoleHolderView, RoleAnswerView),
    menu=(MenuItem("Roles", "RoleView.list", "settings", Permission.ROLE_READ, group="System"),),
    sentences={
        "superuser_keeps": _l(
            "The system administrator keeps viewing and editing roles and operating the system; "
            "without them everybody would be locked out. Tick them again."
        ),
        "permission_reserved": _l(
            "Editing roles, dictionaries, fields, parameters and review chains and operating the system belong to "
            "the system administrator alone. Take these ticks away."
        ),
        "more_than_own": _l("You can give only what your own roles allow."),
        "role_built_in": _l("Built-in roles keep their names. Copy the role to have one with a name of your own."),
        "role_personal": _l("The roles of guardians and students stand at one person and cannot be copied."),
        "role_code_taken": _l("There is a role of this code. Please choose another code."),
        "role_code_shape": _l("Small letters, digits and underscores, beginning with a letter, 2 to 32 in all."),
        "role_level": _l("Please give a level from %(smallest)s to %(last)s."),
        "role_label": _l("Please give a name of 1 to 50 characters."),
        "role_changed": _l("The role has been changed: %(added)s added, %(removed)s removed."),
        "role_made": _l("The role %(role)s has been made. Nobody holds it yet."),
    },
)
