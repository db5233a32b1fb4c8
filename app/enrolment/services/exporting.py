"""That somebody took applications away in a workbook is written down."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.audit.services import record


def note_export(session: Session, actor: Actor, *, counts: Mapping[int, int]) -> None:
    """Write down that a workbook was handed out: a line for each plan, with how many applications of it (plan → count).

    Whoever looks up what was taken out of a plan must find it, also where the rows of several were ticked.
    """
    path = actor.home_path or "/"
    for plan_id, count in sorted(counts.items()):
        after = {"plan": plan_id, "count": count}
        record(session, actor, "enrolment:export", subject="enrolment", ids=[], path=path, after=after)
