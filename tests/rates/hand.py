"""Whoever plays a history: chooses among what is there and does each act in a transaction of its own, as an edge does.

The property tests let hypothesis choose, the many writers roll dice; the acts (`tests.rates.acts`) know neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import Select

from app.access.actor import Actor, Grant
from app.access.roles import ROLE_BY_CODE
from app.access.scope import everything
from app.core.db import Session
from app.core.errors import Refusal
from app.core.files import FileStore
from tests.stage import TEST
from tests.world import World

T = TypeVar("T")
Transaction = Callable[[Callable[[Session], Any]], Any]
"""Runs work in one transaction; a refusal undoes it and is raised."""


class NothingToDo(Refusal):
    """No row stands where this act begins."""

    code = "nothing_to_do"


@dataclass
class Hand:
    """One who acts: `below(n)` chooses a number from 0 to n - 1."""

    world: World
    files: FileStore
    transaction: Transaction
    below: Callable[[int], int]
    days: list[Any] = field(default_factory=list)
    """The past days that were written down, with what the figures were then (`tests.rates.identities.Day`)."""

    def one(self, of: Sequence[T]) -> T:
        """One of these; refuses when there are none."""
        if not of:
            raise NothingToDo
        return of[self.below(len(of))]

    def some(self, of: Sequence[T], most: int = 4) -> list[T]:
        """One to four of these that stand beside each other; refuses when there are none."""
        first = self.below(len(of)) if of else 0
        found = list(of[first : first + 1 + self.below(most)])
        if not found:
            raise NothingToDo
        return found

    def chance(self) -> bool:
        """One of two."""
        return self.below(2) == 1

    def run(self, work: Callable[[Session], T]) -> T:
        """One transaction."""
        done: T = self.transaction(work)
        return done


def rows(session: Session, stmt: Select[*tuple[Any, ...]]) -> list[Any]:
    """All rows of a statement, whoever may see them, as they stand in the database."""
    fresh = stmt.execution_options(populate_existing=True)
    return list(session.execute(everything(fresh, because=TEST)))


def scalars(session: Session, stmt: Select[T]) -> list[T]:
    """The first column of all rows of a statement."""
    return [row[0] for row in rows(session, stmt)]


def staff(session: Session, world: World) -> Actor:
    """Who enters, submits and moves: the superuser at the root, with the grants of now."""
    return world.actor(session, "root_admin")


def chief(session: Session, world: World) -> Actor:
    """The second person: as powerful, by another account."""
    return replace(staff(session, world), user_id=world.accounts["province_admin"])


def family(world: World, person_id: int) -> Actor:
    """The student a row is about; all of them sign in with the account of the cast's student."""
    role = ROLE_BY_CODE["student"]
    grant = Grant(role.code, role.level, frozenset(role.permissions), (), person_id)
    return Actor(world.accounts["student"], "student", (grant,))
