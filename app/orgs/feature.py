"""What the tree plugs in."""

from __future__ import annotations

from app.access.permissions import Permission
from app.core.feature import Feature, MenuItem
from app.orgs.jobs import MOVE
from app.orgs.labels import KINDS
from app.orgs.sentences import IMPORTING
from app.orgs.sheet import TREE
from app.orgs.views import OrgView
from app.web.language import lazy as _l

FEATURE = Feature(
    name="orgs",
    screens=(OrgView,),
    jobs=(MOVE,),
    sheets=(TREE,),
    menu=(MenuItem("Organisations", "OrgView.tree", "tree", Permission.ORG_READ, group="Master data"),),
    sentences={
        **IMPORTING,
        "still_in_use": _l("There is still something open in it (%(count)s). Move or close that first."),
        "into_itself": _l("It cannot go below itself or to where it stands already. Please choose another place."),
        "not_alike": _l("Only places of the same kind in the same school can be merged. Please choose another place."),
        "node_added": _l("%(name)s has been added."),
        "node_moved": _l("%(name)s has been moved; places that went along: %(count)s."),
        "node_merged": _l("%(name)s has been merged and closed."),
        "node_closed": _l("%(name)s has been closed."),
        "move_begun": _l("%(name)s is being moved. You may leave this page."),
        "class_is_leaf": _l("Nothing can stand below a class. Please choose another kind."),
        "outside_schools_only": _l("A place of this kind cannot stand inside a school. Please choose another kind."),
        "inside_schools_only": _l("A place of this kind stands inside a school. Please choose another kind."),
        "not_below_its_own_level": _l("A place of this kind cannot stand below one of the same or a lower level."),
        "bad_place": _l("A place of this kind cannot stand there."),
        "school_code_format": _l(
            "Ten digits are an official school identifier, and no school has this one: category (2 digits), province"
            " (2), serial (6). Please compare it, or leave the field empty."
        ),
        "code_taken": _l("This code is in use. Codes are unique over the whole system."),
        "class_number_taken": _l("This class number is in use in this school. Class numbers never change."),
        "student_numbers_meet": _l(
            "Some student numbers of this place are in use in the other school. Please correct those numbers first,"
            " then move it."
        ),
        "school_border": _l(
            "What stands inside a school stays inside one, and what stands above the schools stays there. Please choose"
            " another place."
        ),
        "class_set_name_taken": _l("This school has a department of this name."),
    },
    words={"org_node.kind": KINDS},
)
