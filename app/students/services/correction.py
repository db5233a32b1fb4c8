"""编辑学生: correcting the fields of one student and of the person behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.changes.rules import Change, ChangeKind
from app.changes.services import in_both_books
from app.core import clock
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Invalid, NotFound, Stale
from app.core.events import tell
from app.people import services as people
from app.people.certificates import CertificateType, mask_number
from app.people.details import Details, following, judge_details, mask_status_number
from app.people.identity import Identity, TypedIdentity, judge
from app.people.models import Person
from app.people.rules import mask_address, mask_phone
from app.people.services import NUMBER_AT
from app.students.models import ADDRESS_AT, PHONE_AT, Student
from app.students.records import opened
from app.students.rules import (
    HasLeft,
    OnFileElsewhere,
    Particulars,
    StudentNumberTaken,
    StudentsCorrected,
    judge_particulars,
)
from app.students.services.registration import refuse_if_in_school
from app.students.services.turns import take_part


@dataclass(frozen=True)
class Held:
    """A student locked for correction, with the secrets in clear."""

    id: int
    person_id: int
    node_id: int
    tree_path: str
    person_sealed_as: uuid.UUID
    sealed_as: uuid.UUID
    identity: Identity
    particulars: Particulars
    details: Details


def correct(  # noqa: PLR0913  who, which, from which version, to what
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    version: int,
    typed: TypedIdentity,
    particulars: Particulars,
    details: Details | None = None,
    keyring: Keyring,
) -> None:
    """Correct a student and the person behind it; a secret that comes back as its own mask stays as it is.

    Without `details` those of the person stay. A temporary 学籍号 (L) becomes formal (G) with the resident ID number,
    and a formal one follows a corrected ID number.

    Raises `NotFound`, `HasLeft`, `Stale` with the present values, `Invalid`, `OnFileHere`, `OnFileElsewhere`,
    `StudentNumberTaken`, `StatusNumberTaken`.
    """
    held = _locked(session, actor, Permission.STUDENT_UPDATE, student_id, keyring, version)
    _apply(session, actor, _judged(session, held, typed, particulars, details), keyring)


def amend(  # noqa: PLR0913  who, whose, which fields, by which right
    session: Session,
    actor: Actor,
    *,
    student_id: int,
    changes: Mapping[str, Any],
    permission: Permission,
    keyring: Keyring,
    is_trial: bool = False,
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Change only these fields of a student, by another right than correcting; returns them before and after, masked.

    For what a student corrects alone and for change requests; fields that are not named stay as they are now. With
    `is_trial` nothing is written: it only judges. Raises as `correct`, but never `Stale`.
    """
    held = _locked(session, actor, permission, student_id, keyring)
    now = held.identity
    typed = TypedIdentity(
        now.name,
        str(now.certificate_type),
        now.number or "",
        now.sex,
        now.birth_date,
        now.ethnicity or "",
        now.country or "",
    )
    typed = replace(typed, **{name: value for name, value in changes.items() if hasattr(typed, name)})
    fields = {name: value for name, value in changes.items() if hasattr(held.particulars, name)}
    judged = _judged(session, held, typed, replace(held.particulars, **fields), None)
    if not is_trial:
        _apply(session, actor, judged, keyring)
    return judged.before, judged.after


@dataclass(frozen=True)
class Judged:
    """A correction that may be written: what it makes of a student, and which fields differ."""

    held: Held
    identity: Identity
    particulars: Particulars
    details: Details
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def _judged(
    session: Session, held: Held, typed: TypedIdentity, particulars: Particulars, details: Details | None
) -> Judged:
    today = clock.today(session)
    identity, problems = judge(_unmasked(typed, held.identity), today)
    judged, more = judge_particulars(_kept(particulars, held.particulars), today)
    known, wrong_details = judge_details(_known(held, details, identity), identity, today)
    if identity is None or more or wrong_details:
        raise Invalid(problems | more | wrong_details)
    before, after = _difference(held, identity, judged, known)
    return Judged(held, identity, judged, known, before, after)


def _apply(session: Session, actor: Actor, judged: Judged, keyring: Keyring) -> None:
    held = judged.held
    if not judged.after:
        return
    if (judged.identity, judged.details) != (held.identity, held.details):
        _write_person(session, actor, held, judged.identity, judged.details, keyring)
    _write_student(session, held, judged.particulars, keyring)
    _tell(session, actor, held, judged.identity.name, judged.before, judged.after)
    if {"student_number", "name"} & judged.after.keys():
        tell(session, actor, StudentsCorrected((held.id,)))


def _tell(
    session: Session,
    actor: Actor,
    held: Held,
    name: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    change = Change(
        ChangeKind.STUDENT_CORRECTED,
        held.node_id,
        held.tree_path,
        "student",
        held.id,
        name,
        person_id=held.person_id,
        before=before,
        after=after,
    )
    in_both_books(session, actor, "student:update", change)


def _locked(
    session: Session,
    actor: Actor,
    permission: Permission,
    student_id: int,
    keyring: Keyring,
    version: int | None = None,
) -> Held:
    take_part(session, [student_id])
    stmt = (
        select(Student, Person)
        .join(Person, Person.id == Student.person_id)
        .where(Student.id == student_id)
        .with_for_update()
    )
    row = session.execute(
        visible(stmt, Student, actor, permission, along=(Person,)),
        execution_options={"populate_existing": True},
    ).one_or_none()
    if row is None:
        raise NotFound(what="student")
    student, person = row
    held = _held(student, person, keyring)
    if version is not None and student.version != version:
        shown = _masked(held.identity, held.particulars, held.details)
        raise Stale(shown, student.version)
    if student.closed_on is not None:
        raise HasLeft
    return held


def _held(student: Student, person: Person, keyring: Keyring) -> Held:
    identity = Identity(
        CertificateType(person.certificate_type),
        opened(keyring, person.number_sealed, NUMBER_AT, person.sealed_as) or None,
        person.name,
        person.sex,
        person.birth_date,
        person.ethnicity,
        person.country,
    )
    particulars = Particulars(
        student.student_number,
        student.entry_date,
        student.expected_graduation_date,
        opened(keyring, student.phone_sealed, PHONE_AT, student.sealed_as) or None,
        opened(keyring, student.address_sealed, ADDRESS_AT, student.sealed_as) or None,
        student.boarding,
        student.class_roll_number,
        student.secondary_status_number,
        student.entry_mode,
        student.left_behind,
    )
    return Held(
        student.id,
        person.id,
        student.node_id,
        student.tree_path,
        person.sealed_as,
        student.sealed_as,
        identity,
        particulars,
        people.details_of(person, keyring),
    )


def _unmasked(typed: TypedIdentity, now: Identity) -> TypedIdentity:
    same = typed.certificate_type == now.certificate_type and typed.number.strip() == mask_number(now.number or "")
    return replace(typed, number=now.number or "") if same else typed


def _kept(typed: Particulars, now: Particulars) -> Particulars:
    phone, address = typed.phone or "", typed.address or ""
    same_phone = bool(now.phone) and phone.strip() == mask_phone(now.phone or "")
    same_address = bool(now.address) and address.strip() == mask_address(now.address or "")
    return replace(
        typed,
        phone=now.phone if same_phone else typed.phone,
        address=now.address if same_address else typed.address,
    )


def _known(held: Held, typed: Details | None, identity: Identity | None) -> Details:
    """The details meant: masks stand for what is there, and a 学籍号 follows the ID number it holds."""
    now = held.details
    if typed is None:
        typed = now
    number, card = (typed.status_number or "").strip(), (typed.social_card_number or "").strip()
    if now.status_number and number in {now.status_number, mask_status_number(now.status_number)}:
        number = (following(now.status_number, held.identity, identity) if identity else now.status_number) or ""
    if now.social_card_number and card == mask_number(now.social_card_number):
        card = now.social_card_number
    place = (typed.household_place or "").strip()
    if now.household_place and place == mask_address(now.household_place):
        place = now.household_place
    return replace(typed, status_number=number, social_card_number=card, household_place=place)


def _masked(identity: Identity, particulars: Particulars, details: Details) -> dict[str, Any]:
    shown = {**vars(identity), **vars(particulars), **vars(details)}
    return shown | {
        "certificate_type": str(identity.certificate_type),
        "number": mask_number(identity.number or ""),
        "phone": mask_phone(particulars.phone or ""),
        "address": mask_address(particulars.address or ""),
        "status_number": mask_status_number(details.status_number or ""),
        "social_card_number": mask_number(details.social_card_number or ""),
        "household_place": mask_address(details.household_place or ""),
    }


def _difference(
    held: Held,
    identity: Identity,
    particulars: Particulars,
    details: Details,
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The fields that differ, masked; a secret whose mask did not change is named all the same."""
    old = {**vars(held.identity), **vars(held.particulars), **vars(held.details)}
    new = {**vars(identity), **vars(particulars), **vars(details)}
    names = [name for name in new if old[name] != new[name]]
    before, after = _masked(held.identity, held.particulars, held.details), _masked(identity, particulars, details)
    return {n: _plain(before[n]) for n in names}, {n: _plain(after[n]) for n in names}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _write_person(
    session: Session,
    actor: Actor,
    held: Held,
    identity: Identity,
    details: Details,
    keyring: Keyring,
) -> None:
    if identity.number and (identity.certificate_type, identity.number) != (
        held.identity.certificate_type,
        held.identity.number,
    ):
        found = people.number_on_file(session, identity.certificate_type, identity.number, keyring=keyring)
        if found and found[0] != held.person_id:
            refuse_if_in_school(session, actor, found[0])
            raise OnFileElsewhere
    people.correct(session, held.person_id, held.person_sealed_as, identity, details=details, keyring=keyring)


def _write_student(session: Session, held: Held, new: Particulars, keyring: Keyring) -> None:
    values = {name: value for name, value in vars(new).items() if name not in {"phone", "address"}}
    if new.phone != held.particulars.phone:
        values["phone_sealed"] = keyring.seal(new.phone, PHONE_AT, held.sealed_as) if new.phone else None
        values["phone_digest"] = keyring.digest(f"phone:{new.phone}") if new.phone else None
    if new.address != held.particulars.address:
        values["address_sealed"] = keyring.seal(new.address, ADDRESS_AT, held.sealed_as) if new.address else None
    stmt = update(Student).where(Student.id == held.id).values(**values, version=Student.version + 1)
    with refused(uq_student_school_id_student_number=lambda: StudentNumberTaken(count=1)):
        session.execute(
            everything(stmt, because="the row was read and locked above within the actor's scope"),
            execution_options={"synchronize_session": False},
        )
