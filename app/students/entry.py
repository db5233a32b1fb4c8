"""A row of a list about students on its way through judging: what its cells say, and what is wrong with it. Pure.

An extra file: all three lists judge such rows, each part of a row in a module of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from app.people.details import Details
from app.people.identity import Identity
from app.sheets.rules import RowInHand
from app.students.claims import Claim
from app.students.kin import Relative
from app.students.rules import Particulars

KEPT = ("name", "certificate_type", "student_number", "class_name", "class_roll_number")
"""The cells that are asked again when a row is compared with the roll."""


@dataclass(slots=True)
class Entry(RowInHand):
    """A row being judged. `given` holds what the cells say, by column; only what is not empty."""

    given: dict[str, Any]
    class_text: str = ""
    identity: Identity | None = None
    particulars: Particulars | None = None
    key: str | None = None
    digest: bytes | None = None
    class_id: int | None = None
    details: Details | None = None
    claims: tuple[Claim, ...] = ()
    relatives: tuple[Relative, ...] = ()

    def slim(self) -> None:
        """Let go of what has been judged: 50,000 rows wait here for the last one to be read."""
        self.given = {column: self.given[column] for column in KEPT if column in self.given}
