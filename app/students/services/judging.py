"""Judging a student list against the roll, set-wise: who is new, what changes, what cannot be.

Numbers are looked for in the whole system, but of a person elsewhere nothing is said than that a transfer is needed.
What a new or changed row will write is worked out and sealed here, so that applying it is plain SQL.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, Row, Select, Text, and_, any_, literal, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything
from app.core.crypto import Keyring
from app.people.certificates import CertificateType
from app.people.identity import Identity
from app.people.models import Person
from app.people.rules import initials_of, normalise_name, pinyin
from app.people.services import NUMBER_AT
from app.sheets.rules import Judged, Place, Verdict
from app.students.entry import Entry
from app.students.models import ADDRESS_AT, PHONE_AT, Student
from app.students.roster import MADE_UP
from app.students.services import further
from app.students.services.beside import Beside, brought
from app.students.services.classes import BESIDE, Classes, whole_text

ELSEWHERE = "a number is on file once in the whole system; of who is elsewhere only that it is so is said"
AT_ONCE = 5_000
NAMED = 5
"""A row that is there more than once names so many of the others, and counts them all."""
PERSON_FIELDS = ("name", "sex", "birth_date", "ethnicity", "certificate_type")
STUDENT_FIELDS = ("student_number", "entry_date", "expected_graduation_date", "boarding", "class_roll_number")
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Roll:
    """What the rows are compared with, read before the first one is judged."""

    by_digest: Mapping[bytes, Found]
    by_number: Mapping[str, Found]
    by_status: Mapping[bytes, int]
    beside: Beside
    reserved_persons: Iterator[int]
    reserved_students: Iterator[int]


@dataclass(frozen=True)
class Desk:
    """What judging a row needs beside the row."""

    actor: Actor
    place: Place
    classes: Classes
    keyring: Keyring
    batch_id: int


def mark_doubles(entries: Sequence[Entry]) -> None:
    """Rows that name one person, or one student number, twice: each of them is bad and says where the others are."""
    people = Counter(entry.key for entry in entries if entry.key)
    once = [entry for entry in entries if people[entry.key or ""] < 2]  # noqa: PLR2004  who is there twice is told so once
    groups = {
        "certificate_number": _together(entries, lambda entry: entry.key),
        "student_number": _together(once, lambda entry: entry.given.get("student_number")),
        "status_number": _together(once, further.formal_number),
    }
    for column, found in groups.items():
        for same in found:
            for entry in same:
                others = islice((other for other in same if other is not entry), NAMED)
                rows = ", ".join(f"{other.sheet} {other.number}".strip() for other in others)
                entry.wrong(column, "duplicate_in_file", rows=rows, count=len(same) - 1)


def _together(entries: Sequence[Entry], number: Callable[[Entry], str | None]) -> list[list[Entry]]:
    """The rows that share a number with another; counted first, for nearly every number comes once."""
    counts = Counter(filter(None, map(number, entries)))
    found: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        if (shared := number(entry)) and counts[shared] > 1:
            found[shared].append(entry)
    return list(found.values())


def place_in_class(entry: Entry, classes: Classes) -> None:
    """Find the class a row means: by its own cell, else by what the sheet is called."""
    beside = {column: entry.given[column] for column in BESIDE if entry.given.get(column)}
    text = entry.given.get("class_name") or entry.class_text
    if not text:
        return
    entry.class_id, problem = classes.meant(text, beside)
    if problem:
        entry.wrong("class_name", problem, text=whole_text(text, beside))


def find_digests(entries: Sequence[Entry], keyring: Keyring) -> list[bytes]:
    """Work out what the numbers of good rows are looked for by, in order; kept with the rows."""
    for entry in entries:
        entry.digest, entry.key = keyring.digest(entry.key) if entry.key else None, None  # the longer one has served
    return sorted({entry.digest for entry in entries if entry.digest})


def on_file(session: Session, digests: Sequence[bytes]) -> dict[bytes, Found]:
    """Who is on file under these digests, with their open record if they have one."""
    found: dict[bytes, Found] = {}
    for start in range(0, len(digests), AT_ONCE):
        some = literal(list(digests[start : start + AT_ONCE]), ARRAY(LargeBinary))
        for row in session.execute(everything(_people().where(Person.number_digest == any_(some)), because=ELSEWHERE)):
            found[row.number_digest] = row
    return found


def numbers_in_use(session: Session, place: Place, numbers: Sequence[str]) -> dict[str, Found]:
    """Who has, or once had, these student numbers in the school."""
    found: dict[str, Found] = {}
    because = "student numbers are unique in the school the file is for"
    for start in range(0, len(numbers), AT_ONCE):
        some = literal(list(numbers[start : start + AT_ONCE]), ARRAY(Text))
        joined = _people(among_closed=True).where(Student.school_id == place.id, Student.student_number == any_(some))
        for row in session.execute(everything(joined, because=because)):
            found[row.student_number] = row
    return found


def _people(*, among_closed: bool = False) -> Select[*tuple[Any, ...]]:
    own = Student.person_id == Person.id
    return select(
        Person.id.label("person_id"),
        Person.number_digest,
        Person.number_sealed,
        Person.sealed_as.label("person_sealed_as"),
        Person.version.label("person_version"),
        *(getattr(Person, name) for name in PERSON_FIELDS),
        Student.id.label("student_id"),
        Student.node_id,
        Student.tree_path,
        Student.school_id,
        Student.closed_on,
        Student.version.label("student_version"),
        Student.sealed_as,
        Student.phone_sealed,
        Student.phone_digest,
        Student.address_sealed,
        *(getattr(Student, name) for name in STUDENT_FIELDS),
        *further.READ,
    ).outerjoin(Student, own if among_closed else and_(own, Student.closed_on.is_(None)))


def verdict(entry: Entry, n: int, desk: Desk, roll: Roll) -> Judged:
    """What a row would do, once it has been judged by itself and compared with the file."""
    here = _match(entry, desk, roll) if not entry.problems else None
    if entry.identity is None and here is None and not entry.problems:
        entry.wrong("certificate_number", "certificate_missing")
    if here is None and entry.class_id is None and not entry.problems:
        entry.wrong("class_name", "missing_class")
    if not entry.problems:
        _number_is_free(entry, here, roll)
        _status_number_is_free(entry, here, desk, roll)
    if entry.problems or entry.particulars is None:
        shown = {"name": entry.given.get("name", ""), "class_name": entry.given.get("class_name") or entry.class_text}
        return _judged(entry, Verdict.BAD, shown)
    if here is not None and here.student_id is not None:
        return _changed(entry, here, desk, roll)
    return _new(entry, here, n, desk, roll)


def _match(entry: Entry, desk: Desk, roll: Roll) -> Found | None:
    """Whose row it is: the person of the number, or the student of the student number where the number is left out."""
    if entry.digest:
        found = roll.by_digest.get(entry.digest)
        if found is None:
            return None
        if found.student_id is not None:
            if not _is_ours(found, desk):
                entry.wrong("certificate_number", "on_file_elsewhere")
        elif found.name != normalise_name(entry.given["name"]):
            entry.wrong("certificate_number", "on_file_otherwise")
        return found
    found = roll.by_number.get(entry.given.get("student_number", ""))
    is_same = found is not None and found.name == normalise_name(entry.given.get("name", ""))
    return found if found is not None and is_same and found.closed_on is None and _is_ours(found, desk) else None


def _is_ours(found: Found, desk: Desk) -> bool:
    inside = found.school_id == desk.place.id
    return inside and desk.actor.covers(Permission.STUDENT_IMPORT, found.tree_path)


def _number_is_free(entry: Entry, here: Found | None, roll: Roll) -> None:
    holder = roll.by_number.get(entry.given.get("student_number", ""))
    if holder is not None and (here is None or here.student_id != holder.student_id):
        entry.wrong("student_number", "student_number_in_use")


def _status_number_is_free(entry: Entry, here: Found | None, desk: Desk, roll: Roll) -> None:
    if number := further.formal_number(entry):
        holder = roll.by_status.get(desk.keyring.digest(f"status:{number}"))
        if holder is not None and (here is None or here.person_id != holder):
            entry.wrong("status_number", "status_number_in_use")


def _judged(entry: Entry, what: Verdict, data: Mapping[str, Any], **more: Any) -> Judged:  # noqa: ANN401  the other fields of a judged row
    return Judged(entry.sheet, entry.number, what, data, problems=entry.problems, warnings=entry.warnings, **more)


def _new(entry: Entry, person: Found | None, n: int, desk: Desk, roll: Roll) -> Judged:
    identity, particulars = entry.identity, entry.particulars
    if identity is None or particulars is None or entry.class_id is None:
        raise ValueError("a new row was not judged")
    sealed_as = uuid.uuid4()
    number = particulars.student_number
    if number == MADE_UP:
        number = f"N{desk.batch_id}-{n:04}"
        entry.odd("student_number", "student_number_made", number=number)
    whose = _known_person(person) if person is not None else _new_person(identity, entry, desk.keyring, roll)
    own = uuid.UUID(whose["person_sealed_as"]) if person is None else None
    data = {
        **whose,
        **further.new_values(entry, own, desk.keyring),
        **brought(entry, None, roll.beside, desk.keyring)[0],
        "node_id": entry.class_id,
        "class_name": desk.classes.by_id[entry.class_id].name,
        **{name: _plain(getattr(particulars, name)) for name in STUDENT_FIELDS},
        "student_number": number,
        "sealed_as": str(sealed_as),
        **_sealed(particulars.phone, particulars.address, sealed_as, desk.keyring),
    }
    return _judged(entry, Verdict.NEW, data, subject_id=next(roll.reserved_students))


def _known_person(person: Found) -> dict[str, Any]:
    """A person who is in no school now comes as on file."""
    return {"person_id": person.person_id, "new_person": False, **_person_now(person)}


def _person_now(person: Found) -> dict[str, Any]:
    return {
        "person_sealed_as": str(person.person_sealed_as),
        "number_sealed": _hex(person.number_sealed),
        "number_digest": _hex(person.number_digest),
        **{name: _plain(getattr(person, name)) for name in PERSON_FIELDS},
    }


def _new_person(identity: Identity, entry: Entry, keyring: Keyring, roll: Roll) -> dict[str, Any]:
    sealed_as = uuid.uuid4()
    return {
        "person_id": next(roll.reserved_persons),
        "new_person": True,
        "person_sealed_as": str(sealed_as),
        "number_sealed": _hex(keyring.seal(identity.number, NUMBER_AT, sealed_as)) if identity.number else None,
        "number_digest": _hex(entry.digest),
        **{name: _plain(getattr(identity, name)) for name in PERSON_FIELDS},
        **_spoken(identity.name),
    }


def _spoken(name: str) -> dict[str, str]:
    """Pinyin and initials of a name, looked up once: it is the slowest part of a row."""
    spoken = pinyin(name)
    return {"pinyin": spoken, "initials": initials_of(spoken)}


def _sealed(phone: str | None, address: str | None, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, Any]:
    return {
        "phone_sealed": _hex(keyring.seal(phone, PHONE_AT, sealed_as)) if phone else None,
        "phone_digest": _hex(keyring.digest(f"phone:{phone}")) if phone else None,
        "address_sealed": _hex(keyring.seal(address, ADDRESS_AT, sealed_as)) if address else None,
    }


def _changed(entry: Entry, here: Found, desk: Desk, roll: Roll) -> Judged:
    """Compare a row with the record; an empty cell says nothing, so nothing is ever taken away by a file."""
    person, person_before = _person_after(entry, here, desk.keyring)
    student, student_before = _student_after(entry, here, desk)
    more, more_of_person, more_of_student = further.changes(entry, here, desk.keyring)
    person_before |= more_of_person
    belongings, belongings_before = brought(entry, here.student_id, roll.beside, desk.keyring)
    before = person_before | student_before | more_of_student | belongings_before
    data = {
        "person_id": here.person_id,
        "new_person": False,
        **person,
        **student,
        **more,
        **belongings,
        "person_version": here.person_version if person_before else None,
        "student_version": here.student_version,
        "moved": "class_name" in before,
    }
    what = Verdict.CHANGED if before else Verdict.UNCHANGED
    return _judged(entry, what, data, subject_id=here.student_id, before=before or None)


def _person_after(entry: Entry, here: Found, keyring: Keyring) -> tuple[dict[str, Any], dict[str, Any]]:
    now = _person_now(here)
    if entry.identity is None:
        return now, {}
    given = {name: _plain(getattr(entry.identity, name)) for name in PERSON_FIELDS}
    if not entry.given.get("certificate_type"):
        given["certificate_type"] = now["certificate_type"]  # the file has no word for it
    after = now | {name: value for name, value in given.items() if value is not None}
    before = {name: now[name] for name in PERSON_FIELDS if now[name] != after[name]}
    if "name" in before:
        entry.odd("name", "name_differs", name=here.name)
        after |= _spoken(after["name"])
    if entry.identity.certificate_type is CertificateType.HK_MACAO_PERMIT:
        before |= _renewed(entry.identity, here, after, keyring)
    return after, before


def _renewed(identity: Identity, here: Found, after: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    """A permit that was renewed has another ending; its first nine characters found the person."""
    number = identity.number or ""
    if here.number_sealed is None or keyring.open(here.number_sealed, NUMBER_AT, here.person_sealed_as) == number:
        return {}
    after["number_sealed"] = _hex(keyring.seal(number, NUMBER_AT, here.person_sealed_as))
    return {"certificate_number": {"sealed": _hex(here.number_sealed)}}


def _student_after(entry: Entry, here: Found, desk: Desk) -> tuple[dict[str, Any], dict[str, Any]]:
    now = {name: _plain(getattr(here, name)) for name in STUDENT_FIELDS}
    given = {name: _plain(getattr(entry.particulars, name)) for name in STUDENT_FIELDS}
    if given["student_number"] == MADE_UP:
        given["student_number"] = None
    after: dict[str, Any] = now | {name: value for name, value in given.items() if value is not None}
    before: dict[str, Any] = {name: now[name] for name in STUDENT_FIELDS if now[name] != after[name]}
    after |= {"sealed_as": str(here.sealed_as), "node_id": here.node_id}
    before |= _secrets_after(entry, here, after, desk.keyring)
    classes = desk.classes.by_id
    after["class_name"] = classes[here.node_id].name if here.node_id in classes else ""
    if entry.class_id is not None and entry.class_id != here.node_id:
        before["class_name"] = after["class_name"]
        after |= {"node_id": entry.class_id, "class_name": classes[entry.class_id].name}
        if not entry.given.get("class_roll_number"):
            after["class_roll_number"] = None  # a seat belongs to its class, as when somebody is transferred
    return after, before


def _secrets_after(entry: Entry, here: Found, after: dict[str, Any], keyring: Keyring) -> dict[str, Any]:
    before: dict[str, Any] = {}
    phone = entry.particulars.phone if entry.particulars else None
    address = entry.particulars.address if entry.particulars else None
    after |= {"phone_sealed": _hex(here.phone_sealed), "phone_digest": _hex(here.phone_digest)}
    after["address_sealed"] = _hex(here.address_sealed)
    fresh = _sealed(phone, address, here.sealed_as, keyring)
    if phone and fresh["phone_digest"] != after["phone_digest"]:
        before["phone"] = {"sealed": after["phone_sealed"]}
        after |= {"phone_sealed": fresh["phone_sealed"], "phone_digest": fresh["phone_digest"]}
    if address and address != _opened(here.address_sealed, here.sealed_as, keyring):
        before["address"] = {"sealed": after["address_sealed"]}
        after["address_sealed"] = fresh["address_sealed"]
    return before


def _opened(sealed: bytes | None, sealed_as: uuid.UUID, keyring: Keyring) -> str | None:
    return keyring.open(sealed, ADDRESS_AT, sealed_as) if sealed else None


def _hex(value: bytes | None) -> str | None:
    """Bytes as PostgreSQL reads them from JSON."""
    return f"\\x{value.hex()}" if value is not None else None


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, CertificateType) else value
