"""That somebody took applications away in a workbook is written down."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.audit.services import record


def note_export(session: Session, actor: Actor, *, plan_id: int, count: int) -> None:
    """Write down that a workbook of so many applications of a plan was handed out."""
    after = {"plan": plan_id, "count": count}
    path = actor.home_path or "/"
    record(session, actor, "enrolment:export", subject="enrolment", ids=[], path=path, after=after)
