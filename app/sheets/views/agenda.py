"""待办 of imports: files that were read and wait for somebody to look at the preview and confirm."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.feature import ToDo, Urgency
from app.sheets import queries
from app.sheets.kinds import DOORS
from app.sheets.workflow import BatchState


def agenda(session: Session, actor: Actor) -> list[ToDo]:
    """The imports at the own places that have been looked through by the machine only."""
    if not any(actor.holds(door) for door in DOORS):
        return []
    waiting = queries.count(session, actor, state=BatchState.PREVIEWED)
    href = url_for("ImportView.list", state=BatchState.PREVIEWED)
    return [ToDo(gettext("Imports waiting for confirmation"), href, waiting, Urgency.READY)] if waiting else []
