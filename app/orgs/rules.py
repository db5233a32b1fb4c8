"""What a tree may look like, and what a node is called on screen. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.core.errors import Conflict, Invalid

STAGE_GRADES: Mapping[str, tuple[int, Sequence[str]]] = {
    # stage: (years before the first grade, labels of its grades in order); spec/domain.md §2.2 and §2.3
    "kindergarten": (0, ("小班", "中班", "大班")),
    "primary": (0, ("一年级", "二年级", "三年级", "四年级", "五年级", "六年级")),
    "junior": (0, ("七年级", "八年级", "九年级")),
    "senior": (0, ("高一", "高二", "高三")),
    "secondary_vocational": (0, ("中职一年级", "中职二年级", "中职三年级")),
    "junior_college": (0, ("大一", "大二", "大三")),
    "undergraduate": (0, ("大一", "大二", "大三", "大四", "大五")),
    "master": (0, ("研一", "研二", "研三")),
    "doctor": (0, ("博一", "博二", "博三", "博四")),
}
COHORT_STAGES = frozenset({"junior_college", "undergraduate", "master", "doctor"})
FIRST_MONTH_OF_YEAR = 9
LONGEST_NAME = 100
SCHOOL_CODE = re.compile(
    r"(11|21|22|31|32|33|34|35|36|37|41|42|51|91|92|93)"
    r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|81|82)[0-9]{6}"
)
OFFICIAL = re.compile(r"[0-9]{10}")
CLASS_NUMBER = re.compile(r"[A-Za-z0-9-]{1,20}")
GEOGRAPHY = ("ministry", "province", "city", "county")


PEOPLE_OF_UNIT = "全体职工"
"""The name of the class in which the people of a unit stand (DESIGN, Place); names are kept as entered, in Chinese."""


@dataclass(frozen=True)
class NewNode:
    """A node to be made. `code` is the official one, or None for the parent's code, a dash and a serial.

    `node_id` is its number where one was reserved for it; `parent_id` names a parent that is earlier in the list by
    such a number, for it may have no code yet.
    """

    parent_code: str
    kind: str
    name: str
    code: str | None = None
    class_number: str | None = None
    stage: str | None = None
    entry_year: int | None = None
    node_id: int | None = None
    parent_id: int | None = None

    @property
    def below(self) -> str | int:
        """What its parent is known by."""
        return self.parent_code if self.parent_id is None else self.parent_id


@dataclass(frozen=True)
class NodesPlanted:
    """Told when nodes have been added; ids of the new nodes."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class NodesClosing:
    """Told before nodes are closed; whoever still has something open in them refuses."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class ClassesMerged:
    """Told when a class is merged into another of its school: what stands in the first goes to the second."""

    source_id: int
    target_id: int


@dataclass(frozen=True)
class PlacesMoving:
    """Told before a branch of the tree goes elsewhere and before anything of it is locked: who must be waited for.

    `path` is where it stands, `to` that of the place it goes below.
    """

    path: str
    to: str


@dataclass(frozen=True)
class PlacesMoved:
    """Told after branches of the tree went elsewhere with everyone in them; ids of all places that went."""

    ids: tuple[int, ...]


@dataclass(frozen=True)
class SchoolChanged:
    """Told after places went to another school with everyone in them; ids of the places and of both schools."""

    ids: tuple[int, ...]
    old_id: int
    new_id: int


class StillInUse(Conflict):
    """A place with open places or students in it cannot be closed; `count` says how many."""

    code = "still_in_use"


class IntoItself(Conflict):
    """A place cannot be moved below itself or to where it stands already."""

    code = "into_itself"


class NotAlike(Conflict):
    """Only places of the same kind in the same school can be merged."""

    code = "not_alike"


class BadPlace(Invalid):
    """A node of this kind cannot stand below that one."""

    code = "bad_place"


def bare_units(nodes: Sequence[NewNode]) -> frozenset[int]:
    """The places in a list of new nodes at which a unit stands that the list gives no class of its own."""
    with_class = {node.below for node in nodes if node.kind == "class"}
    return frozenset(
        i for i, node in enumerate(nodes) if node.kind == "unit" and with_class.isdisjoint({node.code, node.node_id})
    )


def is_school_code(code: str) -> bool:
    """Whether a text can be a school identifier 学校标识码 (spec/domain.md §1.5): category, province, serial.

    Of universities (41, 42) the serial begins with 0: five digits of the ministry's own list follow.
    """
    return bool(SCHOOL_CODE.fullmatch(code)) and (code[:2] not in {"41", "42"} or code[4] == "0")


def check_school_code(kind: str, code: str | None) -> None:
    """Refuse (`Invalid`) a school's code that is written like an official identifier, ten digits, and is none."""
    if kind == "school" and code and OFFICIAL.fullmatch(code) and not is_school_code(code):
        raise Invalid({"code": "school_code_format"})


def checked_name(name: str) -> str:
    """The name of a place, class set or department as it is stored, or `Invalid`: 1 to 100 printable characters."""
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise Invalid({"name": "name_length"})
    return name


class RootExists(Conflict):
    """The system has its root already; there is exactly one."""

    code = "root_exists"


class CodeTaken(Conflict):
    """A node with this code exists, here or elsewhere; codes are unique over the whole tree and never change."""

    code = "code_taken"


class ClassNumberTaken(Conflict):
    """The school has given this class number to a class; class numbers never change (CC-17)."""

    code = "class_number_taken"


class NumbersMeet(Conflict):
    """Somebody of the other school has the student number of somebody who would come."""

    code = "student_numbers_meet"


class NameTaken(Conflict):
    """The school has a class set of this name."""

    code = "class_set_name_taken"


def check_place(parent_kind: str, kind: str, *, parent_in_school: bool) -> None:
    """Refuse (`BadPlace`) a node that cannot stand there: classes are leaves, schools stand outside schools (M18)."""
    if parent_kind == "class":
        raise BadPlace({"kind": "class_is_leaf"})
    if kind in {"school", "unit", *GEOGRAPHY} and parent_in_school:
        raise BadPlace({"kind": "outside_schools_only"})
    if kind not in {"school", "unit", "other", *GEOGRAPHY} and not parent_in_school:
        raise BadPlace({"kind": "inside_schools_only"})
    if kind in GEOGRAPHY and parent_kind in GEOGRAPHY and GEOGRAPHY.index(kind) <= GEOGRAPHY.index(parent_kind):
        raise BadPlace({"kind": "not_below_its_own_level"})


def class_number(given: str | None, *, code: str, school_code: str) -> str:
    """The class number given, or what a class's code has beyond its school's: 1-2 for class X-1-2 of school X.

    `Invalid` unless it has 1 to 20 letters, digits or hyphens (spec/domain.md §1.5).
    """
    number = given or code.removeprefix(f"{school_code}-")
    if not CLASS_NUMBER.fullmatch(number):
        raise Invalid({"class_number": "class_number_shape"})
    return number


KINDS = (
    *GEOGRAPHY,
    "school",
    "unit",
    "campus",
    "college",
    "education_level",
    "faculty",
    "major",
    "grade",
    "class",
    "other",
)
USUAL_BELOW: Mapping[str, str] = {
    "ministry": "province",
    "province": "city",
    "city": "county",
    "county": "school",
    "school": "grade",
    "unit": "class",
    "grade": "class",
}


def kinds_below(kind: str, *, in_school: bool) -> list[str]:
    """The kinds of places that can stand below one of this kind, the usual one first."""
    allowed = [below for below in KINDS if _fits(kind, below, in_school=in_school)]
    usual = USUAL_BELOW.get(kind, "grade")
    return sorted(allowed, key=lambda below: below != usual)


def _fits(kind: str, below: str, *, in_school: bool) -> bool:
    try:
        check_place(kind, below, parent_in_school=in_school)
    except BadPlace:  # an answer here, not an accident
        return False
    return True


def academic_year(year: int, month: int) -> int:
    """The year in which the academic year of a day began (1 September)."""
    return year if month >= FIRST_MONTH_OF_YEAR else year - 1


def grade_label(stage: str | None, entry_year: int | None, this_year: int) -> str | None:
    """What a cohort is called this academic year (七年级, 大三), or None when it is past its last grade or unknown."""
    if stage is None or entry_year is None or stage not in STAGE_GRADES:
        return None
    before, labels = STAGE_GRADES[stage]
    position = this_year - entry_year + before
    return labels[position] if 0 <= position < len(labels) else None


@dataclass(frozen=True)
class NodeName:
    """What is needed of a node to name it and what lies below it."""

    id: int
    kind: str
    name: str
    stage: str | None
    entry_year: int | None


def shown_names(lineage: Sequence[NodeName], this_year: int) -> list[str]:
    """The names on screen of each node of a lineage, root first: a school class shows its grade's label, 七年级(1)班.

    University cohorts keep their year, 2022级 (spec/domain.md §2.3).
    """
    names: list[str] = []
    label: str | None = None
    stage: str | None = None
    for node in lineage:
        stage = node.stage or stage
        shown = node.name
        if node.kind == "grade":
            label = None if stage in COHORT_STAGES else grade_label(stage, node.entry_year, this_year)
            shown = label or node.name
        elif node.kind == "class" and label:
            shown = f"{label}{node.name}"
        names.append(shown)
    return names


@dataclass(frozen=True)
class Lineage:
    """The places from the root to one, and what each is called on screen."""

    nodes: tuple[NodeName, ...]
    names: tuple[str, ...]

    @property
    def class_label(self) -> str:
        """A class by as many names as tell it from others of its school: 七年级(1)班, 计算机 / 2024级 / 1班."""
        own = self.names[-1] if self.names else ""
        grade = self._nearest({"grade"})
        if grade and own.startswith(grade):
            return own
        return " / ".join(name for name in (self._nearest({"major", "faculty", "college"}), grade, own) if name)

    @property
    def short_label(self) -> str:
        """A place by its own name, and inside a school by the school's as well."""
        schools = [n for n, node in enumerate(self.nodes[:-1]) if node.kind in {"school", "unit"}]
        own = self.class_label if self.nodes and self.nodes[-1].kind == "class" else "".join(self.names[-1:])
        return " / ".join([*(self.names[n] for n in schools[-1:]), own])

    def _nearest(self, kinds: set[str]) -> str:
        above = zip(self.nodes[:-1], self.names[:-1], strict=True)
        return next((name for node, name in reversed(list(above)) if node.kind in kinds), "")
