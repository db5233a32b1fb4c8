"""The own contact, password and sessions; signing in by mobile number and by school and student number."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.accounts import queries, services, sign_in
from app.accounts.actors import actor_for
from app.accounts.models import LoginName
from app.accounts.rules import Contact, NameKind, NameTaken, NewAccount, NewGrant, WrongCredentials, WrongPassword
from app.core.db import Database
from app.core.errors import Invalid, NotFound, Stale
from tests.make.places import A, B, class_of
from tests.make.users import LONG, hired, row
from tests.world import KEYRING, World

NEWER = "twelve red brick walls"
PHONE = "13800138000"


@pytest.fixture
def teacher(session: Session) -> int:
    """A teacher of school A with a password."""
    made = hired(session, "li_jing", A, NewGrant("class_teacher", node_code=class_of(A, 1, 1)), password=LONG)
    session.commit()
    return made


def enter(database: Database, name: str, password: str = LONG, school_id: int | None = None) -> sign_in.SignedIn:
    return sign_in.sign_in(
        database,
        name=name,
        password=password,
        address="198.51.100.9",
        device="a test",
        school_id=school_id,
        keyring=KEYRING,
    )


def mobile(session: Session, world: World, account_id: int, contact: Contact) -> None:
    admin, version = world.actor(session, "school_admin"), row(session, account_id).version
    services.edit(session, admin, account_id=account_id, version=version, new=contact, keyring=KEYRING)
    session.commit()


def test_the_own_password_is_changed_only_with_the_present_one(
    database: Database, session: Session, teacher: int
) -> None:
    who = actor_for(session, teacher)
    with pytest.raises(WrongPassword):
        services.change_own_password(session, who, present="wrong", password=NEWER, keyring=KEYRING)
    services.change_own_password(session, who, present=LONG, password=NEWER, keyring=KEYRING)
    session.commit()
    assert enter(database, "li_jing", NEWER).account_id == teacher
    with pytest.raises(WrongCredentials):
        enter(database, "li_jing", LONG)


@pytest.mark.parametrize("password", ["123456", "li_jing", "li_jing_1", LONG])
def test_the_new_password_is_no_known_word_and_not_the_present_one(
    session: Session, teacher: int, password: str
) -> None:
    with pytest.raises(Invalid):
        services.change_own_password(
            session, actor_for(session, teacher), present=LONG, password=password, keyring=KEYRING
        )


def test_a_changed_password_ends_every_session(database: Database, session: Session, teacher: int) -> None:
    signed = enter(database, "li_jing")
    services.change_own_password(session, actor_for(session, teacher), present=LONG, password=NEWER, keyring=KEYRING)
    session.commit()
    assert database.transaction(lambda s: sign_in.account_of(s, signed.token)) is None


def test_the_own_sessions_are_listed_and_ended_one_by_one_or_all_others(
    database: Database, session: Session, teacher: int
) -> None:
    tokens = [enter(database, "li_jing").token for _ in range(3)]
    who = actor_for(session, teacher)
    rows = queries.sessions_of(session, who)
    assert len(rows) == 3
    first = next(one for one in rows if one.digest == sign_in.token_digest(tokens[0]))
    services.end_session(session, who, session_id=first.id)
    assert services.end_other_sessions(session, who, keep_token=tokens[2]) == 1
    session.commit()
    assert [sign_in.account_of(session, token) for token in tokens] == [None, None, teacher]


def test_a_session_of_somebody_else_is_not_found(
    database: Database, session: Session, world: World, teacher: int
) -> None:
    enter(database, "li_jing")
    theirs = queries.sessions_of(session, actor_for(session, teacher))[0].id
    with pytest.raises(NotFound):
        services.end_session(session, world.actor(session, "school_admin"), session_id=theirs)


def test_a_mobile_number_entered_with_a_reason_signs_in_and_is_stored_nowhere_in_clear(
    database: Database, session: Session, world: World, teacher: int
) -> None:
    mobile(session, world, teacher, Contact("李静", mobile=PHONE, mobile_reason="出示手机"))
    for typed in (PHONE, "138 0013 8000", "+86 138-0013-8000"):
        assert enter(database, typed).account_id == teacher
    stored = session.scalars(select(LoginName.name).where(LoginName.account_id == teacher)).all()
    assert PHONE not in stored
    assert len(stored) == 2


def test_a_mobile_number_without_a_reason_is_contact_only(
    database: Database, session: Session, world: World, teacher: int
) -> None:
    mobile(session, world, teacher, Contact("李静", mobile=PHONE))
    with pytest.raises(WrongCredentials):
        enter(database, PHONE)


def test_the_digest_of_a_mobile_number_is_no_name_to_type(
    database: Database, session: Session, world: World, teacher: int
) -> None:
    mobile(session, world, teacher, Contact("李静", mobile=PHONE, mobile_reason="出示手机"))
    stmt = select(LoginName.name).where(LoginName.account_id == teacher, LoginName.kind == NameKind.MOBILE)
    with pytest.raises(WrongCredentials):
        enter(database, session.scalars(stmt).one())


def test_a_new_mobile_number_takes_the_old_one_out_of_use(
    database: Database, session: Session, world: World, teacher: int
) -> None:
    mobile(session, world, teacher, Contact("李静", mobile=PHONE, mobile_reason="出示手机"))
    who, version = actor_for(session, teacher), row(session, teacher).version
    services.change_own_contact(
        session, who, version=version, email="", mobile="13912345678", drop_mobile=False, keyring=KEYRING
    )
    session.commit()
    for typed in (PHONE, "13912345678"):
        with pytest.raises(WrongCredentials):
            enter(database, typed)
    mobile(session, world, teacher, Contact("李静", mobile=PHONE, mobile_reason="换回"))
    assert enter(database, PHONE).account_id == teacher


def test_a_number_that_signs_in_another_account_is_refused(session: Session, world: World, teacher: int) -> None:
    other = hired(session, "other", A)
    mobile(session, world, teacher, Contact("李静", mobile=PHONE, mobile_reason="出示手机"))
    with pytest.raises(NameTaken) as taken:
        mobile(session, world, other, Contact("其他", mobile=PHONE, mobile_reason="出示手机"))
    assert taken.value.fields == {"mobile": "mobile_taken"}


def test_the_own_contact_from_an_old_page_is_stale(session: Session, teacher: int) -> None:
    with pytest.raises(Stale):
        services.change_own_contact(
            session,
            actor_for(session, teacher),
            version=0,
            email="a@b.cn",
            mobile="",
            drop_mobile=False,
            keyring=KEYRING,
        )


@pytest.mark.parametrize("email", ["x", "x@", "@x.cn", "a b@c.cn", "x@y"])
def test_what_is_no_address_is_refused(session: Session, teacher: int, email: str) -> None:
    who, version = actor_for(session, teacher), row(session, teacher).version
    with pytest.raises(Invalid) as refused:
        services.change_own_contact(
            session, who, version=version, email=email, mobile="", drop_mobile=False, keyring=KEYRING
        )
    assert refused.value.fields == {"email": "email_shape"}


def test_students_of_two_schools_may_have_the_same_number(database: Database, session: Session, world: World) -> None:
    made = {}
    for school in (A, B):
        grants = (NewGrant("student", person_id=world.of(school)[1].person_id),)
        new = NewAccount(
            "学生", school, "20260001", grants, school_id=world.nodes[school], kind=NameKind.STUDENT_NUMBER
        )
        made[school] = services.create(session, SYSTEM, new, password=LONG)
    session.commit()
    for school in (A, B):
        school_id = queries.school_of(session, typed=f"{school} whatever was shown")
        assert enter(database, "20260001", school_id=school_id).account_id == made[school]
    with pytest.raises(WrongCredentials):
        enter(database, "20260001")


def test_anybody_finds_schools_by_two_characters_and_nothing_else(session: Session) -> None:
    assert queries.find_schools(session, query="画") == []
    assert queries.find_schools(session, query="画眉") == [(A, "画眉中学")]
    assert queries.find_schools(session, query="THRU") == [(A, "画眉中学")]
    assert queries.find_schools(session, query="教育部") == []
    assert len(queries.find_schools(session, query="中学")) == 2


@pytest.mark.parametrize("typed", ["", "中学", "NO-SUCH x", "教育部", "CN"])
def test_what_names_no_single_school_is_none(session: Session, typed: str) -> None:
    assert queries.school_of(session, typed=typed) is None
