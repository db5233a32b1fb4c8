"""A page of a list by the values its rows are ordered by. An extra file: the queries of every list use it.

A page begins at an offset (a page somebody jumped to) or right after or before a row named by its sort values, which
costs the same at any depth and shows no row twice when others come in meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from app.core.errors import Invalid

T_co = TypeVar("T_co", covariant=True)
U = TypeVar("U")
Values = tuple[Any, ...]

COUNT_CAP = 10_001
"""Rows are counted up to here; more are shown as 10000+."""


class LostPlace(Invalid):
    """The address names a place in a list that cannot be read: cut short, of another list or of another user."""

    code = "lost_place"

    def __init__(self) -> None:
        """Say which part of the address it is."""
        super().__init__({"page": "lost_place"})


@dataclass(frozen=True)
class Key:
    """A column a list is ordered by; it must never be NULL."""

    column: Any
    is_descending: bool = False

    @property
    def ordering(self) -> ColumnElement[Any]:
        """The column in its direction."""
        ordered: ColumnElement[Any] = self.column.desc() if self.is_descending else self.column.asc()
        return ordered

    @property
    def turned(self) -> Key:
        """The same column the other way round."""
        return Key(self.column, not self.is_descending)

    def beyond(self, value: object, *, or_at: bool = False) -> ColumnElement[bool]:
        """Whether a row's value comes later than this one; `or_at` lets the same value pass too."""
        bound = literal(value, self.column.type)
        if self.is_descending:
            found: ColumnElement[bool] = self.column <= bound if or_at else self.column < bound
        else:
            found = self.column >= bound if or_at else self.column > bound
        return found


class Order:
    """What a list is ordered by: any columns, the last of them unique, so that no two rows can change places."""

    def __init__(self, *columns: Any) -> None:  # noqa: ANN401  a mapped column, or a Key of one
        """Take columns, or keys for those that go downwards; `ValueError` unless the last is a primary key."""
        self.keys = tuple(one if isinstance(one, Key) else Key(one) for one in columns)
        if not self.keys or not all(column.primary_key for column in self.keys[-1].column.base_columns):
            raise ValueError("a list needs an order that ends with a unique column")

    def accepts(self, values: Values) -> bool:
        """Whether these can be the sort values of a row."""
        types = [key.column.type.python_type for key in self.keys]
        return len(values) == len(types) and all(type(v) is t for v, t in zip(values, types, strict=True))


@dataclass(frozen=True)
class Spot:
    """Where a page begins and how many rows it has: at an offset, or right after or before the row of these values."""

    limit: int
    offset: int = 0
    after: Values | None = None
    before: Values | None = None


@dataclass(frozen=True)
class Cut(Generic[T_co]):
    """The rows of a page, and the sort values of its first and last row where the list goes on beyond them."""

    rows: Sequence[T_co]
    before: Values | None = None
    after: Values | None = None

    def each(self, work: Callable[[T_co], U]) -> Cut[U]:
        """The same page with each row made into something else."""
        return Cut([work(row) for row in self.rows], self.before, self.after)

    def filled(self, found: Mapping[int, U]) -> Cut[U]:
        """The same page with what was found under each row's id; a row that has gone meanwhile is left out."""
        rows: Sequence[Any] = self.rows
        return Cut([found[row.id] for row in rows if row.id in found], self.before, self.after)


@dataclass(frozen=True)
class _Walk:
    """The direction a page is read in: backwards the order is turned and the rows are turned back."""

    keys: tuple[Key, ...]
    start: Values | None
    is_backwards: bool = field(default=False)


def cut(session: Session, stmt: Select[*tuple[Any, ...]], order: Order, spot: Spot) -> Cut[Row[*tuple[Any, ...]]]:
    """Read one page of a scoped statement; one row more is read to know whether the list goes on.

    Raises `LostPlace` when the values to begin at cannot be those of a row of this list.
    """
    start = spot.after if spot.before is None else spot.before
    if start is not None and not order.accepts(start):
        raise LostPlace
    walk = _Walk(order.keys, start)
    if spot.before is not None:
        walk = _Walk(tuple(key.turned for key in order.keys), start, is_backwards=True)
    keyed = stmt.add_columns(*(key.column.label(f"key_{n}") for n, key in enumerate(walk.keys)))
    if start is not None:
        keyed = keyed.where(_beyond(walk.keys, start))
    keyed = keyed.order_by(*(key.ordering for key in walk.keys)).limit(spot.limit + 1).offset(spot.offset or None)
    return _trimmed(session.execute(keyed).all(), walk, spot)


def _trimmed(found: Sequence[Row[*tuple[Any, ...]]], walk: _Walk, spot: Spot) -> Cut[Row[*tuple[Any, ...]]]:
    rows, has_more = list(found[: spot.limit]), len(found) > spot.limit
    came_from = walk.start is not None or spot.offset > 0
    if walk.is_backwards:
        rows.reverse()
    if not rows:
        return Cut(rows)
    first, last = (tuple(getattr(row, f"key_{n}") for n in range(len(walk.keys))) for row in (rows[0], rows[-1]))
    if walk.is_backwards:
        return Cut(rows, first if has_more else None, last)
    return Cut(rows, first if came_from else None, last if has_more else None)


def _beyond(keys: Sequence[Key], values: Values) -> ColumnElement[bool]:
    """Later than these values: `a >= x AND (a > x OR (b >= y AND (b > y OR …)))`, of which an index takes `a >= x`."""
    (key, *rest), (value, *others) = keys, values
    if not rest:
        return key.beyond(value)
    deeper = and_(key.column == literal(value, key.column.type), _beyond(rest, tuple(others)))
    return and_(key.beyond(value, or_at=True), or_(key.beyond(value), deeper))


def counted(session: Session, scoped: Select[*tuple[Any, ...]]) -> int:
    """How many rows a scoped statement has, counted up to 10,001."""
    stmt = select(func.count()).select_from(scoped.limit(COUNT_CAP).subquery())
    return session.scalar(stmt) or 0


@dataclass(frozen=True)
class Counted:
    """How many rows a list has, up to 10,001, and the smallest id among those counted: the only one where it is one."""

    rows: int = 0
    first_id: int | None = None


def counted_each(session: Session, scoped: Sequence[Select[*tuple[Any, ...]]]) -> list[Counted]:
    """How many rows each of some scoped statements of ids has, counted up to 10,001; one statement for all of them."""
    if not scoped:
        return []
    capped = [one.limit(COUNT_CAP).subquery(f"list_{n}") for n, one in enumerate(scoped)]
    parts = [select(literal(n), func.count(), func.min(next(iter(ids.c)))) for n, ids in enumerate(capped)]
    found = {n: Counted(rows, first_id) for n, rows, first_id in session.execute(union_all(*parts))}
    return [found[n] for n in range(len(capped))]
