"""What is said about a row of a file, and what an import refuses. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from app.core.errors import Conflict


class Verdict(StrEnum):
    """What a row would do."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Remark:
    """What is wrong, or odd, about one cell: the column's key, a code, and facts for the sentence (nothing secret)."""

    column: str
    code: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def stored(self) -> dict[str, Any]:
        """As a row keeps it."""
        return {"column": self.column, "code": self.code, "facts": dict(self.facts)}


@dataclass(slots=True)
class RowInHand:
    """A row while it is judged: where it stands in the file, and what has been found wrong or odd about it so far."""

    sheet: str
    number: int
    problems: tuple[Remark, ...] = field(default=(), kw_only=True)
    warnings: tuple[Remark, ...] = field(default=(), kw_only=True)

    def wrong(self, column: str, code: str, /, **facts: object) -> None:
        """Note what makes the row bad."""
        self.problems += (Remark(column, code, facts),)

    def odd(self, column: str, code: str, /, **facts: object) -> None:
        """Note what should be looked at."""
        self.warnings += (Remark(column, code, facts),)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row of a file as it was judged; see `models.ImportRow`."""

    sheet: str
    number: int
    verdict: Verdict
    data: Mapping[str, Any]
    subject_id: int | None = None
    before: Mapping[str, Any] | None = None
    problems: tuple[Remark, ...] = ()
    warnings: tuple[Remark, ...] = ()


@dataclass(frozen=True)
class Place:
    """A school or other place lists are brought into."""

    id: int
    code: str
    name: str
    path: str


@dataclass(frozen=True)
class Blocker:
    """Why an import cannot be undone: which record was changed since, how (a code), and where its row stands."""

    subject_id: int
    name: str
    code: str
    n: int = 0


class BadRows(Conflict):
    """Some rows are wrong, and it was not asked for only the good ones; `count` says how many."""

    code = "import_bad_rows"


class NothingToApply(Conflict):
    """No row is new or changes anything."""

    code = "import_nothing_to_apply"


class RollChanged(Conflict):
    """What the rows were compared with has changed since, for `count` rows. The file is to be checked again."""

    code = "import_roll_changed"


class UndoBlocked(Conflict):
    """Something later depends on the import; `count` says how many records."""

    code = "import_undo_blocked"


class StillWorking(Conflict):
    """The worker is busy with this import."""

    code = "import_still_working"


class RowsGone(Conflict):
    """The rows of this import are no longer kept."""

    code = "import_rows_gone"
