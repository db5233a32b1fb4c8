"""A right password that is too short for the roles of now opens nothing until a longer one is chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text
from werkzeug.security import generate_password_hash

from app.access.actor import SYSTEM
from app.accounts.rules import NewGrant
from app.accounts.services import grant
from tests.make.places import A
from tests.make.visits import HOST
from tests.users.conftest import CHEAP

if TYPE_CHECKING:
    from flask.testing import FlaskClient
    from werkzeug.test import TestResponse

    from app.core.db import Session
    from tests.users.conftest import Site

SHORT, LONG = "moonlake", "moon over the lake"
WHO = "class_teacher"


def give(site: Site, password: str) -> None:
    """Let a class teacher, whose level asks for eight characters, sign in with a password."""
    stmt = "UPDATE ab_user SET password = :digest WHERE id = (SELECT user_id FROM account WHERE id = :id)"
    values = {"digest": generate_password_hash(password, CHEAP), "id": site.world.accounts[WHO]}
    site.database.transaction(lambda session: session.connection().execute(text(stmt), values))


def promote(site: Site) -> None:
    """Give the class teacher a role that asks for twelve."""

    def act(session: Session) -> None:
        grant(session, SYSTEM, site.world.accounts[WHO], NewGrant("school_admin", node_code=A))

    site.database.transaction(act)


def enter(client: FlaskClient, password: str, path: str = "/login/") -> TestResponse:
    """Send the sign-in form."""
    return client.post(path, data={"name": WHO, "password": password}, base_url=HOST)


def renew(client: FlaskClient, present: str = SHORT, new: str = LONG, again: str | None = None) -> TestResponse:
    """Send the form that sets a longer password."""
    form = {"name": WHO, "present": present, "password": new, "password_again": new if again is None else again}
    return client.post("/login/renew?next=/settings/", data=form, base_url=HOST)


def is_in(client: FlaskClient) -> bool:
    """Whether this browser is signed in."""
    return client.get("/settings/", base_url=HOST).status_code == 200


@pytest.fixture(name="client")
def _client(site: Site) -> FlaskClient:
    give(site, SHORT)
    return site.stranger()


def test_before_the_role_comes_eight_characters_are_enough(client: FlaskClient) -> None:
    assert enter(client, SHORT).status_code == 302
    assert is_in(client)


def test_after_it_has_come_a_longer_one_is_asked_for_and_nothing_is_open(site: Site, client: FlaskClient) -> None:
    promote(site)
    asked = enter(client, SHORT, "/login/?next=/settings/")
    assert asked.status_code == 422
    page = asked.get_data(as_text=True)
    assert "/login/renew?next=/settings/" in page
    assert SHORT not in page
    assert not is_in(client)


def test_with_the_longer_one_one_goes_on_and_the_short_one_is_dead(site: Site, client: FlaskClient) -> None:
    promote(site)
    answer = renew(client)
    assert (answer.status_code, answer.location) == (302, "/settings/")
    assert is_in(client)
    assert enter(site.stranger(), SHORT).status_code == 401
    assert enter(site.stranger(), LONG).status_code == 302


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"present": "wrong one"}, 401),
        ({"new": "moonlake2"}, 422),
        ({"new": SHORT * 2}, 422),
        ({"again": "another long one"}, 422),
        ({"new": ""}, 422),
    ],
)
def test_what_is_wrong_sets_nothing(site: Site, client: FlaskClient, form: dict[str, str], status: int) -> None:
    promote(site)
    assert renew(client, **form).status_code == status
    assert not is_in(client)
    assert enter(client, SHORT).status_code == 422


def test_a_password_that_is_long_enough_is_not_changed_on_the_way(site: Site, client: FlaskClient) -> None:
    give(site, LONG)
    promote(site)
    assert renew(client, present=LONG, new="sun over the hill").status_code == 302
    assert enter(site.stranger(), LONG).status_code == 302


def test_wrong_passwords_are_counted_with_those_of_signing_in(site: Site, client: FlaskClient) -> None:
    promote(site)
    codes = [renew(client, present="guess").status_code for _ in range(5)]
    codes += [enter(client, "guess").status_code for _ in range(6)]
    assert codes == [401] * 10 + [429]


def test_it_is_written_down(site: Site, client: FlaskClient) -> None:
    promote(site)
    renew(client)
    stmt = text("SELECT act FROM audit WHERE account_id = :id ORDER BY id DESC LIMIT 1")
    values = {"id": site.world.accounts[WHO]}
    act = site.database.transaction(lambda s: s.connection().execute(stmt, values).scalar_one())
    assert act == "account:change_password"
