"""The words for students' states and sexes, in both languages. An extra file: lists, forms and exports need them."""

from __future__ import annotations

from app.web.language import lazy as _l

STATES = {
    "in_school": _l("In school"),
    "on_leave": _l("On study leave"),
    "graduated": _l("Graduated"),
    "completed": _l("Completed"),
    "incomplete": _l("Left incomplete"),
    "transferred_out": _l("Transferred out"),
    "withdrawn": _l("Withdrawn"),
    "expelled": _l("Expelled"),
    "dropped_out": _l("Dropped out"),
    "deceased": _l("Deceased"),
    "retained": _l("Place kept"),
}
SEXES = {"0": _l("Unknown"), "1": _l("Male"), "2": _l("Female"), "9": _l("Not stated")}
