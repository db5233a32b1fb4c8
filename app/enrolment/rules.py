"""Who is counted in a plan, and when a hardship recognition counts. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Decision:
    """What somebody decided, as an import or a demo brings it: the state reached, the choice and the reason."""

    student_id: int
    state: str
    choice: str | None = None
    waiver_reason: str | None = None
    source: str = "import"


def cover_period(cover_year: int) -> tuple[date, date]:
    """The days a cover year covers, [1 January, 1 January of the next year)."""
    return date(cover_year, 1, 1), date(cover_year + 1, 1, 1)
