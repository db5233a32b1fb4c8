"""待办 of accounts: posts whose holders have never redeemed their activation code."""

from __future__ import annotations

from flask import url_for
from flask_babel import gettext
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.accounts import queries
from app.accounts.queries import WITHOUT_ACCESS, Asked
from app.core.feature import ToDo, Urgency


def agenda(session: Session, actor: Actor) -> list[ToDo]:
    """The staff within the visitor's reach who cannot sign in yet."""
    if not actor.holds(Permission.ACCOUNT_RESET):
        return []
    count = queries.count(session, actor, Asked(state=WITHOUT_ACCESS))
    href = url_for("AccountView.list", state=WITHOUT_ACCESS)
    return [ToDo(gettext("Staff who have never signed in"), href, count, Urgency.OPEN)] if count else []
