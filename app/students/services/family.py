"""Guardians of a student."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.core import clock
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Invalid, NotFound, Stale
from app.people.certificates import CertificateType, identity_key, mask_number
from app.people.models import Person
from app.people.rules import check_name, check_phone, mask_phone, normalise_name, normalise_phone
from app.students.kin import judged_number
from app.students.models import GUARDIAN_NUMBER_AT, GUARDIAN_PHONE_AT, Guardian
from app.students.records import opened
from app.students.services.belongings import Owner, owner, write_down
from app.students.services.following import end_guardian_access

LOCKED = "the row was read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}

RELATIONS = frozenset({"father", "mother", "grandparent", "other"})
TWICE: Mapping[str, Callable[[], Exception]] = {
    "uq_guardian_name": lambda: Invalid({"name": "guardian_twice"}),
    "uq_guardian_number_digest": lambda: Invalid({"number": "guardian_number_twice"}),
}
"""What it means when the database finds a guardian of a student twice."""


@dataclass(frozen=True)
class TypedGuardian:
    """A guardian as typed; a phone or number that comes back as its own mask stays as it is."""

    name: str
    relation: str
    phone: str = ""
    certificate_type: str = ""
    number: str = ""


@dataclass(frozen=True)
class _Judged:
    """A guardian as stored, the secrets in clear."""

    name: str
    relation: str
    phone: str | None
    certificate_type: str | None
    number: str | None

    def columns(self, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, Any]:
        """What is written."""
        return {
            "name": self.name,
            "relation": self.relation,
            "phone_sealed": keyring.seal(self.phone, GUARDIAN_PHONE_AT, sealed_as) if self.phone else None,
            "phone_digest": keyring.digest(f"phone:{self.phone}") if self.phone else None,
            **sealed_certificate(self.certificate_type, self.number, sealed_as, keyring),
        }

    def told(self) -> dict[str, Any]:
        """What the books say, masked."""
        told = {"guardian": self.name, "relation": self.relation, "guardian_phone": mask_phone(self.phone or "")}
        certificate = {"certificate_type": self.certificate_type, "guardian_number": mask_number(self.number or "")}
        return told | (certificate if self.certificate_type else {})


def sealed_certificate(kind: str | None, number: str | None, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, Any]:
    """The columns of a guardian's certificate; the digest is that of the person behind the number."""
    key = identity_key(CertificateType(kind), number) if kind and number else None
    return {
        "certificate_type": kind,
        "number_sealed": keyring.seal(number, GUARDIAN_NUMBER_AT, sealed_as) if key and number else None,
        "number_digest": keyring.digest(key) if key else None,
    }


def add_guardian(session: Session, actor: Actor, *, student_id: int, typed: TypedGuardian, keyring: Keyring) -> int:
    """Add a guardian to a student; phone and number are sealed. Returns the id.

    Raises `NotFound`, `HasLeft`, and `Invalid`, also when the student has a guardian of that name or certificate.
    """
    student = owner(session, actor, student_id)
    judged = _judged(session, typed)
    _require_number(session, student, judged)
    sealed_as = uuid.uuid4()
    columns = judged.columns(sealed_as, keyring)
    _refuse_twice(session, student.id, columns)
    made = insert(Guardian).values(student_id=student.id, sealed_as=sealed_as, **columns).returning(Guardian.id)
    with refused(**TWICE):
        guardian_id: int = session.scalars(entering(made, Guardian, actor, Permission.STUDENT_UPDATE)).one()
    write_down(session, actor, student, "student:guardian_add", {}, judged.told())
    return guardian_id


def correct_guardian(
    session: Session, actor: Actor, *, guardian_id: int, version: int, typed: TypedGuardian, keyring: Keyring
) -> int:
    """Correct a guardian. Raises `Stale`, and what `add_guardian` raises; returns the student's id."""
    guardian, student = _guardian(session, actor, guardian_id, version, keyring)
    now = _stored(guardian, keyring)
    judged = _judged(session, _unmasked(typed, now))
    _require_number(session, student, judged)
    columns = judged.columns(guardian.sealed_as, keyring)
    _refuse_twice(session, student.id, columns, but=guardian.id)
    stmt = update(Guardian).where(Guardian.id == guardian.id).values(**columns, version=Guardian.version + 1)
    with refused(**TWICE):
        session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)
    write_down(session, actor, student, "student:guardian_update", now.told(), judged.told())
    return int(student.id)


def end_guardian(session: Session, actor: Actor, *, guardian_id: int, version: int, keyring: Keyring) -> int:
    """End a guardian's part: no longer shown with the student, never deleted; an account sees the child no more.

    Returns the student's id.
    """
    guardian, student = _guardian(session, actor, guardian_id, version, keyring)
    stmt = update(Guardian).where(Guardian.id == guardian.id)
    session.execute(
        everything(stmt.values(ended_at=sql_now(), version=Guardian.version + 1), because=LOCKED),
        execution_options=NO_SYNC,
    )
    end_guardian_access(session, actor, guardian.id)
    before = {"guardian": guardian.name, "relation": guardian.relation}
    write_down(session, actor, student, "student:guardian_end", before, {})
    return int(student.id)


def _guardian(
    session: Session, actor: Actor, guardian_id: int, version: int, keyring: Keyring
) -> tuple[Guardian, Owner]:
    stmt = select(Guardian).where(Guardian.id == guardian_id, Guardian.ended_at.is_(None)).with_for_update()
    scoped = visible(stmt, Guardian, actor, Permission.STUDENT_UPDATE)
    found = session.scalars(scoped, execution_options={"populate_existing": True}).one_or_none()
    if found is None:
        raise NotFound(what="guardian")
    if found.version != version:
        told = _stored(found, keyring)
        current = {"name": told.name, "relation": told.relation, "phone": mask_phone(told.phone or "")}
        certificate = {"certificate_type": told.certificate_type or "", "number": mask_number(told.number or "")}
        raise Stale(current | certificate, found.version)
    session.expunge(found)
    return found, owner(session, actor, found.student_id)


def _stored(guardian: Guardian, keyring: Keyring) -> _Judged:
    phone = opened(keyring, guardian.phone_sealed, GUARDIAN_PHONE_AT, guardian.sealed_as)
    number = opened(keyring, guardian.number_sealed, GUARDIAN_NUMBER_AT, guardian.sealed_as)
    return _Judged(guardian.name, guardian.relation, phone or None, guardian.certificate_type, number or None)


def _unmasked(typed: TypedGuardian, now: _Judged) -> TypedGuardian:
    """What was meant: a secret that came back as its mask is the one on file."""
    phone, number = now.phone or "", now.number or ""
    return replace(
        typed,
        phone=phone if typed.phone.strip() == mask_phone(phone) else typed.phone,
        number=number if typed.number.strip() == mask_number(number) else typed.number,
    )


def _judged(session: Session, typed: TypedGuardian) -> _Judged:
    name, phone = normalise_name(typed.name), normalise_phone(typed.phone) if typed.phone.strip() else None
    kind, number, wrong_certificate = _judged_certificate(session, typed)
    wrong = {
        "name": check_name(name),
        "relation": None if typed.relation in RELATIONS else "choice",
        "phone": check_phone(phone) if phone else None,
        **wrong_certificate,
    }
    if any(wrong.values()):
        raise Invalid({field: str(code) for field, code in wrong.items() if code})
    return _Judged(name, typed.relation, phone, kind, number)


def _judged_certificate(session: Session, typed: TypedGuardian) -> tuple[str | None, str | None, dict[str, str]]:
    """Type, number and what is wrong with them; neither is needed, a type alone only says what would be shown."""
    if typed.certificate_type and typed.certificate_type not in set(CertificateType):
        return None, None, {"certificate_type": "choice"}
    if not (typed.certificate_type or typed.number.strip()):
        return None, None, {}
    kind, number, problem = judged_number(typed.certificate_type, typed.number, clock.today(session))
    return str(kind), number or None, {"number": str(problem)} if problem else {}


def _require_number(session: Session, student: Owner, judged: _Judged) -> None:
    """Ask for the guardian's number where the student has no number of an own (spec/domain.md §1.2, kind `other`)."""
    if judged.number:
        return
    without = select(Person.id).where(
        Person.id == student.person_id,
        Person.certificate_type == CertificateType.OTHER,
        Person.number_sealed.is_(None),
    )
    if session.scalar(everything(without, because="the person of a student locked in scope")) is not None:
        raise Invalid({"number": "guardian_number_needed"})


def _refuse_twice(session: Session, student_id: int, columns: Mapping[str, Any], *, but: int = 0) -> None:
    """Refuse a second guardian of one name or certificate; two who enter one meet here, for the student is locked."""
    stmt = select(Guardian.name, Guardian.number_digest).where(
        Guardian.student_id == student_id, Guardian.ended_at.is_(None), Guardian.id != but
    )
    for row in session.execute(everything(stmt, because=LOCKED)):
        same = row.number_digest is not None and row.number_digest == columns["number_digest"]
        if row.name == columns["name"] or same:
            twice = TWICE["uq_guardian_number_digest" if same and row.name != columns["name"] else "uq_guardian_name"]
            refusal = twice()
            raise refusal
