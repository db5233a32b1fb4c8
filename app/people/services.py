"""Every write to persons, set-wise: one statement for a whole import, print run or demo."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything
from app.core import locks
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Conflict
from app.core.queue import defer
from app.people.certificates import CertificateType, identity_key
from app.people.details import NOTHING, Details
from app.people.identity import Identity
from app.people.models import Person
from app.people.rules import initials, pinyin

NUMBER_AT, STATUS_NUMBER_AT, SOCIAL_CARD_AT = "person.number", "person.status_number", "person.social_card"
HOUSEHOLD_PLACE_AT = "person.household_place"
"""Where the secrets of a person are sealed."""
NUMBER_LOCK_BYTES = 7
"""How much of a digest names the lock of a number: fits a bigint, and nobody finds two numbers that share it."""

SORTING = "people.sort_names"
"""The job that brings names which wait into the index by which parts of names are found."""
MANY_NAMES = 5_000
ROOM_FOR_NAMES = "64MB"
"""How many names may wait in one transaction: a quarter of a million."""


@dataclass(frozen=True)
class NewPerson:
    """A person to be entered; the number is normalised and checked already."""

    certificate_type: CertificateType
    number: str | None
    name: str
    sex: str
    birth_date: date | None
    ethnicity: str | None = None
    is_demo: bool = False
    country: str | None = None
    details: Details = NOTHING


class StatusNumberTaken(Conflict):
    """Another person has this formal 学籍号, here or elsewhere; `count` says how many of the batch."""

    code = "status_number_taken"
    fields: ClassVar[Mapping[str, str]] = {"status_number": "status_number_in_use"}


class NumberTaken(Conflict):
    """A person with this certificate number is on file (here or elsewhere); `count` says how many of the batch."""

    code = "number_taken"


def enter(session: Session, actor: Actor, people: Sequence[NewPerson], *, keyring: Keyring) -> list[int]:
    """Enter persons and return their ids in the same order; raises `NumberTaken` when any number is on file."""
    if not people:
        return []
    rows = [_row(person, keyring) for person in people]
    digests = [row["number_digest"] for row in rows if row["number_digest"]]
    taken = session.scalars(
        everything(
            select(Person.id).where(Person.number_digest.in_(digests)),
            because="a number is on file once in the whole system; only the count leaves this function",
        ),
    ).all()
    doubles = len(digests) - len(set(digests))
    if taken or doubles:
        raise NumberTaken(count=len(taken) + doubles)
    made = insert(Person).returning(Person.id, sort_by_parameter_order=True)
    with refused(
        uq_person_number_digest=lambda: NumberTaken(count=1),
        uq_person_formal_status_number=lambda: StatusNumberTaken(count=1),
    ):
        return list(session.scalars(entering(made, Person, actor, Permission.STUDENT_CREATE), rows))


def sort_names_later(session: Session, count: int) -> None:
    """Before so many persons are entered: where they are many, let a job bring their names into the index afterwards.

    They are found meanwhile too, a little slower. Without the job whoever enters one person next would wait for all.
    """
    if count >= MANY_NAMES:
        session.execute(select(func.set_config("gin_pending_list_limit", ROOM_FOR_NAMES, True)))
        defer(session, SORTING, {})


def sort_names(session: Session) -> int:
    """Bring the names that wait into their index; returns how many pages of them there were."""
    return session.scalar(select(func.gin_clean_pending_list("ix_person_name_grams"))) or 0


def number_on_file(session: Session, kind: CertificateType, number: str, *, keyring: Keyring) -> tuple[int, str] | None:
    """The person a number is on file for, as id and name, or None; who asks must not show more than it may.

    Holds the number's lock until the transaction ends, so that of two who enter one number the second sees the first.
    """
    key = identity_key(kind, number)
    if key is None:
        return None
    digest = keyring.digest(key)
    locks.hold(session, locks.PERSON, [int.from_bytes(digest[:NUMBER_LOCK_BYTES], "big")])
    stmt = select(Person.id, Person.name).where(Person.number_digest == digest)
    found = session.execute(
        everything(stmt, because="a number is on file once in the whole system; the caller judges what may be said"),
    ).one_or_none()
    return (found.id, found.name) if found else None


def correct(
    session: Session,
    person_id: int,
    sealed_as: uuid.UUID,
    identity: Identity,
    *,
    details: Details | None = None,
    keyring: Keyring,
) -> None:
    """Write a corrected identity, and the details if given; the caller has locked the person through a row of its own.

    `sealed_as` is the person's own, under which its other secrets are sealed. Raises `NumberTaken` or
    `StatusNumberTaken` when a number belongs to somebody else.
    """
    key = identity_key(identity.certificate_type, identity.number) if identity.number else None
    stmt = (
        update(Person)
        .where(Person.id == person_id)
        .values(
            certificate_type=str(identity.certificate_type),
            number_sealed=keyring.seal(identity.number, NUMBER_AT, sealed_as) if identity.number else None,
            number_digest=keyring.digest(key) if key else None,
            name=identity.name,
            pinyin=pinyin(identity.name),
            initials=initials(identity.name),
            sex=identity.sex,
            birth_date=identity.birth_date,
            ethnicity=identity.ethnicity,
            country=identity.country,
            **(_details(details, sealed_as, keyring) if details else {}),
            version=Person.version + 1,
        )
    )
    with refused(
        uq_person_number_digest=lambda: NumberTaken(count=1),
        uq_person_formal_status_number=lambda: StatusNumberTaken(count=1),
    ):
        session.execute(everything(stmt, because="the person was locked through a student in the actor's scope"))


def _row(person: NewPerson, keyring: Keyring) -> dict[str, object]:
    sealed_as = uuid.uuid4()
    key = identity_key(person.certificate_type, person.number) if person.number else None
    return {
        "certificate_type": str(person.certificate_type),
        "sealed_as": sealed_as,
        "number_sealed": keyring.seal(person.number, NUMBER_AT, sealed_as) if person.number else None,
        "number_digest": keyring.digest(key) if key else None,
        "name": person.name,
        "pinyin": pinyin(person.name),
        "initials": initials(person.name),
        "sex": person.sex,
        "birth_date": person.birth_date,
        "ethnicity": person.ethnicity,
        "country": person.country,
        "is_demo": person.is_demo,
        **_details(person.details, sealed_as, keyring),
    }


def supplement(session: Session, person_id: int, given: Details, *, keyring: Keyring) -> None:
    """Write the details that are given to somebody on file and leave the others; the caller has locked the person.

    Raises `StatusNumberTaken`.
    """
    stmt = select(Person.sealed_as).where(Person.id == person_id)
    sealed_as = session.scalars(everything(stmt, because="the person is admitted by who asks")).one()
    known = {name for name, value in vars(given).items() if value is not None}
    columns = _details(given, sealed_as, keyring)
    values = {name: value for name, value in columns.items() if OF_DETAIL.get(name, name) in known}
    if not values:
        return
    change = update(Person).where(Person.id == person_id).values(**values, version=Person.version + 1)
    with refused(uq_person_formal_status_number=lambda: StatusNumberTaken(count=1)):
        session.execute(everything(change, because="the person is admitted by who asks"))


def details_of(person: Person, keyring: Keyring) -> Details:
    """The details of a person in clear; only for judging, masking and audited unmasking."""
    card, number, place = person.social_card_sealed, person.status_number_sealed, person.household_place_sealed
    return Details(
        keyring.open(number, STATUS_NUMBER_AT, person.sealed_as) if number else None,
        keyring.open(card, SOCIAL_CARD_AT, person.sealed_as) if card else None,
        person.overseas_status,
        person.household_type,
        person.political_status,
        person.health,
        person.nationality,
        keyring.open(place, HOUSEHOLD_PLACE_AT, person.sealed_as) if place else None,
    )


OF_DETAIL = {
    "status_number_kind": "status_number",
    "status_number_sealed": "status_number",
    "status_number_digest": "status_number",
    "social_card_sealed": "social_card_number",
    "household_place_sealed": "household_place",
}
"""Which detail a column belongs to, where the names differ."""


def _details(details: Details, sealed_as: uuid.UUID, keyring: Keyring) -> dict[str, object]:
    number, card, place = details.status_number, details.social_card_number, details.household_place
    return {
        "status_number_kind": number[0] if number else None,
        "status_number_sealed": keyring.seal(number, STATUS_NUMBER_AT, sealed_as) if number else None,
        "status_number_digest": keyring.digest(f"status:{number}") if number else None,
        "social_card_sealed": keyring.seal(card, SOCIAL_CARD_AT, sealed_as) if card else None,
        "overseas_status": details.overseas_status,
        "household_type": details.household_type,
        "nationality": details.nationality,
        "household_place_sealed": keyring.seal(place, HOUSEHOLD_PLACE_AT, sealed_as) if place else None,
        "political_status": details.political_status,
        "health": details.health,
    }
