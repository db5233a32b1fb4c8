"""What a feature plugs in: one frozen value per feature package, in its `feature.py`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import click

    from app.core.db import Database
    from app.core.events import Listener
    from app.core.queue import JobRun


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
    it, and a failure is logged and tried again.
    """

    name: str
    every: float
    run: Callable[[Database], None]


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


@dataclass(frozen=True)
class Feature:
    """Everything one feature adds, read by `web.mount`, the worker, the scheduler and the command line."""

    name: str
    screens: tuple[type[Any], ...] = ()
    jobs: tuple[Job, ...] = ()
    schedules: tuple[Schedule, ...] = ()
    loops: tuple[Loop, ...] = ()
    sheets: tuple[Any, ...] = ()
    datasets: tuple[Any, ...] = ()
    commands: tuple[click.Command, ...] = ()
    listeners: tuple[Listener, ...] = ()
    menu: tuple[MenuItem, ...] = ()
    sentences: Mapping[str, Any] = field(default_factory=dict)
    """The translated sentence for each code of the feature's refusals."""
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """For the records: what the codes of a field mean, `subject.field` → code → word (`student.state`)."""
