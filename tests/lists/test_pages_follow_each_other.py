"""Back and forward through a list: every row once and in order, whatever it is ordered by and who adds to it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import BigInteger, Column, MetaData, Table, Text, insert, select

from app.core.db import Session
from app.lists.keyset import Cut, Key, LostPlace, Order, Spot, cut

STONES = Table(
    "stone_of_tests",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("shade", Text(collation="C"), nullable=False),
    Column("weight", BigInteger, nullable=False),
)
Stone = tuple[int, str, int]
Asked = tuple[list[Stone], tuple[bool, bool, bool], int]
HERE = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])

SHADES = st.sampled_from(["", "a", "ab", "（2）班", "王", "王伟", "zzz"])
STONE = st.tuples(st.integers(0, 99), SHADES, st.integers(-2, 2))
SOME = st.lists(STONE, max_size=40, unique_by=lambda stone: stone[0])
DIRECTIONS = st.tuples(st.booleans(), st.booleans(), st.booleans())


@pytest.fixture(name="lay", scope="module")
def _lay() -> Callable[[Session, list[Stone]], None]:
    def lay(session: Session, stones: list[Stone]) -> None:
        """Have exactly these rows."""
        STONES.drop(session.connection(), checkfirst=True)
        STONES.create(session.connection())
        add(session, stones)

    return lay


def add(session: Session, stones: list[Stone]) -> None:
    """Add rows."""
    if stones:
        session.execute(insert(STONES), [dict(zip(("id", "shade", "weight"), one, strict=True)) for one in stones])


def order_of(directions: tuple[bool, bool, bool]) -> Order:
    """By shade, weight and id, each up or down."""
    columns = (STONES.c.shade, STONES.c.weight, STONES.c.id)
    return Order(*(Key(one, is_descending=down) for one, down in zip(columns, directions, strict=True)))


def in_order(stones: list[Stone], directions: tuple[bool, bool, bool]) -> list[int]:
    """The ids as the order wants them, worked out without the database."""
    ranked = stones
    for place, down in reversed(list(zip((1, 2, 0), directions, strict=True))):
        ranked = sorted(ranked, key=lambda stone: _rank(stone[place]), reverse=down)
    return [stone[0] for stone in ranked]


def _rank(value: str | int) -> bytes | int:
    return value.encode() if isinstance(value, str) else value


def read(session: Session, order: Order, spot: Spot) -> tuple[Cut[int], list[int]]:
    """A page and its ids."""
    found = cut(session, select(STONES.c.id), order, spot).each(lambda row: int(row.id))
    return found, list(found.rows)


def walked(session: Session, order: Order, start: Spot, *, backwards: bool = False) -> list[list[int]]:
    """The ids of each page from one on, until the list ends."""
    found, ids = read(session, order, start)
    pages = [ids]
    while place := found.before if backwards else found.after:
        spot = replace(start, offset=0, after=None, before=None)
        found, ids = read(session, order, replace(spot, before=place) if backwards else replace(spot, after=place))
        pages.append(ids)
    return pages


@HERE
@given(SOME, DIRECTIONS, st.integers(1, 7))
def test_forward_to_the_end_and_back_shows_every_row_once_in_order(
    session: Session,
    lay: Callable[[Session, list[Stone]], None],
    stones: list[Stone],
    directions: tuple[bool, bool, bool],
    size: int,
) -> None:
    lay(session, stones)
    order, expected = order_of(directions), in_order(stones, directions)
    forward = walked(session, order, Spot(size))
    assert [n for page in forward for n in page] == expected
    assert forward == [expected[at : at + size] for at in range(0, len(expected), size)] or not stones
    last, _ = read(session, order, Spot(size, offset=(len(forward) - 1) * size))
    if last.before:
        back = walked(session, order, Spot(size, before=last.before), backwards=True)
        assert back[::-1] == forward[:-1]


@HERE
@given(SOME, SOME, DIRECTIONS, st.data())
def test_rows_that_come_in_meanwhile_show_none_twice_and_hide_none(
    session: Session,
    lay: Callable[[Session, list[Stone]], None],
    stones: list[Stone],
    newcomers: list[Stone],
    directions: tuple[bool, bool, bool],
    data: st.DataObject,
) -> None:
    lay(session, stones)
    size = data.draw(st.integers(1, 7))
    order, known = order_of(directions), {stone[0] for stone in stones}
    waiting = [stone for stone in newcomers if stone[0] not in known]
    found, seen = read(session, order, Spot(size))
    while found.after:
        come = data.draw(st.integers(0, len(waiting)))
        add(session, waiting[:come])
        waiting = waiting[come:]
        found, ids = read(session, order, Spot(size, after=found.after))
        seen += ids
    assert len(seen) == len(set(seen))
    assert [n for n in seen if n in known] == in_order(stones, directions)


def test_an_order_that_leaves_two_rows_equal_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="unique"):
        Order(STONES.c.shade)
    with pytest.raises(ValueError, match="unique"):
        Order(STONES.c.id, STONES.c.shade)


@pytest.mark.parametrize("values", [(), ("a",), ("a", 1), ("a", 1, "1"), (1, 1, 1), ("a", True, 1), ("a", 1, 1, 1)])
def test_values_of_another_list_are_refused(session: Session, values: tuple[object, ...]) -> None:
    order = order_of((False, False, False))
    with pytest.raises(LostPlace):
        cut(session, select(STONES.c.id), order, Spot(10, after=values))
