"""Writing change records, set-wise, in the transaction of the change."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.changes.models import ChangeRecord
from app.changes.rules import Change


def note(session: Session, actor: Actor, changes: Sequence[Change]) -> None:
    """Record changes; one statement however many. The service that made them has judged the place."""
    if changes:
        session.execute(
            everything(insert(ChangeRecord), because="a change is recorded whoever made it"),
            [{"account_id": actor.user_id, "actor_name": actor.name, **vars(change)} for change in changes],
        )
