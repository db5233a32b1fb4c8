"""The kinds of lists that can be brought in: what each feature hands over in `Feature.sheets`.

An extra file: this package reads, keeps and shows imports; what a row means, and how it is written, only the feature
knows that owns the records. It says so in its `sheet.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.sheets.columns import Layout
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.recognise import Table
from app.sheets.rules import Blocker, Judged, Place

Tick = Callable[[int], None]
"""Called with the number of rows judged so far; may raise to stop the work."""


@dataclass(frozen=True)
class Asked:
    """What a kind is asked to judge: the tables of a file, for a place, and what people said words in it mean."""

    batch_id: int
    place: Place
    tables: Sequence[Table]
    values: Mapping[str, str]
    keyring: Keyring
    tick: Tick


@dataclass(frozen=True)
class Line:
    """A judged row as a list shows it: title, a few facts, and column, before and after of what it changes."""

    title: str
    facts: Mapping[str, str]
    changes: Sequence[tuple[str, str, str]] = ()


class Kind(Protocol):
    """A kind of list. Every method starts from the actor's own scope; writes follow the rules of services."""

    layout: Layout
    permission: Permission
    endpoint: str
    """The page of one record, asked with `argument`=id."""
    argument: str

    def places(self, session: Session, actor: Actor) -> list[Place]:
        """Where the actor may bring such lists in."""

    def place(self, session: Session, actor: Actor, code: str) -> Place:
        """The place of a code, or `NotFound`."""

    def judge(self, session: Session, actor: Actor, asked: Asked) -> Iterable[Judged]:
        """Judge every row, in the order of the file."""

    def apply(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Write the new and changed rows of a batch, set-wise; raises `RollChanged` when they no longer fit."""

    def blockers(self, session: Session, actor: Actor, batch: ImportBatch) -> list[Blocker]:
        """What later depends on an applied batch."""

    def undo(self, session: Session, actor: Actor, batch: ImportBatch) -> None:
        """Take an applied batch back; raises `UndoBlocked`."""

    def lines(self, session: Session, rows: Sequence[ImportRow], keyring: Keyring) -> list[Line]:
        """Rows of a batch in scope as a list shows them, secrets masked."""

    word_column: str
    """The column whose words people may explain; the codes of words that were not understood are `unexplained`."""
    unexplained: frozenset[str]

    def options(self, session: Session, actor: Actor, path: str) -> list[tuple[str, str]]:
        """What such a word may be taken for at a place: code and name."""


_kinds: dict[str, Kind] = {}


def connect(kinds: Iterable[Kind]) -> None:
    """Register the kinds of all features; replaces what was registered before."""
    _kinds.clear()
    _kinds.update({kind.layout.key: kind for kind in kinds})


def kind_of(key: str) -> Kind:
    """The kind of a key, or `NotFound`."""
    if key not in _kinds:
        raise NotFound(what="import_kind")
    return _kinds[key]


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds an actor may bring in anywhere, in menu order."""
    return [kind for kind in _kinds.values() if actor.holds(kind.permission)]


def settled(values: Mapping[str, Any]) -> dict[str, str]:
    """The words a person has explained, without those left open."""
    return {word: str(code) for word, code in values.items() if code}
