"""The further fields of an imported student list: compared and sealed when a row is judged, written and taken back.

Only what a row says and what differs stands in the row's data, so that an empty cell never takes anything away. The
versions of student and person count on with the row's other fields.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, LargeBinary, any_, literal, select, text
from sqlalchemy.orm import Session

from app.access.scope import everything
from app.core.crypto import Keyring
from app.core.db import refused
from app.people.models import Person
from app.people.services import (
    HOUSEHOLD_PLACE_AT,
    NUMBER_AT,
    SOCIAL_CARD_AT,
    STATUS_NUMBER_AT,
    StatusNumberTaken,
)
from app.sheets.models import ImportBatch
from app.students.entry import Entry
from app.students.further import OF_STAY, said
from app.students.models import Student

PLAIN_OF_PERSON = ("overseas_status", "household_type", "political_status", "health", "nationality")
PERSON_COLUMNS = (
    *("status_number_kind", "status_number_sealed", "status_number_digest", "social_card_sealed"),
    "household_place_sealed",
    *PLAIN_OF_PERSON,
)
STUDENT_COLUMNS = tuple(OF_STAY)
COLUMNS = (*PERSON_COLUMNS, *STUDENT_COLUMNS)
"""What a row's data holds of them, where it holds anything."""
READ = (
    *(getattr(Person, name) for name in PERSON_COLUMNS),
    *(getattr(Student, name) for name in STUDENT_COLUMNS),
)
"""What a row is compared with, beside what `judging` reads."""
SEALED = {
    "social_card_number": ("social_card_sealed", SOCIAL_CARD_AT),
    "household_place": ("household_place_sealed", HOUSEHOLD_PLACE_AT),
}
"""Fields that are only sealed, nobody looks them up: column and place of the seal."""
FORMAL = frozenset({"G", "J"})
IN_BATCH = "rows of a batch in scope; their students and persons were locked in scope"
ELSEWHERE = "a status number is on file once in the whole system; only that it is so is said"
NO_SYNC = {"synchronize_session": False}
_KINDS = {name: "bytea" for name in PERSON_COLUMNS if name.endswith(("_sealed", "_digest"))}
_SAID = ", ".join(f"{name} {_KINDS.get(name, 'text')}" for name in COLUMNS)


def _now(names: Sequence[str], table: str) -> str:
    return ", ".join(f"{name} = coalesce(f.{name}, {table}.{name})" for name in names)


def _before(names: Sequence[str], table: str) -> str:
    return ", ".join(f"{name} = CASE WHEN f.{name} IS NULL THEN {table}.{name} ELSE old.{name} END" for name in names)


def _differ(names: Sequence[str], table: str) -> str:
    return " OR ".join(f"f.{name} IS NOT NULL AND f.{name} IS DISTINCT FROM {table}.{name}" for name in names)


SPREAD = f"""
    CREATE TEMPORARY TABLE further ON COMMIT DROP AS
    SELECT line.verdict, line.subject_id AS student_id, line.undo, data.*
      FROM import_row AS line, jsonb_to_record(line.data) AS data(person_id bigint, new_person boolean, {_SAID})
     WHERE line.batch_id = :batch AND line.verdict IN ('new', 'changed')
       AND line.data ?| cast(:names AS text[])
"""  # noqa: S608  our own column names
WRITE = (
    f"UPDATE person SET {_now(PERSON_COLUMNS, 'person')} FROM further AS f WHERE person.id = f.person_id",  # noqa: S608
    f"UPDATE student SET {_now(STUDENT_COLUMNS, 'student')} FROM further AS f WHERE student.id = f.student_id",  # noqa: S608
)
RESTORE = tuple(
    f"""
    UPDATE {table} SET {_before(names, table)}
      FROM further AS f CROSS JOIN LATERAL jsonb_populate_record(NULL::{table}, f.undo -> '{table}') AS old
     WHERE f.verdict = 'changed' AND {table}.id = f.{table}_id
    """  # noqa: S608  our own column names
    for table, names in (("person", PERSON_COLUMNS), ("student", STUDENT_COLUMNS))
)
SINCE = f"""
    SELECT f.student_id FROM further AS f
      JOIN student ON student.id = f.student_id JOIN person ON person.id = f.person_id
     WHERE f.verdict = 'changed' AND ({_differ(PERSON_COLUMNS, "person")} OR {_differ(STUDENT_COLUMNS, "student")})
"""  # noqa: S608  our own column names


def write(session: Session, batch: ImportBatch) -> None:
    """Write the further fields of new and changed rows; raises `StatusNumberTaken`."""
    if _spread(session, batch):
        with refused(uq_person_formal_status_number=lambda: StatusNumberTaken(count=1)):
            for statement in WRITE:
                _run(session, statement)


def edited_since(session: Session, batch: ImportBatch) -> dict[int, str]:
    """The students of changed rows whose further fields are no longer as the import wrote them: id → code."""
    if not _spread(session, batch):
        return {}
    return dict.fromkeys(session.scalars(everything(text(SINCE), because=IN_BATCH)), "undo_edited")


def restore(session: Session, batch: ImportBatch) -> None:
    """Give changed students and persons the further fields of before; what the rows did not say stays."""
    if _spread(session, batch):
        for statement in RESTORE:
            _run(session, statement)


def _spread(session: Session, batch: ImportBatch) -> int:
    session.execute(text("DROP TABLE IF EXISTS further"))
    done = session.execute(everything(text(SPREAD), because=IN_BATCH), {"batch": batch.id, "names": list(COLUMNS)})
    return int(done.rowcount)  # type: ignore[attr-defined]


def _run(session: Session, statement: str) -> None:
    session.execute(everything(text(statement), because=IN_BATCH), execution_options=NO_SYNC)


def status_numbers_on_file(session: Session, digests: Sequence[bytes]) -> dict[bytes, int]:
    """Whose these formal status numbers are: digest → person."""
    stmt = select(Person.status_number_digest, Person.id).where(
        Person.status_number_digest == any_(literal(list(digests), ARRAY(LargeBinary))),
        Person.status_number_kind.in_(FORMAL),
    )
    rows = session.execute(everything(stmt, because=ELSEWHERE)) if digests else ()
    return {row[0]: row[1] for row in rows if row[0] is not None}


def formal_number(entry: Entry) -> str:
    """The 学籍号 of a row if it is a formal one, which nobody else has; else nothing."""
    number = (entry.details.status_number if entry.details else None) or ""
    return number if number[:1] in FORMAL else ""


def new_values(entry: Entry, sealed_as: uuid.UUID | None, keyring: Keyring) -> dict[str, Any]:
    """What a new row says, sealed under the person's key; without one the person is on file and stays as it is."""
    stay = {name: value for name in STUDENT_COLUMNS if (value := getattr(entry.particulars, name, None)) is not None}
    told = said(entry.details)
    if sealed_as is None:
        for column in told:
            entry.odd(column, "further_on_file")
        return stay
    return stay | _columns(told, sealed_as, keyring)


def changes(
    entry: Entry,
    here: Any,  # noqa: ANN401  a row of the roll
    keyring: Keyring,
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What of a row differs from the record: the columns to write, and before of the person and of the student."""
    now = {name: getattr(here, name) for name in STUDENT_COLUMNS}
    stay = {
        name: value
        for name in STUDENT_COLUMNS
        if (value := getattr(entry.particulars, name, None)) is not None and value != now[name]
    }
    told = {
        name: value for name, value in said(entry.details).items() if not _is_same(name, value, entry, here, keyring)
    }
    before = {name: getattr(here, name) for name in told if name in PLAIN_OF_PERSON}
    if "status_number" in told:
        before["status_number"] = {"sealed": _hex(here.status_number_sealed)}
    if "social_card_number" in told:
        before["social_card_number"] = {"sealed": _hex(here.social_card_sealed)}
    if "household_place" in told:
        before["household_place"] = {"sealed": _hex(here.household_place_sealed)}
    return _columns(told, here.person_sealed_as, keyring) | stay, before, {name: now[name] for name in stay}


def _is_same(name: str, value: str, entry: Entry, here: Any, keyring: Keyring) -> bool:  # noqa: ANN401
    """Whether the record says so already, or must not be told: a 学籍号 that holds another ID number is left out."""
    if name in SEALED:
        column, place = SEALED[name]
        sealed = getattr(here, column)
        return bool(sealed) and keyring.open(sealed, place, here.person_sealed_as) == value
    if name != "status_number":
        return bool(getattr(here, name) == value)
    if entry.identity is None and value[0] == "G" and here.number_sealed is not None:
        number = keyring.open(here.number_sealed, NUMBER_AT, here.person_sealed_as)
        if value[1:] != number:
            entry.odd(name, "status_number_not_the_id")
            return True
    return bool(here.status_number_digest == keyring.digest(f"status:{value}"))


def _columns(told: Mapping[str, str], sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, Any]:
    columns: dict[str, Any] = {name: value for name, value in told.items() if name in PLAIN_OF_PERSON}
    if number := told.get("status_number"):
        columns |= {
            "status_number_kind": number[0],
            "status_number_sealed": _hex(keyring.seal(number, STATUS_NUMBER_AT, sealed_as)),
            "status_number_digest": _hex(keyring.digest(f"status:{number}")),
        }
    for name, (column, place) in SEALED.items():
        if clear := told.get(name):
            columns[column] = _hex(keyring.seal(clear, place, sealed_as))
    return columns


def _hex(value: bytes | None) -> str | None:
    """Bytes as PostgreSQL reads them from JSON."""
    return f"\\x{value.hex()}" if value is not None else None
