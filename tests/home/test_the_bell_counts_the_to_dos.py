"""The bell on every page says how many to-dos the first page lists, and pages do not wait for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.roles import ROLES
from app.core.crypto import Keyring
from app.core.db import Session
from tests.campaigns import opened
from tests.home.test_each_to_do_opens_a_list_as_long_as_it_says import BY_CLASS
from tests.home.todos import ITEM, SECTION
from tests.make.strangers import bring_strangers
from tests.site import Visit
from tests.world import KEYRING, World

SignIn = Callable[..., Visit]


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


def bell(visitor: Visit) -> int:
    """The number beside the bell."""
    answer = visitor.get("/waiting")
    assert (answer.status_code, answer.mimetype) == (200, "text/plain")
    return int(answer.get_data(as_text=True) or 0)


@pytest.mark.parametrize("role", [*(role.code for role in ROLES if role.level < 8), "root_admin"])
def test_the_bell_says_how_many_to_dos_the_first_page_lists(
    role: str, visit: SignIn, session: Session, world: World
) -> None:
    bring_strangers(session, world)
    opened(session, "P", steps=BY_CLASS)
    session.commit()
    visitor = visit(role)
    listed = SECTION.search(visitor.get("/").get_data(as_text=True))
    assert bell(visitor) == (len(ITEM.findall(listed.group())) if listed else 0)


def test_a_family_is_told_what_is_asked_of_its_persons(visit: SignIn, session: Session, world: World) -> None:
    bring_strangers(session, world)
    opened(session, "P", steps=BY_CLASS)
    session.commit()
    page = visit("student").get("/").get_data(as_text=True)
    assert bell(visit("student")) == page.count("apply-card") > 0


@pytest.mark.parametrize("role", ["school_admin", "student"])
def test_every_page_fetches_the_number_after_it_is_shown(role: str, visit: SignIn) -> None:
    visitor = visit(role)
    for path in ("/", "/account/"):
        page = visitor.get(path).get_data(as_text=True)
        assert 'data-count-href="/waiting"' in page, path


def test_who_is_not_signed_in_reads_no_number(visit: SignIn) -> None:
    visitor = visit("school_admin")
    visitor.client.delete_cookie("sid", domain="localhost")
    assert visitor.get("/waiting").status_code == 302
