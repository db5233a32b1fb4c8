"""The first page costs at most twenty statements for anybody, whatever waits."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from app.access.roles import ROLES
from app.core.crypto import Keyring
from app.core.db import Session
from tests.campaigns import opened
from tests.conftest import CountStatements
from tests.home.test_each_to_do_opens_a_list_as_long_as_it_says import BY_CLASS
from tests.make.strangers import bring_strangers
from tests.site import Visit
from tests.world import KEYRING, World

MOST = 20


@pytest.fixture(autouse=True)
def _keys_of_the_cast(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the application open what the cast sealed."""
    monkeypatch.setattr(Keyring, "at", classmethod(lambda _cls, _folder: KEYRING))


@pytest.mark.parametrize("role", [*(role.code for role in ROLES), "root_admin"])
def test_the_first_page_sends_few_statements(
    role: str, visit: Callable[..., Visit], session: Session, world: World, statements: CountStatements
) -> None:
    bring_strangers(session, world)
    opened(session, "P", steps=BY_CLASS)
    session.commit()
    visitor = visit(role)
    with statements() as sent:
        assert visitor.get("/").status_code == 200
    assert len(sent) <= MOST, "\n\n".join(sent)
