"""A page is of one instant: whatever moves while it is made, it shows the places as they stood or as they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, select

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.core.db import Database, Session
from app.orgs import reshape
from app.orgs.models import OrgNode
from tests.at_once import committed
from tests.make.places import A, class_of, grade
from tests.site import Visit
from tests.stage import TEST

MOST = 40
"""More statements than a page sends."""


@contextmanager
def before_statement(database: Database, number: int, work: Callable[[], object]) -> Iterator[list[str]]:
    """Do something else just before the statement of that number is sent; yields the statements."""
    sent: list[str] = []

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))
        if len(sent) == number:
            quiet = len(sent)
            work()
            del sent[quiet:]  # those of the work are not the page's

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


def moved(session: Session) -> int:
    """The first class of the first grade goes to the second one, or back."""
    stmt = select(OrgNode).where(OrgNode.code.in_([class_of(A, 1, 1), grade(A, 1)])).order_by(OrgNode.code)
    above, node = session.scalars(everything(stmt, because=TEST))
    to = grade(A, 2) if node.parent_id == above.id else grade(A, 1)
    return reshape.move(session, SYSTEM, node_id=node.id, target_code=to, version=node.version)


@pytest.mark.committed
@pytest.mark.parametrize("page", ["/", "/figures/", "/rates/", "/applications/"])
def test_a_page_shows_one_instant(database: Database, visit: Callable[..., Visit], page: str) -> None:
    counsellor = visit("counsellor")
    assert counsellor.get(page).status_code == 200
    for number in range(1, MOST):
        with before_statement(database, number, committed(database, moved)) as sent:
            assert counsellor.get(page).status_code == 200, (number, sent[-1])
        if len(sent) < number:
            return
    raise AssertionError(f"{page} sends more than {MOST} statements")
