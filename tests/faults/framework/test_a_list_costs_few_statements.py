"""FAB §4: 25 statements a page, no order, everything counted, everything loaded, any number of rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import event

from tests.faults.conftest import House

PATHS = ("/students/", "/users/", "/audit/", "/changes/", "/departments/")
MOST = 12
"""Statements of a page: 8 of its own; the session, the account, its grants, what they allow."""
SAVEPOINTS = ("SAVEPOINT", "RELEASE", "ROLLBACK")


@pytest.fixture
def sent(house: House) -> Iterator[list[str]]:
    """The statements the pages send."""
    noted: list[str] = []

    def note(*arguments: object) -> None:
        statement = " ".join(str(arguments[2]).split())
        if not statement.startswith(SAVEPOINTS):
            noted.append(statement)

    engine = house.stage.database.engine
    event.listen(engine, "before_cursor_execute", note)
    yield noted
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("path", PATHS)
def test_a_page_sends_few_statements_however_many_rows_it_shows(path: str, house: House, sent: list[str]) -> None:
    """FAB §4.1: rights are loaded once a request, names and numbers for the whole page."""
    counts = {}
    house.browser_of("root_admin")
    for size in ("10", "500"):
        sent.clear()
        assert house.get("root_admin", path, size=size).status_code == 200
        counts[size] = len(sent)
    assert counts["10"] == counts["500"] <= MOST


@pytest.mark.parametrize("path", PATHS)
def test_the_rows_of_a_page_stand_in_an_order_that_is_whole(path: str, house: House, sent: list[str]) -> None:
    """FAB §4.3: the last thing ordered by is the key, so that no row is on two pages or on none."""
    house.get("root_admin", path)
    order = re.search(r".*ORDER BY (.*?) LIMIT", _page(sent))
    assert order
    assert re.search(r"\.id( ASC| DESC)?$", order.group(1))


@pytest.mark.parametrize("path", PATHS)
def test_counting_stops_at_ten_thousand_and_loads_no_column(path: str, house: House, sent: list[str]) -> None:
    """FAB §4.4: a count reads keys, and no more of them than the pager can say."""
    house.get("root_admin", path)
    counts = [stmt for stmt in sent if stmt.startswith("SELECT count(")]
    assert counts
    for stmt in counts:
        inner = stmt.partition("FROM (SELECT ")[2]
        assert "LIMIT" in inner
        assert "," not in inner.partition(" FROM ")[0]


@pytest.mark.parametrize(
    ("path", "unwanted"),
    [
        ("/students/", ("address_sealed", "close_reason", "number_digest", "phone_digest")),
        ("/users/", ("session_epoch", "password", "ab_user")),
        ("/audit/", ("seal",)),
    ],
)
def test_a_list_loads_the_columns_it_shows(path: str, unwanted: tuple[str, ...], house: House, sent: list[str]) -> None:
    """FAB §4.7: the framework loaded whole rows, whatever it showed."""
    house.get("root_admin", path)
    columns = _page(sent).partition(" FROM ")[0]
    assert [name for name in unwanted if name in columns] == []


@pytest.mark.parametrize(("page", "size", "status"), [("500", "20", 200), ("501", "20", 422), ("21", "500", 422)])
def test_nobody_jumps_beyond_ten_thousand_rows(page: str, size: str, status: int, house: House) -> None:
    """FAB §4.8: the database would count its way there row by row."""
    assert house.get("root_admin", "/students/", page=page, size=size).status_code == status


def _page(sent: list[str]) -> str:
    """The statement that brings the rows of the page."""
    (page,) = [stmt for stmt in sent if "LIMIT" in stmt and not stmt.startswith("SELECT count(")]
    return page
