"""困难认定, set-wise: recognitions of many students weighed, entered, changed and taken away at once.

One statement a table however many there are. Whoever calls says what happened: in the audit, in change records, and by
`HardshipChanged`.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Date, Text, any_, cast, column, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session
from sqlalchemy.sql.elements import BindParameter, ColumnClause

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything
from app.core.errors import Conflict, Invalid, NotFound, Refusal, Stale
from app.students.models import HardshipRecognition
from app.students.rules import HasLeft, NewHardship, judge_hardship, meets
from app.students.services.belongings import Owner, owners

LOCKED = "the rows were read and locked above within the actor's scope"
OF_LOCKED = "the recognitions of students found in scope"
NO_SYNC = {"synchronize_session": False}
FIELDS = ("category", "level", "since_on", "until_on", "evidence_number", "recognised_by")


@dataclass(frozen=True)
class Standing:
    """A recognition on file that counts: not revoked."""

    id: int
    student_id: int
    version: int
    hardship: NewHardship


@dataclass(frozen=True)
class Wish:
    """A recognition wanted for a student. With a `version`: what the one of this `id` is to become; else a new one.

    A new one may bring the id that was kept for it.
    """

    student_id: int
    hardship: NewHardship
    id: int | None = None
    version: int | None = None


def standing_of(session: Session, students: Iterable[int]) -> dict[int, list[Standing]]:
    """The recognitions that count of students in scope, by student, from the earliest; one statement."""
    table = HardshipRecognition
    stmt = (
        select(table.id, table.student_id, table.version, *(getattr(table, name) for name in FIELDS))
        .where(table.student_id == any_(_ids(students)), table.revoked_at.is_(None))
        .order_by(table.student_id, table.since_on, table.id)
    )
    found: dict[int, list[Standing]] = defaultdict(list)
    for row in session.execute(everything(stmt, because=OF_LOCKED)):
        found[row.student_id].append(Standing(row.id, row.student_id, row.version, NewHardship(*row[3:])))
    return found


def weigh(
    session: Session, actor: Actor, wishes: Sequence[Wish], permission: Permission = Permission.STUDENT_UPDATE
) -> tuple[dict[int, Owner], list[Refusal]]:
    """Lock the students of wishes; answers with them by id, and with what stands against each wish that cannot be.

    `NotFound` out of scope, `HasLeft`, `Invalid` also where the period meets another one of the category, on file or
    among the wishes before, `Stale` or `Conflict` where the recognition to be changed is another by now or gone.
    """
    held = owners(session, actor, [wish.student_id for wish in wishes], permission)
    standing = standing_of(session, held)
    taken: dict[int, list[NewHardship]] = defaultdict(list)
    refusals: list[Refusal] = []
    for wish in wishes:
        known = standing.get(wish.student_id, [])
        refusal = _refusal(wish, held.get(wish.student_id), known, taken[wish.student_id])
        if refusal is None:
            taken[wish.student_id].append(wish.hardship)
        else:
            refusals.append(refusal)
    return held, refusals


def _refusal(
    wish: Wish, student: Owner | None, known: Sequence[Standing], taken: Sequence[NewHardship]
) -> Refusal | None:
    if student is None:
        return NotFound(what="student")
    if student.closed_on is not None:
        return HasLeft()
    if wish.version is not None:
        now = next((one for one in known if one.id == wish.id), None)
        if now is None:
            return Conflict()
        if now.version != wish.version:
            return Stale(vars(now.hardship), now.version)
    wrong = judge_hardship(wish.hardship)
    others = [one.hardship for one in known if wish.version is None or one.id != wish.id]
    if not wrong and meets(wish.hardship, [*others, *taken]):
        wrong = {"since_on": "hardship_overlaps"}
    return Invalid(wrong) if wrong else None


def enter(session: Session, actor: Actor, wishes: Sequence[Wish], permission: Permission) -> None:
    """Write new recognitions that were weighed."""
    rows = [
        {"student_id": wish.student_id, **vars(wish.hardship), **({"id": wish.id} if wish.id else {})}
        for wish in wishes
    ]
    if rows:
        session.execute(entering(insert(HardshipRecognition), HardshipRecognition, actor, permission), rows)


def rewrite(session: Session, values: Mapping[int, NewHardship]) -> None:
    """Write what recognitions, by their ids, are to be; they were weighed or locked."""
    if not values:
        return
    rows = [{"id": number, **vars(hardship)} for number, hardship in values.items()]
    days = {"since_on", "until_on"}
    columns: list[ColumnClause[Any]] = [
        column("id", BigInteger),
        *(column(name, Date if name in days else Text) for name in FIELDS),
    ]
    sent = func.jsonb_to_recordset(cast(literal(json.dumps(rows, default=str, ensure_ascii=False), Text), JSONB))
    news = sent.table_valued(*columns).render_derived(name="news", with_types=True)
    table = HardshipRecognition
    stmt = update(table).where(table.id == news.c.id).values({name: news.c[name] for name in FIELDS})
    session.execute(everything(stmt.values(version=table.version + 1), because=LOCKED), execution_options=NO_SYNC)


def take_away(session: Session, ids: Sequence[int]) -> None:
    """Take recognitions away that an import had made and that nothing has touched since."""
    stmt = delete(HardshipRecognition).where(HardshipRecognition.id == any_(_ids(ids)))
    session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)


def values_of(hardship: NewHardship) -> dict[str, str]:
    """A recognition as audit and change records keep it; what is not said is left out."""
    told = {name: str(value) for name, value in vars(hardship).items() if value is not None}
    return {"until_on": "", **told}


def _ids(ids: Iterable[int]) -> BindParameter[Any]:
    return literal(sorted(set(ids)), ARRAY(BigInteger))
