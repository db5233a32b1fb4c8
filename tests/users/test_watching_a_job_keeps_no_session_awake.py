"""A page that asks by itself how far a job is does not count as somebody at the keyboard."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from app.accounts.rules import STAFF_IDLE
from app.core.clock import now
from app.core.queue import defer
from app.web.request import UNATTENDED
from tests.conftest import StandAt
from tests.make.visits import HOST

if TYPE_CHECKING:
    from app.core.db import Session
    from tests.users.conftest import Site

STEP = STAFF_IDLE - timedelta(minutes=1)


def job_of(site: Site, name: str) -> int:
    """A job of somebody of the cast that waits for its turn."""

    def hand_over(session: Session) -> int:
        return defer(session, "orgs.move", {}, owner_id=site.world.accounts[name])

    return site.database.transaction(hand_over)


@pytest.mark.committed
@pytest.mark.parametrize(("page", "last"), [("progress", 302), ("", 200)])
def test_a_session_ends_when_nobody_but_the_page_asks(site: Site, at: StandAt, page: str, last: int) -> None:
    start = site.database.transaction(now)
    at(start)
    client = site.visit("school_admin")
    address = f"/work/{job_of(site, 'school_admin')}/{page}".rstrip("/")
    assert client.get(address, base_url=HOST).status_code == 200
    at(start + STEP)
    assert client.get(address, base_url=HOST).status_code == 200
    at(start + 2 * STEP)
    assert client.get(address, base_url=HOST).status_code == last


def test_every_page_that_asks_by_itself_is_known(site: Site) -> None:
    views = site.app().view_functions
    assert {name for name, view in views.items() if getattr(view, UNATTENDED, False)} == {
        "WorkView.progress",
        "BatchView.progress",
    }
