"""What a tree list is laid over: the places there are, and those that would grow. Pure, see `growing.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from app.core.errors import Invalid
from app.orgs.branches import Branch, Step, class_in, plain
from app.orgs.rules import GEOGRAPHY, BadPlace, NodeName, check_place, checked_name
from app.orgs.spelling import canonical, grade_names, spellings
from app.sheets.rules import Remark


@dataclass(eq=False, slots=True)
class Spot:
    """A place of the tree, or one that would grow; new ones have no id yet."""

    kind: str
    name: str
    parent: Spot | None
    id: int | None = None
    code: str | None = None
    own_stage: str | None = None
    entry_year: int | None = None
    version: int = 0
    class_number: str | None = None
    below: list[Spot] = field(default_factory=list)
    rows: list[Branch] = field(default_factory=list)
    """The rows that are about this place itself."""
    wrong: Remark | None = None
    """Why a new place cannot stand where the list puts it."""

    @property
    def is_new(self) -> bool:
        """Whether it would grow."""
        return self.version == 0

    @property
    def lineage(self) -> list[Spot]:
        """The places from the root to this one."""
        above = self.parent.lineage if self.parent else []
        return [*above, self]

    @property
    def stage(self) -> str | None:
        """The stage of education that holds here: its own, or the nearest above."""
        return self.own_stage or (self.parent.stage if self.parent else None)

    @property
    def school(self) -> Spot | None:
        """The school or unit it is or lies in."""
        if self.kind in {"school", "unit"}:
            return self
        return self.parent.school if self.parent else None

    @property
    def named(self) -> NodeName:
        """What is needed to name it."""
        return NodeName(self.id or 0, self.kind, self.name, self.own_stage, self.entry_year)

    def names(self, this_year: int) -> frozenset[str]:
        """What it is called, as names are compared; a grade by its label as well."""
        if self.kind == "grade":
            return frozenset(map(plain, grade_names(self.named, self.stage, this_year)))
        return frozenset({plain(self.name)})


@dataclass
class Ground:
    """What a list is laid over: the place it is for, the open places below it, and what is taken elsewhere."""

    place: Spot
    spots: Mapping[int, Spot]
    this_year: int
    explained: Mapping[str, str] = field(default_factory=dict)
    codes_elsewhere: frozenset[str] = frozenset()
    class_numbers: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """School → the class numbers it has ever given."""
    fixed: frozenset[int] = frozenset()
    """Places whose names the actor may not change."""


def is_called(spot: Spot, text: str, this_year: int) -> bool:
    """Whether a word of a list is a name of a place; grades and classes go by every name people write them with."""
    if plain(text) in spot.names(this_year):
        return True
    if spot.kind == "grade":
        forms = grade_names(spot.named, spot.stage, this_year)
        return canonical(text) in set(map(canonical, forms))
    if spot.kind == "class" and spot.parent:
        own = class_in(spot.parent.named, text, spot.parent.stage, this_year)
        return canonical(own) == canonical(spot.name) or canonical(text) in forms_of(spot, spot.parent, this_year)
    return False


def forms_of(spot: Spot, top: Spot, this_year: int) -> frozenset[str]:
    """The spellings of a class, seen from a place above it."""
    lineage = [each.named for each in spot.lineage]
    depth = len(top.lineage) - (0 if top.kind in {"school", *GEOGRAPHY} else 1)
    stage = top.stage
    if stage and lineage[depth].stage is None:
        first = lineage[depth]
        lineage[depth] = NodeName(first.id, first.kind, first.name, stage, first.entry_year)
    return spellings(lineage[depth:], this_year)


def wrong_place(parent: Spot, step: Step) -> Remark | None:
    """What is wrong with making a place of this kind below another."""
    try:
        check_place(parent.kind, step.kind, parent_in_school=parent.school is not None)
    except BadPlace as refusal:
        column = "kind" if step.column == "name" else step.column
        return Remark(column, refusal.fields["kind"], {})
    return None


def wrong_name(step: Step) -> Remark | None:
    """What is wrong with a new name."""
    try:
        checked_name(step.text)
    except Invalid:
        return Remark(step.column, "tree_name_length", {})
    return None


def classes_below(spot: Spot) -> Iterator[Spot]:
    """The classes there are below a place, at any depth."""
    for each in spot.below:
        if each.kind == "class":
            if not each.is_new:
                yield each
        else:
            yield from classes_below(each)
