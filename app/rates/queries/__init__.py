"""Reading figures: a package because one file would be too long to read in a sitting.

`places` whose figures one may read, `live` the figures of this instant, `past` those of a day, `people` the list
behind each, `units` what is submitted, `mine` what waits for whom, `drift` what changed since, `recount` the
definition by which figures are checked. A figure and its list share one condition, so they cannot differ.
"""

from __future__ import annotations

from app.rates.queries.live import Row, at, at_and_below, at_each, by_child, children, classes
from app.rates.queries.past import on_day
from app.rates.queries.people import Member, behind, people, people_page
from app.rates.queries.places import own_place, place, readable_codes

__all__ = [
    "Member",
    "Row",
    "at",
    "at_and_below",
    "at_each",
    "behind",
    "by_child",
    "children",
    "classes",
    "on_day",
    "own_place",
    "people",
    "people_page",
    "place",
    "readable_codes",
]
