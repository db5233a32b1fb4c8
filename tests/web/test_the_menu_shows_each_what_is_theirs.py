"""The left menu: entries stand in known groups; staff see what is for staff, families what is for families."""

from __future__ import annotations

import pytest

from app.access.actor import Actor, Grant
from app.access.permissions import Permission
from app.core.feature import Audience, Feature, MenuItem
from app.features import FEATURES
from app.web.mount import GROUPS, MenuRights, items

SHOWN = (
    MenuItem("Everybody's", "A.list", "card", Permission.STUDENT_READ),
    MenuItem("Staff's", "B.list", "card", Permission.STUDENT_READ, group="Master data", audience=Audience.STAFF),
    MenuItem("Families'", "C.list", "card", Permission.STUDENT_READ, audience=Audience.FAMILIES),
)
TEACHER = Actor(1, "teacher", (Grant("class_teacher", 7, frozenset({Permission.STUDENT_READ}), prefixes=("/1/",)),))
PARENT = Actor(2, "parent", (Grant("guardian", 8, frozenset({Permission.STUDENT_READ}), person_id=5),))
STRANGER = Actor(3, "stranger")


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (TEACHER, ["Everybody's", "Staff's", "Master data"]),
        (PARENT, ["Everybody's", "Families'"]),
        (STRANGER, []),
    ],
    ids=["teacher", "parent", "stranger"],
)
def test_an_entry_is_seen_by_whom_it_is_for(actor: Actor, seen: list[str]) -> None:
    rights = MenuRights([Feature(name="thing", menu=SHOWN)])
    names = ["Everybody's", "Staff's", "Master data", "Families'", "Enrolment"]
    assert [name for name in names if rights.shows(name, actor)] == seen


def test_entries_of_no_group_stand_first_then_group_by_group() -> None:
    order = [item.group for item in items(FEATURES)]
    assert order == sorted(order, key=("", *GROUPS).index)
    assert set(order) == {"", *GROUPS}
