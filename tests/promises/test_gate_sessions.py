"""A cookie opens exactly what its account may do now, in every process, and nothing once its session has ended."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import delete, insert, select, text, update

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts.models import Account
from app.accounts.rules import STAFF_IDLE, STAFF_LONGEST, NewGrant
from app.accounts.seed import known_permissions
from app.accounts.services import grant, set_password
from app.core.clock import now
from app.core.db import Base, Database, Session
from tests.cluster import Cluster
from tests.make.places import A, class_of
from tests.make.stage import Stage, stage_of
from tests.make.visits import HOST, browser, open_session

held = Base.metadata.tables["ab_permission_view_role"]
PASSWORD = "correct horse battery"
MINUTE = timedelta(minutes=1)
SIGNED_OUT, LET_IN, CLOSED = 302, 200, 403
BESIDE_THE_ID = {"_fresh", "_permanent", "csrf_token", "locale"}


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def apps(stage: Stage) -> tuple[Flask, Flask]:
    """Two processes over one database, as far as the program can tell: nothing in memory is shared on purpose."""
    return stage.app(), stage.app()


@pytest.fixture
def clock(stage: Stage) -> Iterator[Stage]:
    """A clock that may be set; it runs by itself again afterwards."""
    yield stage
    stage.database.transaction(lambda session: session.execute(text("DELETE FROM clock_of_tests.stands")))


def _stand(database: Database, moment: datetime) -> None:
    def work(session: Session) -> None:
        session.execute(text("DELETE FROM clock_of_tests.stands"))
        session.execute(text("INSERT INTO clock_of_tests.stands VALUES (:at)"), {"at": moment})

    database.transaction(work)


def _students(client: FlaskClient) -> int:
    return client.get("/students/", base_url=HOST).status_code


def _both(apps: tuple[Flask, Flask], stage: Stage, who: str) -> tuple[FlaskClient, FlaskClient]:
    token = open_session(stage.database, stage.world.accounts[who])
    first, second = (browser(app, token) for app in apps)
    assert [_students(first), _students(second)] == [LET_IN, LET_IN]
    return first, second


def _as_system(stage: Stage, work: object) -> None:
    def bound(session: Session) -> None:
        bind(session, SYSTEM)
        assert callable(work)
        work(session)

    stage.database.transaction(bound)


def _sign_in(app: Flask, stage: Stage, who: str) -> FlaskClient:
    """Sign in as a person does, with the form and its token."""
    account = stage.world.accounts[who]
    _as_system(stage, lambda session: set_password(session, account, PASSWORD, level=5))
    client = app.test_client()
    client.get("/login/", base_url=HOST)
    with client.session_transaction(base_url=HOST) as cookie:
        cookie["left behind"] = "by whoever sat here before"
        token = _token_of(app, cookie.get("csrf_token", ""))
    form = {"name": who, "password": PASSWORD, "csrf_token": token}
    assert client.post("/login/", data=form, base_url=HOST).status_code == SIGNED_OUT
    return client


def _token_of(app: Flask, secret: str) -> str:
    return str(URLSafeTimedSerializer(app.secret_key or "", salt="wtf-csrf-token").dumps(secret))


def _cookie(client: FlaskClient) -> str:
    cookie = client.get_cookie("sid", domain="localhost")
    assert cookie is not None
    return cookie.value


def _opened(app: Flask, value: str) -> dict[str, object]:
    serializer = SecureCookieSessionInterface().get_signing_serializer(app)
    assert serializer is not None
    content: dict[str, object] = serializer.loads(value)
    return content


def test_a_cookie_holds_a_random_id_and_nothing_of_the_account(apps: tuple[Flask, Flask], stage: Stage) -> None:
    client = _sign_in(apps[0], stage, "student_affairs")
    assert _students(client) == LET_IN
    content = _opened(apps[0], _cookie(client))
    assert set(content) - {"_user_id"} <= BESIDE_THE_ID
    token = str(content["_user_id"])
    assert len(token) >= 40
    again = _opened(apps[0], _cookie(_sign_in(apps[0], stage, "student_affairs")))
    assert again["_user_id"] != token
    with stage.database.engine.connect() as connection:
        stored = connection.scalar(text("SELECT string_agg(t::text, ' ') FROM account_session t"))
    assert token not in stored


def test_the_cookie_is_kept_from_scripts_and_other_sites(apps: tuple[Flask, Flask]) -> None:
    answer = apps[0].test_client().get("/login/", base_url=HOST)
    (cookie,) = [value for value in answer.headers.getlist("Set-Cookie") if value.startswith("sid=")]
    assert {"HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


def test_signing_in_keeps_nothing_that_was_in_the_browser_before(apps: tuple[Flask, Flask], stage: Stage) -> None:
    client = apps[0].test_client()
    client.get("/login/", base_url=HOST)
    before = _opened(apps[0], _cookie(client))
    after = _opened(apps[0], _cookie(_sign_in(apps[0], stage, "college_officer")))
    assert "left behind" not in after
    assert after.get("csrf_token") != before["csrf_token"]


def test_a_copy_of_a_cookie_opens_nothing_after_signing_out(apps: tuple[Flask, Flask], stage: Stage) -> None:
    client = _sign_in(apps[0], stage, "counsellor")
    copies = [app.test_client() for app in apps]
    for copy in copies:
        copy.set_cookie("sid", _cookie(client), domain="localhost")
        assert _students(copy) == LET_IN
    client.get("/orgs/", base_url=HOST)
    token = _token_of(apps[0], str(_opened(apps[0], _cookie(client)).get("csrf_token", "")))
    assert client.post("/logout/", data={"csrf_token": token}, base_url=HOST).status_code == SIGNED_OUT
    assert [_students(copy) for copy in copies] == [SIGNED_OUT, SIGNED_OUT]
    assert _students(client) == SIGNED_OUT


def test_a_new_grant_ends_the_sessions_in_every_process(apps: tuple[Flask, Flask], stage: Stage) -> None:
    clients = _both(apps, stage, "class_teacher")
    wanted = NewGrant("class_teacher", node_code=class_of(A, 1, 2))
    _as_system(stage, lambda session: grant(session, SYSTEM, stage.world.accounts["class_teacher"], wanted))
    assert [_students(client) for client in clients] == [SIGNED_OUT, SIGNED_OUT]


@pytest.mark.parametrize("state", ["disabled", "deregistered"])
def test_an_account_that_is_shut_is_refused_at_its_next_click(
    state: str, apps: tuple[Flask, Flask], stage: Stage
) -> None:
    clients = _both(apps, stage, "county_admin")
    _set(stage, "county_admin", state=state)
    assert [_students(client) for client in clients] == [SIGNED_OUT, SIGNED_OUT]
    _set(stage, "county_admin", state="active")


def test_a_rise_of_the_epoch_ends_the_sessions_in_every_process(apps: tuple[Flask, Flask], stage: Stage) -> None:
    clients = _both(apps, stage, "school_admin")
    _set(stage, "school_admin", session_epoch=Account.session_epoch + 1)
    assert [_students(client) for client in clients] == [SIGNED_OUT, SIGNED_OUT]


def _set(stage: Stage, who: str, **values: object) -> None:
    stmt = update(Account).where(Account.id == stage.world.accounts[who]).values(**values)
    _as_system(stage, lambda session: session.execute(everything(stmt, because="a test changes an account")))


def test_what_a_role_may_do_is_asked_anew_at_every_click(apps: tuple[Flask, Flask], stage: Stage) -> None:
    clients = _both(apps, stage, "class_admin")

    def take_away(session: Session) -> None:
        ids = known_permissions(session)
        session.execute(delete(held).where(held.c.permission_view_id == ids[Permission.STUDENT_READ]))

    def give_back(session: Session) -> None:
        rows = [{"role_id": role_id, "permission_view_id": view_id} for role_id, view_id in taken]
        session.execute(insert(held), rows)

    ids = stage.database.transaction(known_permissions)
    student_read = ids[Permission.STUDENT_READ]
    with stage.database.sessions() as session:
        taken = session.execute(
            select(held.c.role_id, held.c.permission_view_id).where(held.c.permission_view_id == student_read)
        ).all()
    _as_system(stage, take_away)
    assert [_students(client) for client in clients] == [CLOSED, CLOSED]
    _as_system(stage, give_back)
    assert [_students(client) for client in clients] == [LET_IN, LET_IN]


def test_a_session_ends_when_it_is_idle_too_long(apps: tuple[Flask, Flask], clock: Stage) -> None:
    start = clock.database.transaction(now)
    first, second = _both(apps, clock, "class_set_admin")
    for step in (1, 2, 3):
        _stand(clock.database, start + step * (STAFF_IDLE - MINUTE))
        assert _students(first if step % 2 else second) == LET_IN
    _stand(clock.database, start + 3 * (STAFF_IDLE - MINUTE) + STAFF_IDLE + MINUTE)
    assert [_students(first), _students(second)] == [SIGNED_OUT, SIGNED_OUT]


def test_a_session_ends_at_its_latest_time_however_much_it_is_used(apps: tuple[Flask, Flask], clock: Stage) -> None:
    start = clock.database.transaction(now)
    first, second = _both(apps, clock, "class_set_admin")
    moment = start
    while moment + STAFF_IDLE - MINUTE < start + STAFF_LONGEST:
        moment += STAFF_IDLE - MINUTE
        _stand(clock.database, moment)
        assert _students(first) == LET_IN
    _stand(clock.database, start + STAFF_LONGEST + MINUTE)
    assert [_students(first), _students(second)] == [SIGNED_OUT, SIGNED_OUT]
