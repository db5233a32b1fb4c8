"""What the roll answers when the tree changes. An extra file: listeners, no act of a user's own."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.orgs.rules import NodesClosing, StillInUse
from app.students.models import Student


def refuse_closing(session: Session, _actor: Actor, event: NodesClosing) -> None:
    """Refuse (`StillInUse`) to close a class while students are in it."""
    inside = (
        select(func.count()).select_from(Student).where(Student.node_id.in_(event.ids), Student.closed_on.is_(None))
    )
    count = session.scalar(everything(inside, because="students of a place the actor may close")) or 0
    if count:
        raise StillInUse(count=count)
