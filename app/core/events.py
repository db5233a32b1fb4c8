"""How a lower package tells upper ones what happened, in the same transaction.

An event is a frozen dataclass of ids in the lower package's `rules.py`, always for a batch. Its listeners are named in
`Feature.listeners`, run at once, in menu order, set-wise, and may refuse (which undoes the whole act).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy.orm import Session


@dataclass(frozen=True)
class Listener:
    """`hear(session, actor, event)` is called for every event of type `event`."""

    event: type[Any]
    hear: Callable[[Session, Any, Any], None]


_listeners: dict[type[Any], list[Callable[[Session, Any, Any], None]]] = defaultdict(list)


def connect(listeners: Iterable[Listener]) -> None:
    """Register the listeners of all features, in menu order; replaces what was registered before."""
    _listeners.clear()
    for listener in listeners:
        _listeners[listener.event].append(listener.hear)


def tell(session: Session, actor: object, event: object) -> None:
    """Tell everyone who listens to this kind of event; an exception of theirs undoes the caller's act."""
    for hear in _listeners[type(event)]:
        hear(session, actor, event)


def listening(event: type[Any]) -> tuple[Callable[[Session, Any, Any], None], ...]:
    """Who listens to an event, for the test that lists them."""
    return tuple(_listeners[event])
