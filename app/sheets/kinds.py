"""The kinds of lists that can be brought in: what each feature hands over in `Feature.sheets`.

An extra file: this package reads, keeps and shows imports; what a row means, and how it is written, only the feature
knows that owns the records. It says so in its `sheet.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
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
    target: str = ""


@dataclass(frozen=True)
class Line:
    """A judged row as a list shows it: title, a few facts, and column, before and after of what it changes."""

    title: str
    facts: Mapping[str, str]
    changes: Sequence[tuple[str, str, str]] = ()


class Kind(Protocol):
    """A kind of list: a class in the feature's `sheet.py` that inherits from this and is listed in `Feature.sheets`.

    That alone gives it the screens, its template and `xuebao import <key>`. Every method starts from the actor's own
    scope; writes follow the rules of services. What is said about it stands among its feature's sentences under
    `import_<key>_<word>` for each of `WORDS`.
    """

    layout: Layout
    permission: Permission
    """What importing needs; one of `DOORS`."""
    rank: int = 50
    """Where it stands among the kinds a person may choose from; the commonest first."""
    place_option: str = "school"
    """What the command line calls the place: `--school CODE`."""
    place_picker: str | None = None
    """The endpoint that suggests places while somebody types, where a choice of `places` would be too long."""
    target_option: str | None = None
    """Where a list is about one thing more than its place, what the command line calls it: `--plan CODE`."""
    reported: Mapping[str, str] = MappingProxyType({})
    """Codes of ours that the command line reports by another word of `values.CODES`."""
    endpoint: str
    """The page of one record, asked with `argument`=id."""
    argument: str
    title_column: str = "name"
    """The column whose value names a row in lists."""

    def targets(self, session: Session, actor: Actor) -> list[tuple[str, str]]:  # noqa: ARG002
        """What a list may be about beside its place: code and name; for kinds with a `target_option`."""
        raise NotFound(what=self.target_option)

    def target(self, session: Session, actor: Actor, place: Place, code: str) -> str:  # noqa: ARG002
        """The target of a code as the batch keeps it, or a refusal; for kinds with a `target_option`."""
        raise NotFound(what=self.target_option)

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


WORDS = ("place", "new", "changed", "undo", "explain")
"""What is said about a kind: what its place is called, what is done to %(count)s new and changed rows, what taking back
%(new)s and %(changed)s rows does, how to explain a word that was not understood."""
DOORS = (Permission.STUDENT_IMPORT, Permission.ENROLMENT_ENTER, Permission.ORG_IMPORT)
"""Who holds one of these finds imports in the menu; each kind then asks for its own."""

_kinds: dict[str, Kind] = {}


def connect(kinds: Iterable[Kind]) -> None:
    """Register the kinds of all features; replaces what was registered before."""
    _kinds.clear()
    for kind in sorted(kinds, key=lambda kind: kind.rank):
        if kind.permission not in DOORS:
            raise ValueError(f"{kind.permission} opens no import screen: add it to DOORS")
        _kinds[kind.layout.key] = kind


def all_kinds() -> list[Kind]:
    """Every kind there is, the commonest first."""
    return list(_kinds.values())


def kind_of(key: str) -> Kind:
    """The kind of a key, or `NotFound`."""
    if key not in _kinds:
        raise NotFound(what="import_kind")
    return _kinds[key]


def kinds_for(actor: Actor) -> list[Kind]:
    """The kinds an actor may bring in anywhere, the commonest first."""
    return [kind for kind in _kinds.values() if actor.holds(kind.permission)]


def settled(values: Mapping[str, Any]) -> dict[str, str]:
    """The words a person has explained, without those left open."""
    return {word: str(code) for word, code in values.items() if code}
