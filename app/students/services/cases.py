"""困难认定 in a student list: compared when a row is judged, written and taken back with the row.

What cannot be recognised (no level, no day, days that meet another recognition) stops no student: it is left out with a
remark. A row keeps under `recognitions` what it will write.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.events import tell
from app.sheets.models import ImportBatch
from app.sheets.rules import RollChanged, Verdict
from app.students.claims import settle, shown_period
from app.students.entry import Entry
from app.students.rules import HardshipChanged, NewHardship
from app.students.services.held import held_rows
from app.students.services.recognising import Standing, Wish, enter, rewrite, standing_of, take_away, weigh
from app.students.services.recognition_list import kept, plain
from app.students.words import CATEGORY_NAMES, LEVEL_NAMES

NEEDED = Permission.STUDENT_IMPORT
HELD = "recognitions"
SHOWN = "category"
"""The column under which before and after are shown, in words."""


def settled(
    entry: Entry, known: Sequence[Standing], reserved: Iterator[int], today: date
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a row's claims would write, as its data keeps it, and what was recognised before, in words."""
    standing = {one.id: one for one in known}
    rows, before, after = [], [], []
    for claim in entry.claims:
        found = settle(claim, {number: one.hardship for number, one in standing.items()}, today)
        if found.hardship is None:
            entry.odd(found.column, found.problem, **(found.facts or {}))
        elif found.verdict is not Verdict.UNCHANGED:
            was = standing[found.of] if found.of is not None else None
            rows.append(_row(found.hardship, was, next(reserved)))
            before += [in_words(was.hardship)] if was else []
            after.append(in_words(found.hardship))
    if not rows:
        return {}, {}
    return {HELD: rows, SHOWN: "; ".join(after)}, {SHOWN: "; ".join(before)}


def _row(hardship: NewHardship, was: Standing | None, reserved: int) -> dict[str, Any]:
    return plain(hardship) | {
        "recognition_id": was.id if was else reserved,
        "version": was.version if was else None,
        "was": plain(was.hardship) if was else None,
    }


def in_words(hardship: NewHardship) -> str:
    """A recognition on one line: 最低生活保障(低保) 困难 2026-09-01 – 2027-08-31."""
    return f"{CATEGORY_NAMES[hardship.category]} {LEVEL_NAMES[hardship.level]} {shown_period(hardship)}"


def write(session: Session, actor: Actor, batch: ImportBatch) -> list[int]:
    """Write the recognitions of a batch; the students they are of. Raises `RollChanged`. `announce` follows."""
    wishes = [
        Wish(student_id, kept(row), row["recognition_id"], row["version"])
        for student_id, row, _ in held_rows(session, actor, batch, HELD)
    ]
    if not wishes:
        return []
    held, refusals = weigh(session, actor, wishes, NEEDED)
    if refusals:
        raise RollChanged(count=len(refusals))
    enter(session, actor, [wish for wish in wishes if wish.version is None], NEEDED)
    rewrite(session, {wish.id: wish.hardship for wish in wishes if wish.id is not None and wish.version is not None})
    return sorted(held)


def announce(session: Session, actor: Actor, students: Sequence[int]) -> None:
    """Tell that recognitions of students have changed, so that the figures follow."""
    if students:
        tell(session, actor, HardshipChanged(tuple(students)))


def edited_since(session: Session, actor: Actor, batch: ImportBatch) -> dict[int, str]:
    """The students whose recognitions are no longer as the import wrote them: id → code."""
    rows = list(held_rows(session, actor, batch, HELD))
    standing = standing_of(session, {student_id for student_id, _, _ in rows}) if rows else {}
    known = {one.id: one.hardship for ones in standing.values() for one in ones}
    return {number: "undo_edited" for number, row, _ in rows if known.get(row["recognition_id"]) != kept(row)}


def take_back(session: Session, actor: Actor, batch: ImportBatch) -> list[int]:
    """Take the recognitions of a batch back; the students who stay. `announce` follows."""
    rows = list(held_rows(session, actor, batch, HELD))
    if rows:
        take_away(session, [row["recognition_id"] for _, row, _ in rows if not row["was"]])
        rewrite(session, {row["recognition_id"]: kept(row["was"]) for _, row, _ in rows if row["was"]})
    return sorted({number for number, _, verdict in rows if verdict == Verdict.CHANGED})
