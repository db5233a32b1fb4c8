"""Reading accounts: a package because one file would be too long to read in a sitting.

`listed` are the accounts within the actor's reach, `detailed` is one with all it holds, `offered` the choices their
forms offer.
"""

from __future__ import annotations

from app.accounts.queries.detailed import Detail, Held, get, own, sessions_of
from app.accounts.queries.listed import (
    WITHOUT_ACCESS,
    Asked,
    Line,
    Ticked,
    count,
    page,
    ticked,
    within,
)
from app.accounts.queries.offered import (
    RoleChoice,
    class_sets_for,
    departments_for,
    find_places,
    find_schools,
    grantable_roles,
    place_choices,
    places_named,
    reaches,
    school_of,
)

__all__ = [
    "WITHOUT_ACCESS",
    "Asked",
    "Detail",
    "Held",
    "Line",
    "RoleChoice",
    "Ticked",
    "class_sets_for",
    "count",
    "departments_for",
    "find_places",
    "find_schools",
    "get",
    "grantable_roles",
    "own",
    "page",
    "place_choices",
    "places_named",
    "reaches",
    "school_of",
    "sessions_of",
    "ticked",
    "within",
]
