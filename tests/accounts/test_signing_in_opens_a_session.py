"""Signing in: the right name and password open a session; everything else is answered the same, whatever is wrong."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select, text

from app.access.actor import SYSTEM
from app.accounts.models import AccountSession
from app.accounts.rules import NameKind, NewAccount, WrongCredentials
from app.accounts.services import create, set_password
from app.accounts.sign_in import account_of, token_digest
from app.core.db import Database, Session
from app.orgs.models import OrgNode
from tests.accounts.doors import PASSWORD, enter, give_password
from tests.make.places import A, B, class_of
from tests.world import World

pytestmark = pytest.mark.usefixtures("cheap_refusals")

FindNode = Callable[[str], OrgNode]


@pytest.fixture(autouse=True)
def _password(session: Session, world: World) -> None:
    give_password(session, world, "school_admin")


@pytest.mark.parametrize("name", ["school_admin", "SCHOOL_ADMIN", "  School_admin "])
def test_name_and_password_open_a_session_of_that_account(
    database: Database,
    session: Session,
    world: World,
    name: str,
) -> None:
    entered = enter(database, name)
    assert entered.account_id == world.accounts["school_admin"]
    assert entered.locale == "zh_Hans_CN"
    assert account_of(session, entered.token) == entered.account_id


def test_the_database_keeps_a_digest_and_never_the_cookies_id(database: Database, session: Session) -> None:
    entered = enter(database)
    stored = session.scalars(select(AccountSession).where(AccountSession.account_id == entered.account_id)).one()
    assert stored.digest == token_digest(entered.token)
    assert entered.token not in str(vars(stored))
    assert len(entered.token) >= 43


def test_every_sign_in_has_an_id_of_its_own(database: Database) -> None:
    assert len({enter(database).token for _ in range(5)}) == 5


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("school_admin", "wrong"),
        ("school_admin", ""),
        ("school_admin", PASSWORD.upper()),
        ("school_admin", f"{PASSWORD} "),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("%", PASSWORD),
        ("school_admin\x00", PASSWORD),
        ("x" * 100_000, PASSWORD),
        ("class_teacher", ""),
        ("class_teacher", PASSWORD),
    ],
)
def test_what_is_wrong_is_not_told(database: Database, name: str, password: str) -> None:
    with pytest.raises(WrongCredentials) as refusal:
        enter(database, name, password)
    assert refusal.value.facts == {}


@pytest.mark.parametrize("state", ["disabled", "deregistered"])
def test_an_account_out_of_use_is_answered_as_a_wrong_password(
    database: Database,
    session: Session,
    world: World,
    state: str,
) -> None:
    stmt = text("UPDATE account SET state = :state WHERE id = :id")
    session.connection().execute(stmt, {"state": state, "id": world.accounts["school_admin"]})
    session.commit()
    with pytest.raises(WrongCredentials):
        enter(database)


def test_a_retired_name_is_answered_as_a_wrong_password(database: Database, session: Session) -> None:
    session.connection().execute(text("UPDATE login_name SET retired_at = now()"))
    session.commit()
    with pytest.raises(WrongCredentials):
        enter(database)


def test_a_student_number_opens_only_with_its_school(
    database: Database,
    session: Session,
    node: FindNode,
) -> None:
    schools = {code: node(code).id for code in (A, B)}
    ids = {}
    for code, password in ((A, PASSWORD), (B, "sun over the hill")):
        new = NewAccount(
            "学生", class_of(code, 1, 1), "2026001", (), school_id=schools[code], kind=NameKind.STUDENT_NUMBER
        )
        ids[code] = create(session, SYSTEM, new, password=password)
    session.commit()
    assert enter(database, "2026001", school_id=schools[A]).account_id == ids[A]
    for school_id in (schools[B], None, 10**9):
        with pytest.raises(WrongCredentials):
            enter(database, "2026001", school_id=school_id)


def test_a_new_password_opens_and_the_old_one_and_its_sessions_are_dead(
    database: Database,
    session: Session,
    world: World,
) -> None:
    entered = enter(database)
    set_password(session, world.accounts["school_admin"], "sun over the hill", level=5)
    session.commit()
    assert account_of(session, entered.token) is None
    with pytest.raises(WrongCredentials):
        enter(database)
    assert account_of(session, enter(database, password="sun over the hill").token) == entered.account_id


def test_a_password_typed_in_another_unicode_form_opens_as_well(
    database: Database,
    session: Session,
    world: World,
) -> None:
    set_password(session, world.accounts["school_admin"], "caf\u00e9 \u00fcber alles", level=5)
    session.commit()
    assert enter(database, password="cafe\u0301 u\u0308ber alles").account_id == world.accounts["school_admin"]
