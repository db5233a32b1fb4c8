"""Guardians in a student list: compared and sealed when a row is judged, written and taken back with the row.

A guardian is known by the name; of one on file relation, phone and certificate follow what the row says. Nobody is
ended by a file. A row keeps under `guardians` what it will write.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Row, any_, literal, select, text
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.core.crypto import Keyring
from app.people.certificates import identity_key, mask_number
from app.people.rules import mask_phone
from app.sheets.models import ImportBatch
from app.sheets.rules import RollChanged
from app.students.entry import Entry
from app.students.kin import RELATION_NAMES, Relative
from app.students.models import GUARDIAN_NUMBER_AT, GUARDIAN_PHONE_AT, Guardian
from app.students.services.family import sealed_certificate
from app.students.services.held import held_rows

HELD, SHOWN = "guardians", "guardian"
"""What a row's data keeps, and the column under which before and after are shown, phones masked."""
SECRET = ("phone_sealed", "phone_digest", "number_sealed", "number_digest")
OF_LOCKED = "the guardians of students found and locked in scope"
NO_SYNC = {"synchronize_session": False}
Found = Row[*tuple[Any, ...]]
_SENT = """jsonb_to_recordset(cast(:rows AS jsonb)) AS sent(
    guardian_id bigint, student_id bigint, name text, relation text, sealed_as uuid, phone_sealed bytea,
    phone_digest bytea, certificate_type text, number_sealed bytea, number_digest bytea)"""
ADD = f"""
    INSERT INTO guardian (id, student_id, name, relation, sealed_as, phone_sealed, phone_digest,
                          certificate_type, number_sealed, number_digest)
    SELECT guardian_id, student_id, name, relation, sealed_as, phone_sealed, phone_digest,
           certificate_type, number_sealed, number_digest FROM {_SENT}
     ORDER BY student_id
"""  # noqa: S608  our own words
CHANGE = f"""
    UPDATE guardian SET relation = sent.relation, phone_sealed = sent.phone_sealed, phone_digest = sent.phone_digest,
                        certificate_type = sent.certificate_type, number_sealed = sent.number_sealed,
                        number_digest = sent.number_digest, version = guardian.version + 1
      FROM {_SENT} WHERE guardian.id = sent.guardian_id
"""  # noqa: S608  our own words
TAKE_AWAY = "DELETE FROM guardian WHERE id = ANY(:ids)"


def guardians_of(session: Session, students: Iterable[int]) -> dict[int, list[Found]]:
    """The guardians of students in scope who have not been ended, by student; one statement."""
    table = Guardian
    stmt = (
        select(
            *(table.id, table.student_id, table.name, table.relation, table.sealed_as, table.phone_sealed),
            *(table.phone_digest, table.certificate_type, table.number_sealed, table.number_digest),
            *(table.account_id, table.version),
        )
        .where(
            table.student_id == any_(literal(sorted(set(students)), ARRAY(BigInteger))),
            table.ended_at.is_(None),
        )
        .order_by(table.student_id, table.id)
    )
    found: dict[int, list[Found]] = defaultdict(list)
    for row in session.execute(everything(stmt, because=OF_LOCKED)):
        found[row.student_id].append(row)
    return found


def settled(
    entry: Entry, known: Sequence[Found], reserved: Iterator[int], keyring: Keyring
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a row's guardians would write, as its data keeps it, and what was on file before, in words."""
    by_name = {row.name: row for row in known}
    rows, before, after = [], [], []
    for relative in _with_own_number(entry, known, keyring):
        now = by_name.get(relative.name)
        row = _changed(relative, now, keyring) if now is not None else _added(relative, next(reserved), keyring)
        if row is not None:
            rows.append(row)
            after.append(_in_words(row, keyring))
            before += [_in_words({**row, **row["was"]}, keyring)] if row["was"] else []
    if not rows:
        return {}, {}
    return {HELD: rows, SHOWN: "; ".join(after)}, {SHOWN: "; ".join(before)}


def _with_own_number(entry: Entry, known: Sequence[Found], keyring: Keyring) -> Iterator[Relative]:
    """The guardians of a row; a certificate that is on file for another guardian of the student is left out."""
    for relative in entry.relatives:
        digest = _digest(relative, keyring)
        if digest and any(row.number_digest == digest and row.name != relative.name for row in known):
            entry.odd(relative.number_column, "guardian_number_twice")
            yield replace(relative, certificate=None)
        else:
            yield relative


def _digest(relative: Relative, keyring: Keyring) -> bytes | None:
    key = identity_key(*relative.certificate) if relative.certificate else None
    return keyring.digest(key) if key else None


def _added(relative: Relative, reserved: int, keyring: Keyring) -> dict[str, Any]:
    sealed_as = uuid.uuid4()
    return {
        "guardian_id": reserved,
        "version": None,
        "name": relative.name,
        "relation": relative.relation or "other",
        "sealed_as": str(sealed_as),
        **_sealed(relative.phone, sealed_as, keyring),
        **_certificate(relative, sealed_as, keyring),
        "was": None,
    }


def _changed(relative: Relative, now: Found, keyring: Keyring) -> dict[str, Any] | None:
    """What differs of a guardian on file; None when nothing does."""
    was = {"relation": now.relation, "certificate_type": now.certificate_type}
    was |= {name: _hex(getattr(now, name)) for name in SECRET}
    fresh = _sealed(relative.phone, now.sealed_as, keyring) if relative.phone else {}
    news: dict[str, Any] = {"relation": relative.relation} if relative.relation else {}
    if fresh and fresh["phone_digest"] != was["phone_digest"]:
        news |= fresh
    certificate = _certificate(relative, now.sealed_as, keyring) if relative.certificate else {}
    if certificate and certificate["number_digest"] != was["number_digest"]:
        news |= certificate
    if all(was[name] == value for name, value in news.items()):
        return None
    own = {"guardian_id": now.id, "version": now.version, "name": now.name, "sealed_as": str(now.sealed_as)}
    return own | was | news | {"was": was}


def _sealed(phone: str | None, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, str | None]:
    return {
        "phone_sealed": _hex(keyring.seal(phone, GUARDIAN_PHONE_AT, sealed_as)) if phone else None,
        "phone_digest": _hex(keyring.digest(f"phone:{phone}")) if phone else None,
    }


def _certificate(relative: Relative, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, Any]:
    kind, number = relative.certificate or (None, None)
    columns = sealed_certificate(str(kind) if kind else None, number, sealed_as, keyring)
    return columns | {name: _hex(columns[name]) for name in ("number_sealed", "number_digest")}


def _in_words(row: Mapping[str, Any], keyring: Keyring) -> str:
    sealed = row["phone_sealed"]
    at = (GUARDIAN_PHONE_AT, uuid.UUID(row["sealed_as"]))
    phone = mask_phone(keyring.open(bytes.fromhex(sealed.removeprefix("\\x")), *at)) if sealed else ""
    hidden = row.get("number_sealed")
    number_at = (GUARDIAN_NUMBER_AT, uuid.UUID(row["sealed_as"]))
    number = mask_number(keyring.open(bytes.fromhex(hidden.removeprefix("\\x")), *number_at)) if hidden else ""
    return " ".join(filter(None, (row["name"], RELATION_NAMES[row["relation"]], phone, number)))


def write(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Write the guardians of a batch; raises `RollChanged` where somebody else has entered or edited one meanwhile."""
    rows = list(held_rows(session, actor, batch, HELD))
    known = guardians_of(session, {student_id for student_id, _, _ in rows}) if rows else {}
    if late := sum(not _fits(row, known.get(student_id, ())) for student_id, row, _ in rows):
        raise RollChanged(count=late)
    _send(session, ADD, [{**row, "student_id": number} for number, row, _ in rows if not row["was"]])
    _send(session, CHANGE, [row for _, row, _ in rows if row["was"]])


def _fits(row: Mapping[str, Any], known: Sequence[Found]) -> bool:
    if row["was"]:
        return any((one.id, one.version) == (row["guardian_id"], row["version"]) for one in known)
    number = row.get("number_digest")
    return all(one.name != row["name"] and (not number or _hex(one.number_digest) != number) for one in known)


def edited_since(session: Session, actor: Actor, batch: ImportBatch) -> dict[int, str]:
    """The students one of whose guardians is no longer as the import wrote them, or signs in since: id → code."""
    rows = list(held_rows(session, actor, batch, HELD))
    known = guardians_of(session, {student_id for student_id, _, _ in rows}) if rows else {}
    by_id = {one.id: one for ones in known.values() for one in ones}
    codes = ((student_id, _why_not(row, by_id.get(row["guardian_id"]))) for student_id, row, _ in rows)
    return {student_id: code for student_id, code in codes if code}


def _why_not(row: Mapping[str, Any], now: Found | None) -> str | None:
    if now is None or (now.name, now.relation, _hex(now.phone_digest), _hex(now.number_digest)) != (
        *(row["name"], row["relation"]),
        *(row["phone_digest"], row.get("number_digest")),
    ):
        return "undo_edited"
    return "undo_account" if not row["was"] and now.account_id is not None else None


def take_back(session: Session, actor: Actor, batch: ImportBatch) -> None:
    """Take the guardians of a batch away again, and give changed ones their relation and phone back."""
    rows = list(held_rows(session, actor, batch, HELD))
    _send(session, CHANGE, [{**row, **row["was"]} for _, row, _ in rows if row["was"]])
    if gone := [row["guardian_id"] for _, row, _ in rows if not row["was"]]:
        session.execute(everything(text(TAKE_AWAY), because=OF_LOCKED), {"ids": gone}, execution_options=NO_SYNC)


def _send(session: Session, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        sent = {"rows": json.dumps(rows, ensure_ascii=False)}
        session.execute(everything(text(statement), because=OF_LOCKED), sent, execution_options=NO_SYNC)


def _hex(value: bytes | None) -> str | None:
    """Bytes as PostgreSQL reads them from JSON."""
    return f"\\x{value.hex()}" if value is not None else None
