"""Guardians of a student."""

from __future__ import annotations

import uuid

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything, visible
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import Invalid, NotFound, Stale
from app.people.rules import check_name, check_phone, mask_phone, normalise_name, normalise_phone
from app.students.models import GUARDIAN_PHONE_AT, Guardian
from app.students.records import opened
from app.students.services.belongings import Owner, owner, write_down
from app.students.services.following import end_guardian_access

LOCKED = "the row was read and locked above within the actor's scope"
NO_SYNC = {"synchronize_session": False}

RELATIONS = frozenset({"father", "mother", "grandparent", "other"})


def add_guardian(  # noqa: PLR0913  whose, who, what kin, which phone
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    name: str,
    relation: str,
    phone: str,
    keyring: Keyring,
) -> int:
    """Add a guardian to a student; the phone is sealed. Raises `NotFound`, `HasLeft`, `Invalid`; returns the id."""
    student = owner(session, actor, student_id)
    name, number = _judged(name, relation, phone)
    sealed_as = uuid.uuid4()
    values = {"student_id": student.id, "name": name, "relation": relation, "sealed_as": sealed_as}
    made = insert(Guardian).values(**values, **_sealed(number, sealed_as, keyring)).returning(Guardian.id)
    guardian_id: int = session.scalars(entering(made, Guardian, actor, Permission.STUDENT_UPDATE)).one()
    after = {"guardian": name, "relation": relation, "guardian_phone": mask_phone(number or "")}
    write_down(session, actor, student, "student:guardian_add", {}, after)
    return guardian_id


def correct_guardian(  # noqa: PLR0913  which, from which version, to what
    session: Session,
    actor: Actor,
    *,
    guardian_id: int,
    version: int,
    name: str,
    relation: str,
    phone: str,
    keyring: Keyring,
) -> int:
    """Correct a guardian; a phone that comes back as its own mask stays. Raises `Stale`; returns the student's id."""
    guardian, student = _guardian(session, actor, guardian_id, version, keyring)
    now = opened(keyring, guardian.phone_sealed, GUARDIAN_PHONE_AT, guardian.sealed_as)
    name, number = _judged(name, relation, now if phone.strip() == mask_phone(now) else phone)
    changed = {"name": name, "relation": relation, **_sealed(number, guardian.sealed_as, keyring)}
    stmt = update(Guardian).where(Guardian.id == guardian.id).values(**changed, version=Guardian.version + 1)
    session.execute(everything(stmt, because=LOCKED), execution_options=NO_SYNC)
    before = {"guardian": guardian.name, "relation": guardian.relation, "guardian_phone": mask_phone(now)}
    after = {"guardian": name, "relation": relation, "guardian_phone": mask_phone(number or "")}
    write_down(session, actor, student, "student:guardian_update", before, after)
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
        phone = mask_phone(opened(keyring, found.phone_sealed, GUARDIAN_PHONE_AT, found.sealed_as))
        raise Stale({"name": found.name, "relation": found.relation, "phone": phone}, found.version)
    session.expunge(found)
    return found, owner(session, actor, found.student_id)


def _judged(name: str, relation: str, phone: str) -> tuple[str, str | None]:
    name, number = normalise_name(name), normalise_phone(phone) if phone.strip() else None
    wrong = {
        "name": check_name(name),
        "relation": None if relation in RELATIONS else "choice",
        "phone": check_phone(number) if number else None,
    }
    if any(wrong.values()):
        raise Invalid({field: str(code) for field, code in wrong.items() if code})
    return name, number


def _sealed(phone: str | None, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, bytes | None]:
    return {
        "phone_sealed": keyring.seal(phone, GUARDIAN_PHONE_AT, sealed_as) if phone else None,
        "phone_digest": keyring.digest(f"phone:{phone}") if phone else None,
    }
