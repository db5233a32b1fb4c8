"""The engine of life cycles: a table of moves, read by services, screens, constraints, documents and tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from app.core.errors import Conflict

E = TypeVar("E", bound=StrEnum)
S = TypeVar("S", bound=StrEnum)


class WrongState(Conflict):
    """The thing is in a state from which this move does not lead."""

    code = "wrong_state"


@dataclass(frozen=True)
class Move(Generic[S, E]):
    """One row of the table: an event leads from a state to another, needs a permission, may ask for something.

    `given` is what decides between moves of one event from one state: they lead to different states.
    """

    event: E
    source: S
    target: S
    needs: str
    asks: str | None = None
    not_by: str | None = None
    given: str | None = None


@dataclass(frozen=True)
class Workflow(Generic[S, E]):
    """A life cycle: all its states, where it starts, every allowed move and nothing else."""

    states: type[S]
    start: S
    moves: tuple[Move[S, E], ...]

    def move(self, state: S, event: E, given: str | None = None) -> Move[S, E]:
        """The move an event makes from a state, or `WrongState`."""
        for move in self.moves:
            if move.source == state and move.event == event and move.given in {None, given}:
                return move
        raise WrongState(state=str(state), event=str(event))

    def events(self, state: S) -> tuple[E, ...]:
        """What may happen next; screens take their buttons from it."""
        return tuple(dict.fromkeys(move.event for move in self.moves if move.source == state))

    def sources(self, event: E) -> tuple[S, ...]:
        """The states from which an event is possible, for compare-and-set statements."""
        return tuple(dict.fromkeys(move.source for move in self.moves if move.event == event))

    def targets(self, event: E) -> dict[str | None, S]:
        """Where an event leads, by what is given; an event leads to the same state from wherever it starts."""
        return {move.given: move.target for move in self.moves if move.event == event}

    def reachable(self) -> frozenset[S]:
        """Every state some history leads to."""
        seen = {self.start}
        while more := {move.target for move in self.moves if move.source in seen} - seen:
            seen |= more
        return frozenset(seen)

    def split(self, rows: Iterable[tuple[int, S]], event: E) -> tuple[list[int], dict[int, S]]:
        """Divide ids into those the event may move and those it may not, with the state that forbids it."""
        allowed = set(self.sources(event))
        may: list[int] = []
        may_not: dict[int, S] = {}
        for row_id, state in rows:
            if state in allowed:
                may.append(row_id)
            else:
                may_not[row_id] = state
        return may, may_not
