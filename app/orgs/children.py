"""Finding what stands right below a place by what a list calls it, among thousands as among three. Pure, extra.

A list of a county names each of its schools again in every row. To try each name on each place would take longer with
every row, so the names that a place goes by are written down once; grades go by so many that they are tried, for a
place has few of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from app.orgs.branches import class_in, plain
from app.orgs.ground import Spot, forms_of, is_called
from app.orgs.rules import NodeName
from app.orgs.spelling import canonical

Seen = tuple[NodeName, str | None]
"""What the names of classes below a place depend on: how it is named, and the stage that holds there."""


@dataclass
class _Names:
    """The names of the children of one place and kind, as far as its children have been looked at."""

    of: Seen
    looked_at: int = 0
    spots: dict[str, list[Spot]] = field(default_factory=lambda: defaultdict(list))


class Children:
    """Knows the children of places by their names, those that grow meanwhile as well."""

    def __init__(self, this_year: int) -> None:
        """Take the academic year, on which the labels of grades depend."""
        self._this_year = this_year
        self._known: dict[tuple[Spot, str], _Names] = {}

    def called(self, parent: Spot, kind: str, text: str) -> list[Spot]:
        """What of a kind stands right below a place and `is_called` so, in the order of the children."""
        if kind == "grade":
            return [each for each in parent.below if each.kind == kind and is_called(each, text, self._this_year)]
        names = self._names(parent, kind)
        found = {spot for name in self._asked(parent, kind, text) for spot in names.get(name, ())}
        return list(found) if len(found) < 2 else [each for each in parent.below if each in found]  # noqa: PLR2004

    def _names(self, parent: Spot, kind: str) -> dict[str, list[Spot]]:
        seen = (parent.named, parent.stage)
        known = self._known.get((parent, kind))
        if known is None or known.of != seen:  # a row may tell the stage of a new grade only later
            known = self._known[parent, kind] = _Names(seen)
        for spot in parent.below[known.looked_at :]:
            if spot.kind == kind:
                for name in set(self._given(parent, spot)):
                    known.spots[name].append(spot)
        known.looked_at = len(parent.below)
        return known.spots

    def _given(self, parent: Spot, spot: Spot) -> Iterator[str]:
        """The names a place goes by below its parent; of classes also the parts that are put together with a grade."""
        yield plain(spot.name)
        if spot.kind == "class":
            yield f"own:{canonical(spot.name)}"
            yield from (f"form:{form}" for form in forms_of(spot, parent, self._this_year))

    def _asked(self, parent: Spot, kind: str, text: str) -> Iterator[str]:
        """The names a word of a list may be one of."""
        yield plain(text)
        if kind == "class":
            yield f"own:{canonical(class_in(parent.named, text, parent.stage, self._this_year))}"
            yield f"form:{canonical(text)}"
