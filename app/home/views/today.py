"""What waits for the visitor, of all features: to-dos by urgency, deadlines by date.

The features are not imported: the home page stands beside them, so the application hands them over when it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from typing import Any

from flask import Flask, current_app
from flask_babel import gettext, ngettext

from app.access.actor import Actor
from app.core.clock import SHANGHAI
from app.core.db import Session
from app.core.feature import Affair, Deadline, Feature, ToDo
from app.lists.keyset import COUNT_CAP

EXTENSION = "xuebao-today"


def connect(app: Flask, features: Iterable[Feature]) -> None:
    """Hand over the features whose agenda and affairs the home page shows, in menu order."""
    app.extensions[EXTENSION] = tuple(features)


def items(session: Session, who: Actor) -> tuple[list[ToDo], list[Deadline]]:
    """What waits for somebody, the most urgent first, and until when, the soonest first."""
    features: Sequence[Feature] = current_app.extensions[EXTENSION]
    found = [item for feature in features if feature.agenda for item in feature.agenda(session, who)]
    todos = sorted((item for item in found if isinstance(item, ToDo)), key=lambda item: item.urgency)
    deadlines = sorted((item for item in found if isinstance(item, Deadline)), key=lambda item: item.until)
    return todos, deadlines


def count(session: Session, who: Actor, family: Actor) -> int:
    """How many to-dos the first pages list: those of the post, and what is asked of the own persons."""
    todos, _ = items(session, who)
    return len(todos) + (sum(affair.is_asked for affair in affairs(session, family)) if family.grants else 0)


def affairs(session: Session, family: Actor) -> list[Affair]:
    """What concerns the own persons of a family, what asks for something first."""
    features: Sequence[Feature] = current_app.extensions[EXTENSION]
    found = [affair for feature in features if feature.affairs for affair in feature.affairs(session, family)]
    return sorted(found, key=lambda affair: not affair.is_asked)


def todo_line(item: ToDo) -> dict[str, Any]:
    """A to-do as the page shows it; beyond what lists count, only that there are more."""
    count = f"{COUNT_CAP - 1:,}+" if item.count >= COUNT_CAP else f"{item.count:,}"
    return {"label": item.label, "hint": item.hint, "href": item.href, "count": count}


def deadline_line(item: Deadline) -> dict[str, Any]:
    """A deadline as the page shows it: the day in China, and how many days are left until it."""
    return {
        "label": item.label,
        "hint": item.hint,
        "href": item.href,
        "until": _until(item.until),
        "left": _left(item),
        "is_late": item.is_late,
        "is_near": not item.is_late and item.since <= item.now and days(item.now, last(item.until)) <= NEAR,
    }


NEAR = 3
"""Days before a deadline from which it stands out."""


def days(start: datetime, end: datetime) -> int:
    """How many midnights of China lie between two moments."""
    return (end.astimezone(SHANGHAI).date() - start.astimezone(SHANGHAI).date()).days


def last(until: datetime) -> datetime:
    """The last moment before a deadline: one at midnight ends with the day before it."""
    return until - timedelta(seconds=1)


def _until(until: datetime) -> str:
    """A deadline as people say it: by the end of a day, or at an hour of it."""
    there = until.astimezone(SHANGHAI)
    return f"{last(there):%Y-%m-%d}" if there.time() == time() else f"{there:%Y-%m-%d %H:%M}"


def _left(item: Deadline) -> str:
    if item.is_late:
        late = days(last(item.until), item.now)
        return str(ngettext("%(num)s day overdue", "%(num)s days overdue", late)) if late else str(gettext("Overdue"))
    if item.now < item.since:
        return str(gettext("begins on %(day)s", day=f"{item.since.astimezone(SHANGHAI):%Y-%m-%d}"))
    left = days(item.now, last(item.until))
    return str(ngettext("%(num)s day left", "%(num)s days left", left)) if left else str(gettext("ends today"))
