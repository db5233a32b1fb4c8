"""That somebody took figures away in a workbook is written down."""

from __future__ import annotations

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.audit.services import record


def note_export(session: Session, actor: Actor, *, plan_id: int, path: str, count: int) -> None:
    """Write down that a workbook of so many rows of figures of a plan below a place was handed out."""
    after = {"plan": plan_id, "count": count}
    record(session, actor, "figures:export", subject="plan", ids=[plan_id], path=path, after=after)
