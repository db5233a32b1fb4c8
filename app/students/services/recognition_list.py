"""困难认定名单: rows of a list compared with the roll, written set-wise, and taken back.

Whose row it is, the certificate number or the student number says, and the name must fit; nobody is guessed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeVar

from sqlalchemy import ARRAY, LargeBinary, Row, Select, Text, any_, literal, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.audit.services import record
from app.changes.rules import Change, ChangeKind
from app.changes.services import note
from app.core.crypto import Keyring
from app.core.events import tell
from app.people.certificates import CertificateType, check, identity_key, normalise
from app.people.models import Person
from app.people.rules import normalise_name
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import Blocker, Judged, Place, RollChanged, UndoBlocked, Verdict
from app.students.claims import Claim, Settled, settle
from app.students.entry import Entry
from app.students.models import Student
from app.students.roster import certificate_kind
from app.students.rules import HardshipChanged, NewHardship, meets
from app.students.services.belongings import Owner, owners
from app.students.services.classes import Classes
from app.students.services.recognising import (
    FIELDS,
    Standing,
    Wish,
    enter,
    rewrite,
    standing_of,
    take_away,
    values_of,
    weigh,
)

AT_ONCE = 5_000
NEEDED = Permission.STUDENT_IMPORT
MOST_TOLD = 5
T = TypeVar("T")
Found = Row[*tuple[Any, ...]]
Weighed = tuple[Found | None, Settled | None]


@dataclass
class Roll:
    """What the rows are compared with: students in scope by number, and what is recognised of them."""

    by_digest: dict[bytes, Found] = field(default_factory=dict)
    by_number: dict[str, Found] = field(default_factory=dict)
    standing: Mapping[int, list[Standing]] = field(default_factory=dict)


@dataclass(frozen=True)
class ListedRow:
    """A row read: its cells, what it claims, and the digests its certificate number may be on file under."""

    entry: Entry
    claim: Claim | None
    digests: tuple[bytes, ...] = ()


@dataclass(frozen=True)
class Desk:
    """What judging needs beside the rows."""

    classes: Classes
    reserved: Iterator[int]
    today: date


def digests_of(entry: Entry, keyring: Keyring) -> tuple[bytes, ...]:
    """Under what the certificate number of a row may be on file: of its kind, or of any kind where none is said."""
    text = str(entry.given.get("certificate_number") or "")
    stated = entry.given.get("certificate_type")
    kinds = [CertificateType(stated)] if stated else list(CertificateType)
    keys = {identity_key(kind, normalise(kind, text)) for kind in kinds} if text else set()
    return tuple(sorted(keyring.digest(key) for key in keys if key))


def roll_of(session: Session, actor: Actor, place: Place, rows: Sequence[ListedRow]) -> Roll:
    """Read the students of a school in scope that rows name, and their recognitions that count."""
    roll = Roll()
    digests = sorted({digest for row in rows for digest in row.digests})
    for some in _parts(digests):
        wanted = Person.number_digest == any_(literal(list(some), ARRAY(LargeBinary)))
        for found in session.execute(_students(actor, place).where(wanted)):
            roll.by_digest[found.number_digest] = found
    numbers = sorted({number for row in rows if (number := row.entry.given.get("student_number"))})
    for some in _parts(numbers):
        wanted = Student.student_number == any_(literal(list(some), ARRAY(Text)))
        for found in session.execute(_students(actor, place).where(wanted)):
            roll.by_number[found.student_number] = found
    known = {found.id for found in (*roll.by_digest.values(), *roll.by_number.values())}
    roll.standing = standing_of(session, known)
    return roll


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[start : start + AT_ONCE] for start in range(0, len(values), AT_ONCE))


def _students(actor: Actor, place: Place) -> Select[*tuple[Any, ...]]:
    stmt = (
        select(Student.id, Student.student_number, Student.node_id, Person.name, Person.number_digest)
        .join(Person, Person.id == Student.person_id)
        .where(Student.school_id == place.id, Student.closed_on.is_(None))
    )
    return visible(stmt, Student, actor, NEEDED, along=(Person,))


def verdicts(rows: Sequence[ListedRow], roll: Roll, desk: Desk) -> Iterator[Judged]:
    """Judge every row against the roll and the others, in the order of the file."""
    weighed = [_weighed(row, roll, desk.today) for row in rows]
    _mark_doubles(rows, weighed)
    for row, (whose, settled) in zip(rows, weighed, strict=True):
        if row.entry.problems or whose is None or settled is None:
            yield _bad(row.entry)
        else:
            yield _good(row.entry, whose, settled, roll, desk)


def _weighed(row: ListedRow, roll: Roll, today: date) -> Weighed:
    """Whose row it is, and what it would do; problems are noted in the entry."""
    entry = row.entry
    whose = _whose(row, roll, today) if not entry.problems else None
    if whose is None or row.claim is None:
        return whose, None
    known = {one.id: one.hardship for one in roll.standing.get(whose.id, ())}
    settled = settle(row.claim, known, today)
    if settled.verdict is Verdict.BAD:
        entry.wrong(settled.column, settled.problem, **(settled.facts or {}))
    return whose, settled


def _whose(row: ListedRow, roll: Roll, today: date) -> Found | None:
    """The student of the numbers of a row, whose name must fit."""
    entry = row.entry
    number = entry.given.get("student_number")
    by_certificate = next((roll.by_digest[digest] for digest in row.digests if digest in roll.by_digest), None)
    by_number = roll.by_number.get(number) if number else None
    if row.digests and by_certificate is None:
        entry.wrong("certificate_number", _why_unknown(entry, today))
        return None
    if by_certificate is not None and by_number is not None and by_certificate.id != by_number.id:
        entry.wrong("student_number", "numbers_of_two")
        return None
    found = by_certificate if by_certificate is not None else by_number
    if found is None:
        entry.wrong("student_number" if number else "certificate_number", "student_unknown" if number else "no_number")
        return None
    if found.name != normalise_name(str(entry.given.get("name", ""))):
        entry.wrong("name", "name_does_not_fit", name=found.name)
        return None
    return found


def _why_unknown(entry: Entry, today: date) -> str:
    """A number nobody in scope has: perhaps it is no number at all."""
    kind = CertificateType(certificate_kind(entry))
    return str(check(kind, normalise(kind, str(entry.given["certificate_number"])), today) or "student_unknown")


def _mark_doubles(rows: Sequence[ListedRow], weighed: Sequence[Weighed]) -> None:
    """Rows that give one student one category for the same days: each is bad and says where the others are."""
    same: dict[tuple[int, str], list[tuple[Entry, NewHardship]]] = defaultdict(list)
    for row, (whose, settled) in zip(rows, weighed, strict=True):
        if whose is not None and settled is not None and settled.hardship is not None:
            same[whose.id, settled.hardship.category].append((row.entry, settled.hardship))
    for group in same.values():
        for entry, hardship in group:
            others = [other for other, theirs in group if other is not entry and meets(hardship, [theirs])]
            if others:
                told = ", ".join(f"{other.sheet} {other.number}".strip() for other in others[:MOST_TOLD])
                entry.wrong("category", "duplicate_in_file", rows=told, count=len(others))


def _bad(entry: Entry) -> Judged:
    shown = {name: entry.given.get(name, "") for name in ("name", "student_number")}
    return Judged(entry.sheet, entry.number, Verdict.BAD, shown, problems=entry.problems, warnings=entry.warnings)


def _good(entry: Entry, whose: Found, settled: Settled, roll: Roll, desk: Desk) -> Judged:
    known = next((one for one in roll.standing.get(whose.id, ()) if one.id == settled.of), None)
    now, was = plain(settled.hardship), plain(known.hardship if known else None)
    data = {
        "name": whose.name,
        "student_number": whose.student_number,
        "class_name": desk.classes.by_id[whose.node_id].name if whose.node_id in desk.classes.by_id else "",
        "recognition_id": known.id if known else next(desk.reserved),
        "version": known.version if known else None,
        **now,
        "was": was or None,
    }
    before = {name: was[name] for name in FIELDS if was and was[name] != now[name]}
    return Judged(
        entry.sheet,
        entry.number,
        settled.verdict,
        data,
        subject_id=whose.id,
        before=before or None,
        warnings=entry.warnings,
    )


def plain(hardship: NewHardship | None) -> dict[str, Any]:
    """A recognition as a row keeps it."""
    values = vars(hardship) if hardship else {}
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}


def kept(data: Mapping[str, Any]) -> NewHardship:
    """A recognition as a row has kept it."""
    days = {name: date.fromisoformat(data[name]) if data[name] else None for name in ("since_on", "until_on")}
    return NewHardship(**({name: data[name] for name in FIELDS} | days))


def bring(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Write the new and changed rows of a batch, all or none; raises `RollChanged`. Tells `HardshipChanged`."""
    actor.require(NEEDED)
    rows = _written_by(session, actor, batch)
    wishes = [
        Wish(row.subject_id, kept(row.data), row.data["recognition_id"], row.data["version"])
        for row in rows
        if row.subject_id is not None
    ]
    held, refusals = weigh(session, actor, wishes, NEEDED)
    if refusals:
        raise RollChanged(count=len(refusals))
    enter(session, actor, [wish for wish in wishes if wish.version is None], NEEDED)
    rewrite(session, {wish.id: wish.hardship for wish in wishes if wish.id is not None and wish.version is not None})
    note(session, actor, [_change(held[wish.student_id], row) for wish, row in zip(wishes, rows, strict=True)])
    counts = {"new": batch.new_count, "changed": batch.changed_count, "batch": batch.id}
    ids = sorted(held)
    record(
        session, actor, "student:hardship_import", subject="student", ids=ids[:100], path=batch.tree_path, after=counts
    )
    tell(session, actor, HardshipChanged(tuple(ids)))


def _change(student: Owner, row: ImportRow) -> Change:
    before, after = values_of(kept(row.data["was"])) if row.data["was"] else {}, values_of(kept(row.data))
    if before:
        differing = {name for name in before | after if before.get(name) != after.get(name)} | {"category"}
        before = {name: before.get(name, "") for name in differing}
        after = {name: after.get(name, "") for name in differing}
    return _change_of(student, ChangeKind.HARDSHIP_CHANGED, before, after)


def _change_of(student: Owner, kind: ChangeKind, before: Mapping[str, Any], after: Mapping[str, Any]) -> Change:
    return Change(
        kind,
        student.node_id,
        student.tree_path,
        "student",
        student.id,
        student.name,
        person_id=student.person_id,
        before=before,
        after=after,
        source="import",
    )


def _written_by(session: Session, actor: Actor, batch: ImportBatch) -> Sequence[ImportRow]:
    stmt = select(ImportRow).where(
        ImportRow.batch_id == batch.id, ImportRow.verdict.in_((Verdict.NEW, Verdict.CHANGED))
    )
    return session.scalars(visible(stmt.order_by(ImportRow.n), ImportRow, actor, NEEDED)).all()


def blockers(session: Session, actor: Actor, batch: ImportBatch, *, is_held: bool = False) -> list[Blocker]:
    """The students who left, or came out of reach, and recognitions that are no longer as the import made them."""
    actor.require(NEEDED)
    rows = _written_by(session, actor, batch)
    students = {row.subject_id for row in rows if row.subject_id is not None}
    reached = owners(session, actor, students, NEEDED, is_held=is_held)
    standing = standing_of(session, students)
    found = []
    for row in rows:
        code = _why_not(row, reached, standing)
        if code and row.subject_id is not None:
            found.append(Blocker(row.subject_id, str(row.data["name"]), code, row.n))
    return found


def _why_not(row: ImportRow, reached: Mapping[int, Owner], standing: Mapping[int, Sequence[Standing]]) -> str | None:
    student = reached.get(row.subject_id or 0)
    if student is None:
        return "undo_moved"
    if student.closed_on is not None:
        return "undo_left"
    known = {one.id: one.hardship for one in standing.get(student.id, ())}
    return None if known.get(row.data["recognition_id"]) == kept(row.data) else "undo_edited"


def undo(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Take a batch back: what it made is gone, what it changed is as it was. Raises `UndoBlocked`."""
    if found := blockers(session, actor, batch, is_held=True):
        raise UndoBlocked(count=len(found))
    rows = _written_by(session, actor, batch)
    take_away(session, [row.data["recognition_id"] for row in rows if not row.data["was"]])
    rewrite(session, {row.data["recognition_id"]: kept(row.data["was"]) for row in rows if row.data["was"]})
    held = owners(session, actor, [row.subject_id for row in rows if row.subject_id is not None], NEEDED)
    undone = {"import": batch.id}
    note(session, actor, [_change_of(each, ChangeKind.IMPORT_UNDONE, undone, {}) for each in held.values()])
    tell(session, actor, HardshipChanged(tuple(sorted(held))))
