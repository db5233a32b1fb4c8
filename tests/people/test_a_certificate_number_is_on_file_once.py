"""Entering persons: numbers sealed, found again by digest, and each on file once in the whole system."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import func, select, text

from app.access.actor import SYSTEM
from app.access.permissions import Permission
from app.access.roles import ROLES
from app.access.scope import everything, visible
from app.core.db import Database, Session
from app.core.errors import NotAllowed
from app.people.certificates import CertificateType
from app.people.models import Person
from app.people.services import NUMBER_AT, NewPerson, NumberTaken, enter
from tests.at_once import at_once, committed
from tests.conftest import CountStatements
from tests.crowd import strangers
from tests.make.places import A, B
from tests.stage import TEST
from tests.world import KEYRING, World

OTHERS = sorted(role.code for role in ROLES if Permission.STUDENT_CREATE not in role.permissions)


def stored(session: Session, ids: list[int]) -> list[Person]:
    """The persons of these ids, in their order."""
    stmt = select(Person).where(Person.id.in_(ids)).order_by(Person.id)
    return list(session.scalars(everything(stmt, because=TEST)))


def test_persons_come_back_in_the_order_they_were_entered_in(session: Session) -> None:
    people = [replace(person, name=f"某{n}") for n, person in zip("甲乙丙", strangers(3), strict=True)]
    ids = enter(session, SYSTEM, people, keyring=KEYRING)
    names = {person.id: person.name for person in stored(session, ids)}
    assert [names[i] for i in ids] == ["某甲", "某乙", "某丙"]


def test_the_number_is_sealed_for_its_row_and_found_by_its_digest_alone(session: Session) -> None:
    (new,) = strangers(1, name="单小明")
    (person,) = stored(session, enter(session, SYSTEM, [new], keyring=KEYRING))
    assert new.number is not None
    assert person.number_sealed is not None
    assert KEYRING.open(person.number_sealed, NUMBER_AT, person.sealed_as) == new.number
    assert new.number.encode() not in person.number_sealed + (person.number_digest or b"")
    assert (person.pinyin, person.initials, person.sex, person.birth_date) == (
        "shan xiao ming",
        "sxm",
        "1",
        new.birth_date,
    )


def test_a_person_without_a_number_has_neither_seal_nor_digest(session: Session) -> None:
    nameless = [NewPerson(CertificateType.OTHER, None, "无证", "0", None)] * 2
    found = stored(session, enter(session, SYSTEM, nameless, keyring=KEYRING))
    assert [(person.number_sealed, person.number_digest) for person in found] == [(None, None)] * 2


def test_nobody_to_enter_enters_nobody(session: Session) -> None:
    assert enter(session, SYSTEM, [], keyring=KEYRING) == []


@pytest.mark.parametrize("school", [A, B])
def test_a_number_on_file_anywhere_is_refused_with_the_count_alone(
    session: Session,
    world: World,
    school: str,
) -> None:
    known = NewPerson(CertificateType.RESIDENT_ID, world.of(school)[0].certificate, "别人", "1", None)
    with pytest.raises(NumberTaken) as refusal:
        enter(session, world.actor(session, "school_admin"), [*strangers(2), known], keyring=KEYRING)
    assert refusal.value.facts == {"count": 1}


def test_one_number_twice_in_a_list_is_refused(session: Session) -> None:
    (person,) = strangers(1)
    with pytest.raises(NumberTaken) as refusal:
        enter(session, SYSTEM, [person, replace(person, name="别人")], keyring=KEYRING)
    assert refusal.value.facts == {"count": 1}


def test_register_permit_and_card_share_one_number(session: Session) -> None:
    (person,) = strangers(1)
    enter(session, SYSTEM, [person], keyring=KEYRING)
    again = replace(person, certificate_type=CertificateType.HOUSEHOLD_REGISTER)
    with pytest.raises(NumberTaken):
        enter(session, SYSTEM, [again], keyring=KEYRING)


@pytest.mark.parametrize("role", OTHERS)
def test_who_does_not_hold_it_enters_nobody(session: Session, world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        enter(session, world.actor(session, role), strangers(1), keyring=KEYRING)


def test_a_person_entered_is_seen_by_nobody_below_before_the_admission(session: Session, world: World) -> None:
    actor = world.actor(session, "school_admin")
    ids = enter(session, actor, strangers(1), keyring=KEYRING)
    seen = visible(select(Person.id).where(Person.id.in_(ids)), Person, actor, Permission.STUDENT_READ)
    assert session.scalars(seen).all() == []


def test_many_persons_take_as_many_statements_as_one(session: Session, statements: CountStatements) -> None:
    counts = []
    for number in (1, 200):
        with statements() as sent:
            assert len(enter(session, SYSTEM, strangers(number), keyring=KEYRING)) == number
        counts.append(len(sent))
    assert counts[0] == counts[1] == 2


@pytest.mark.committed
def test_one_number_entered_by_many_at_once_is_on_file_once(database: Database) -> None:
    people = strangers(3)
    entering = committed(database, lambda session: enter(session, SYSTEM, people, keyring=KEYRING))
    outcomes = at_once(*[entering] * 6)
    assert sum(isinstance(outcome, list) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NumberTaken) for outcome in outcomes) == 5
    with database.sessions() as session:
        count = select(func.count()).select_from(Person).where(Person.name == people[0].name)
        assert session.scalar(everything(count, because=TEST)) == 3


@pytest.mark.parametrize("what", ["sex = '3'", "name = ''", "number_digest = NULL"])
def test_a_person_that_contradicts_itself_cannot_be_stored(session: Session, what: str) -> None:
    with pytest.raises(Exception, match="ck_person_"):
        session.connection().execute(text(f"UPDATE person SET {what}"))
