"""What a feature plugs in: one frozen value per feature package, in its `feature.py`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from pathlib import Path

    import click

    from app.access.actor import Actor
    from app.core.db import Database, Session
    from app.core.events import Listener
    from app.core.queue import JobRun

T = TypeVar("T")


def each_once(named: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Things of all features by their names; `ValueError` when two have one name: the later would silently win."""
    found: dict[str, T] = {}
    for name, thing in named:
        if name in found:
            raise ValueError(f"two are called {name}")
        found[name] = thing
    return found


@dataclass(frozen=True)
class Job:
    """A kind of work done by the worker. `run` begins with a compare-and-set and may be run again."""

    name: str
    run: Callable[[JobRun], None]


@dataclass(frozen=True)
class Schedule:
    """When a job runs by itself: `cron` is five fields, meant in Asia/Shanghai; missed times run once, the latest."""

    name: str
    cron: str
    job: str


@dataclass(frozen=True)
class Loop:
    """Something small every worker does again and again, `every` so many seconds; `run` opens its own transaction.

    Any number of workers do it beside each other, so `run` takes a lock or does nothing. It is no job: nobody waits for
    it, and a failure is logged and tried again. `run` is handed the database and, for those that use keys, the data
    folder (None where the worker knows none).
    """

    name: str
    every: float
    run: Callable[[Database, Path | None], None]


class Audience(StrEnum):
    """Whom a menu entry is for: whoever holds its permission, only at a place (staff), or only for own persons."""

    ANYBODY = "anybody"
    STAFF = "staff"
    FAMILIES = "families"


@dataclass(frozen=True)
class MenuItem:
    """An entry of the left menu: English label (translated when shown), endpoint, icon, the target's permission.

    `also` names further permissions, each of which opens the target as well.
    Entries with the same `group` stand together under its name, also an English label.
    """

    label: str
    endpoint: str
    icon: str
    permission: str
    group: str = ""
    also: tuple[str, ...] = ()
    audience: Audience = Audience.ANYBODY


class Urgency(IntEnum):
    """How soon something has to be done; the home page shows the smallest number first."""

    BLOCKED = 0
    """Sent back to the visitor: others cannot go on before it is mended."""
    ASKED = 1
    """Others wait for the visitor's decision."""
    READY = 2
    """Everything is there, it only has to be done."""
    OPEN = 3
    """Work that goes on for a while."""


@dataclass(frozen=True)
class ToDo:
    """待办: something that waits for the visitor. `count` is the number of rows of the list at `href`, up to 10,001.

    `label` and `hint` (of which plan, what is missing) are in the visitor's language.
    """

    label: str
    href: str
    count: int
    urgency: Urgency
    hint: str = ""


@dataclass(frozen=True)
class Deadline:
    """A time in which the visitor may do something, [since, until); `is_late`: it is over with something left undone.

    `now` is when it was looked up. `label` says what may be done until then, `hint` of which plan, both in the
    visitor's language.
    """

    label: str
    href: str
    since: datetime
    until: datetime
    now: datetime
    hint: str = ""
    is_late: bool = False


@dataclass(frozen=True)
class Affair:
    """What concerns an own person of a family, such as an application: where it stands and what happens next.

    Words are in the visitor's language; `act` is what the button to `href` says, `is_asked` that the family has to do
    something now.
    """

    person_id: int
    title: str
    next: str
    href: str
    act: str
    state: str = ""
    state_label: str = ""
    is_asked: bool = False


@dataclass(frozen=True)
class Feature:
    """Everything one feature adds, read by `web.mount`, the worker, the scheduler and the command line."""

    name: str
    screens: tuple[type[Any], ...] = ()
    jobs: tuple[Job, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    loops: tuple[Loop, ...] = ()
    sheets: tuple[Any, ...] = ()
    commands: tuple[click.Command, ...] = ()
    listeners: tuple[Listener, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    sentences: Mapping[str, Any] = field(default_factory=dict)
    """The translated sentence for each code of the feature's refusals."""
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """For the records: what the codes of a field mean, `subject.field` → code → word (`student.state`)."""
    exports: Mapping[str, Any] = field(default_factory=dict)
    """What the files are called that jobs make for whoever asked: purpose of the stored file → translated word."""
    agenda: Callable[[Session, Actor], Sequence[ToDo | Deadline]] | None = None
    """What waits for a visitor here, for the home page; one or two statements, whatever their number."""
    affairs: Callable[[Session, Actor], Sequence[Affair]] | None = None
    """What concerns the own persons of a family here, for its home page; few statements, whatever their number."""
