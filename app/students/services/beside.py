"""What a student list brings beside the student: further fields, recognitions of hardship, guardians.

Each is compared, written and taken back by a module of its own; here they are asked together.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.crypto import Keyring
from app.sheets.models import ImportBatch
from app.sheets.services import reserve
from app.students.entry import Entry
from app.students.services import cases, further, kin
from app.students.services.arriving import Arrived
from app.students.services.recognising import Standing, standing_of


@dataclass(frozen=True)
class Beside:
    """What belongs to the students on file: recognitions and guardians by student, and ids kept for new ones."""

    standing: Mapping[int, Sequence[Standing]]
    guardians: Mapping[int, Sequence[kin.Found]]
    reserved_recognitions: Iterator[int]
    reserved_guardians: Iterator[int]
    today: date


def known_of(session: Session, rows: Sequence[Entry], students: set[int], today: date) -> Beside:
    """Read what belongs to these students, where rows say anything about it."""
    claims, named = sum(len(entry.claims) for entry in rows), sum(len(entry.relatives) for entry in rows)
    return Beside(
        standing_of(session, students) if claims else {},
        kin.guardians_of(session, students) if named else {},
        iter(reserve(session, "hardship_recognition", claims)),
        iter(reserve(session, "guardian", named)),
        today,
    )


def brought(
    entry: Entry, student_id: int | None, known: Beside, keyring: Keyring
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Recognitions and guardians that a row brings a student, and what was there before."""
    of = student_id or 0
    hardship, was = cases.settled(entry, known.standing.get(of, ()), known.reserved_recognitions, known.today)
    family, were = kin.settled(entry, known.guardians.get(of, ()), known.reserved_guardians, keyring)
    return hardship | family, was | were


def write(session: Session, actor: Actor, batch: ImportBatch, arrived: Arrived) -> list[int]:
    """Write it for the new and changed rows of a batch; the students for `cases.announce`. Raises `RollChanged`."""
    if arrived.says_further:
        further.write(session, batch)
    if arrived.names_guardians:
        kin.write(session, actor, batch)
    return cases.write(session, actor, batch) if arrived.claims_hardship else []


def edited_since(session: Session, actor: Actor, batch: ImportBatch, arrived: Arrived) -> dict[int, str]:
    """The students of whom any of it is no longer as the import wrote it: id → code."""
    found = cases.edited_since(session, actor, batch) if arrived.claims_hardship else {}
    if arrived.names_guardians:
        found |= kin.edited_since(session, actor, batch)
    return found | further.edited_since(session, batch) if arrived.says_further else found


def take_back(session: Session, actor: Actor, batch: ImportBatch, arrived: Arrived) -> list[int]:
    """Take it back, before the students themselves; the students for `cases.announce`."""
    if arrived.says_further:
        further.restore(session, batch)
    if arrived.names_guardians:
        kin.take_back(session, actor, batch)
    return cases.take_back(session, actor, batch) if arrived.claims_hardship else []
