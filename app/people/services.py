"""Every write to persons, set-wise: one statement for a whole import, print run or demo."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import entering, everything
from app.core.crypto import Keyring
from app.core.db import refused
from app.core.errors import Conflict
from app.people.certificates import CertificateType, identity_key
from app.people.models import Person
from app.people.rules import initials, pinyin

NUMBER_AT = "person.number"


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
    with refused(uq_person_number_digest=lambda: NumberTaken(count=1)):
        return list(session.scalars(entering(made, Person, actor, Permission.STUDENT_CREATE), rows))


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
        "is_demo": person.is_demo,
    }
