"""W14: a student keeps some fields alone; locked ones are asked for and decided by who may."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import text

from app.access.permissions import Permission
from app.audit.models import Audit
from app.core.db import Database, Session
from app.core.errors import Invalid, NotFound, Stale
from app.core.workflow import WrongState
from app.people.certificates import check_digit
from app.profiles import queries, services
from app.profiles.models import ChangeRequest
from app.profiles.rules import Contact, NothingAsked, OwnRequest, RequestWaiting
from app.profiles.workflow import REQUEST, RequestState
from app.students import records
from tests.at_once import at_once, committed
from tests.make.places import A
from tests.world import KEYRING, World

READ, REVIEW = Permission.STUDENT_READ, Permission.CHANGE_REQUEST_REVIEW
CONTACT = Contact("画眉爸", "13800009999")
NUMBER = "36010220130901777"


def student_of(world: World) -> int:
    """The cast's student."""
    return world.of(A)[0].student_id


def keep(session: Session, world: World, who: str = "student", **changed: Any) -> tuple[str, ...]:  # noqa: ANN401
    """Keep a basic record as the family."""
    values = {"version": 0, "phone": "13800001111", "address": "东湖区1号", "contact": CONTACT, **changed}
    actor = world.actor(session, who)
    return services.keep(session, actor, student_id=student_of(world), keyring=KEYRING, **values)


def ask(session: Session, world: World, who: str = "student", **wanted: object) -> int:
    """Ask for a change as somebody of the cast."""
    actor = world.actor(session, who)
    return services.ask(session, actor, student_id=student_of(world), wanted=wanted, reason="登记有误", keyring=KEYRING)


def decide(
    session: Session, world: World, request_id: int, *, approve: bool = True, opinion: str = "", who: str = "counsellor"
) -> None:
    """Decide about a request from the version it has."""
    version = found(session, world, request_id).version
    services.decide(
        session,
        world.actor(session, who),
        request_id=request_id,
        version=version,
        approve=approve,
        opinion=opinion,
        keyring=KEYRING,
    )


def found(session: Session, world: World, request_id: int) -> ChangeRequest:
    """The request as it stands in the database."""
    session.expire_all()
    row: ChangeRequest = queries.request(session, world.actor(session, "school_admin"), READ, request_id=request_id)[0]
    return row


def record(session: Session, world: World) -> records.Record:
    """The student's record as it stands."""
    session.expire_all()
    actor = world.actor(session, "school_admin")
    return records.record_of(session, actor, READ, student_id=student_of(world), keyring=KEYRING)


@pytest.mark.parametrize("who", ["student", "guardian"])
def test_a_family_keeps_phone_address_and_contact(who: str, session: Session, world: World) -> None:
    assert keep(session, world, who) == ("entry_date", "expected_graduation_date")
    assert record(session, world).phone == "138****1111"
    actor = world.actor(session, who)
    profile = queries.profile_of(session, actor, READ, student_id=student_of(world), keyring=KEYRING)
    assert profile == queries.Profile(Contact("画眉爸", "138****9999"), is_complete=False, version=1)


def test_a_record_is_complete_once_nothing_is_missing(session: Session, world: World) -> None:
    days = "UPDATE student SET entry_date = '2026-09-01', expected_graduation_date = '2029-06-30' WHERE id = :id"
    session.connection().execute(text(days), {"id": student_of(world)})
    assert keep(session, world) == ()
    assert queries.is_complete(session, student_of(world))
    assert keep(session, world, version=1, contact=Contact("", "")) == ("contact_name", "contact_phone")
    assert not queries.is_complete(session, student_of(world))


def test_a_masked_number_stays_what_it_is(session: Session, world: World) -> None:
    keep(session, world)
    keep(session, world, version=1, phone="138****1111", contact=Contact("画眉妈", "138****9999"))
    actor = world.actor(session, "student")
    profile = queries.profile_of(session, actor, READ, student_id=student_of(world), keyring=KEYRING)
    assert (profile.contact, record(session, world).phone) == (Contact("画眉妈", "138****9999"), "138****1111")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"phone": "123"}, "phone"),
        ({"contact": Contact("画眉爸", "")}, "contact_phone"),
        ({"contact": Contact("", "13800009999")}, "contact_name"),
        ({"contact": Contact("画眉爸", "12")}, "contact_phone"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(
    changed: dict[str, Any], field: str, session: Session, world: World
) -> None:
    with pytest.raises(Invalid) as refused:
        keep(session, world, **changed)
    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("who", ["counsellor", "school_admin", "class_teacher", "school_admin_b", "root_admin"])
def test_nobody_but_the_family_keeps_a_basic_record(who: str, session: Session, world: World) -> None:
    with pytest.raises(NotFound):
        keep(session, world, who)


def test_a_page_out_of_date_keeps_nothing(session: Session, world: World) -> None:
    keep(session, world)
    with pytest.raises(Stale):
        keep(session, world)


@pytest.mark.parametrize("who", ["student", "guardian", "counsellor", "class_teacher"])
def test_a_locked_field_is_asked_for_and_nothing_is_changed_yet(who: str, session: Session, world: World) -> None:
    request_id = ask(session, world, who, name="画眉新", ethnicity="01")
    row = found(session, world, request_id)
    assert (row.state, row.wanted["name"], row.before["name"]) == ("asked", "画眉新", world.of(A)[0].name)
    assert record(session, world).name == world.of(A)[0].name


def test_a_certificate_number_that_is_asked_for_is_kept_sealed_and_shown_masked(session: Session, world: World) -> None:
    number = NUMBER + check_digit(NUMBER)
    row = found(session, world, ask(session, world, number=number))
    assert number not in repr((row.wanted, row.before))
    assert row.wanted["number"] == "360102********" + number[-4:]
    decide(session, world, row.id)
    assert record(session, world).certificate == "360102********" + number[-4:]


def test_the_counsellor_approves_and_the_record_changes_in_that_name(
    session: Session, world: World, acts: Callable[[], list[Audit]]
) -> None:
    request_id = ask(session, world, name="画眉新", entry_date=date(2026, 9, 1))
    decide(session, world, request_id, opinion="属实")
    assert (record(session, world).name, record(session, world).entry_date) == ("画眉新", date(2026, 9, 1))
    row = found(session, world, request_id)
    assert (row.state, row.opinion, row.decided_by) == ("approved", "属实", world.accounts["counsellor"])
    lines = {line.act: line.account_id for line in acts()}
    assert lines["student:update"] == lines["change_request:approve"] == world.accounts["counsellor"]


def test_a_request_is_declined_with_an_opinion_and_nothing_changes(session: Session, world: World) -> None:
    request_id = ask(session, world, name="画眉新")
    with pytest.raises(Invalid):
        decide(session, world, request_id, approve=False)
    decide(session, world, request_id, approve=False, opinion="与证件不符")
    assert record(session, world).name == world.of(A)[0].name
    assert found(session, world, request_id).opinion == "与证件不符"
    assert ask(session, world, name="画眉新") > request_id


def test_one_request_waits_at_a_time_and_is_taken_back_by_who_asked(session: Session, world: World) -> None:
    request_id = ask(session, world, name="画眉新")
    with pytest.raises(RequestWaiting), session.begin_nested():
        ask(session, world, "guardian", ethnicity="02")
    student, guardian = world.actor(session, "student"), world.actor(session, "guardian")
    with pytest.raises(NotFound):
        services.withdraw(session, guardian, request_id=request_id, version=1)
    services.withdraw(session, student, request_id=request_id, version=1)
    assert found(session, world, request_id).state == "withdrawn"
    with pytest.raises(WrongState):
        decide(session, world, request_id)


def test_a_request_for_no_change_or_an_impossible_one_is_refused(session: Session, world: World) -> None:
    with pytest.raises(NothingAsked):
        ask(session, world, name=world.of(A)[0].name)
    with pytest.raises(NothingAsked):
        ask(session, world, phone="13800002222")
    with pytest.raises(Invalid):
        ask(session, world, number="360102201309010011")


@pytest.mark.parametrize("who", ["school_admin_b", "unit_operator"])
def test_others_neither_ask_nor_decide(who: str, session: Session, world: World) -> None:
    request_id = ask(session, world, name="画眉新")
    with pytest.raises(NotFound):
        decide(session, world, request_id, who=who)
    with pytest.raises(NotFound):
        ask(session, world, who, name="别人")


@pytest.mark.parametrize("who", ["student", "guardian", "college_officer"])
def test_who_may_not_review_decides_nothing(who: str, session: Session, world: World) -> None:
    request_id = ask(session, world, name="画眉新")
    with pytest.raises(NotFound):
        decide(session, world, request_id, who=who)


def test_nobody_decides_about_what_they_asked_themselves(session: Session, world: World) -> None:
    request_id = ask(session, world, "counsellor", name="画眉新")
    with pytest.raises(OwnRequest):
        decide(session, world, request_id)
    decide(session, world, request_id, who="school_admin")


@pytest.mark.committed
def test_two_who_decide_at_once_decide_once(database: Database, session: Session, world: World) -> None:
    with database.sessions.begin() as other:
        request_id = ask(other, world, name="画眉新")
    actors = [world.actor(session, who) for who in ("counsellor", "school_admin")]
    session.rollback()

    def decision(actor: Any) -> Callable[[], None]:  # noqa: ANN401
        def act(other: Session) -> None:
            services.decide(other, actor, request_id=request_id, version=1, approve=True, opinion="", keyring=KEYRING)

        return committed(database, act)

    outcomes = at_once(*(decision(actor) for actor in actors))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType", "WrongState"]


def test_the_life_of_a_request_ends_everywhere() -> None:
    assert REQUEST.reachable() == frozenset(RequestState)
    assert [state for state in RequestState if REQUEST.events(state)] == [RequestState.ASKED]
