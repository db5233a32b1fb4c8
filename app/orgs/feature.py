"""What the tree plugs in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.orgs.views import OrgView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="orgs",
    screens=(OrgView,),
    menu=(MenuItem("Organisations", "OrgView.tree", "tree", Permission.ORG_READ),),
    sentences={
        "bad_place": _l("A place of this kind cannot stand there."),
        "code_taken": _l("This code is in use. Codes are unique over the whole system."),
        "class_number_taken": _l("This class number is in use in this school. Class numbers never change."),
        "class_set_name_taken": _l("This school has a department of this name."),
    },
)
