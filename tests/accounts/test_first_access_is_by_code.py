"""First access by an activation code: whose account, the own password, never a known one, signed in afterwards."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.accounts import services, sign_in
from app.accounts.rules import NewAccount, NewGrant, NotActive, WrongCredentials
from app.accounts.services.names import known_words
from app.codes.models import Code
from app.codes.rules import CodeUsed
from app.core.db import Database
from app.core.errors import Invalid
from tests.at_once import at_once, committed
from tests.make.places import A, class_of
from tests.make.users import LONG, digest_of, row
from tests.world import KEYRING, World


def opened(session: Session, role: str = "class_teacher", person_id: int | None = None) -> tuple[int, str]:
    grants = (NewGrant(role, node_code=class_of(A, 1, 1)),)
    new = NewAccount("周晓燕", A, "zhou_xiaoyan", grants, person_id=person_id, mobile="13800138000")
    account_id, code = services.open_account(session, SYSTEM, new, keyring=KEYRING)
    return account_id, code.text


def test_the_code_shows_whose_account_it_is(session: Session) -> None:
    _, code = opened(session)
    owner = services.owner_of(session, code, keyring=KEYRING)
    assert owner.name == "周晓燕"
    assert owner.place.endswith("画眉中学")


def test_the_owner_signs_in_with_the_own_password(database: Database, session: Session) -> None:
    account_id, code = opened(session)
    services.activate(session, code=code, password="eight888 ok", keyring=KEYRING)
    session.commit()
    signed = sign_in.sign_in(database, name="ZHOU_xiaoyan", password="eight888 ok", address="::1", device="t")
    assert signed.account_id == account_id
    assert row(session, account_id).activated_at is not None


def test_before_activation_nothing_opens_the_account(database: Database, session: Session) -> None:
    opened(session)
    session.commit()
    for password in ("", "123456", "zhou_xiaoyan"):
        with pytest.raises(WrongCredentials):
            sign_in.sign_in(database, name="zhou_xiaoyan", password=password, address="::1", device="t")


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("123456", "password_short"),
        ("12345678", "password_known"),
        ("zhou_xiaoyan", "password_known"),
        ("zhou_xiaoyan1", "password_known"),
        ("13800138000", "password_known"),
        ("13800138000a", "password_known"),
        ("aaaaaaaaaa", "password_known"),
        ("short", "password_short"),
        ("x" * 20 + "y" * 20 + "z" * 100, "password_long"),
    ],
)
def test_a_known_or_short_password_is_refused_and_the_code_lives_on(
    database: Database, session: Session, password: str, problem: str
) -> None:
    account_id, code = opened(session)
    session.commit()
    with pytest.raises(Invalid) as refused:
        database.transaction(lambda s: services.activate(s, code=code, password=password, keyring=KEYRING))
    assert refused.value.fields == {"password": problem}
    assert digest_of(session, account_id) == ""
    stmt = select(Code.state).where(Code.subject_id == account_id)
    assert session.scalars(everything(stmt, because="a test looks at everything")).one() == "issued"


def test_the_id_number_and_its_last_six_are_no_password(session: Session, world: World) -> None:
    pupil = world.of(A)[0]
    account_id, code = opened(session, person_id=pupil.person_id)
    words = known_words(session, account_id, KEYRING)
    number = next(word for word in words if len(word) == 18)
    assert {number[-6:], number[6:14]} <= set(words)
    for password in (number, number.lower(), f"{number[-6:]}ab", f"id{number[-6:]}", number[6:14]):
        with pytest.raises(Invalid) as refused, session.begin_nested():
            services.activate(session, code=code, password=password, keyring=KEYRING)
        assert refused.value.fields == {"password": "password_known"}


def test_twelve_characters_are_asked_of_the_higher_levels(session: Session) -> None:
    _, code = opened(session, role="college_officer")
    with pytest.raises(Invalid) as refused, session.begin_nested():
        services.activate(session, code=code, password="eight888 ok", keyring=KEYRING)
    assert refused.value.fields == {"password": "password_short"}
    services.activate(session, code=code, password=LONG, keyring=KEYRING)


def test_a_code_of_a_disabled_account_opens_nothing(session: Session, world: World) -> None:
    account_id, code = opened(session)
    admin = world.actor(session, "school_admin")
    services.disable(session, admin, account_id=account_id, version=row(session, account_id).version)
    with pytest.raises(NotActive), session.begin_nested():
        services.activate(session, code=code, password=LONG, keyring=KEYRING)
    services.enable(session, admin, account_id=account_id, version=row(session, account_id).version)
    services.activate(session, code=code, password=LONG, keyring=KEYRING)


@pytest.mark.committed
def test_of_two_who_activate_at_once_one_sets_the_password(database: Database) -> None:
    _, code = committed(database, opened)()

    def act(session: Session) -> int:
        return services.activate(session, code=code, password=LONG, keyring=KEYRING)

    outcomes = at_once(committed(database, act), committed(database, act))
    assert len([outcome for outcome in outcomes if isinstance(outcome, int)]) == 1
    assert len([outcome for outcome in outcomes if isinstance(outcome, CodeUsed)]) == 1
