"""What every test of figures ends with: the counters, read either way, say what a plain count says."""

from __future__ import annotations

from sqlalchemy import func, select, text

from app.access.scope import everything
from app.core.db import Session
from app.rates.models import PlanFigureDelta
from app.rates.queries.recount import differences
from app.rates.services import fold
from tests.stage import TEST


def waiting(session: Session) -> int:
    """How many differences are not yet added to the counters."""
    return session.scalar(everything(select(func.count()).select_from(PlanFigureDelta), because=TEST)) or 0


def agree(session: Session) -> None:
    """Figures and differences together are the count; so are the figures alone once the differences are added."""
    session.flush()
    assert differences(session) == []
    fold(session)
    assert waiting(session) == 0
    assert differences(session) == []


def raw(session: Session, sql: str, **values: object) -> int:
    """Send SQL as an operator would, past every service; returns how many rows it changed."""
    count: int = session.connection().execute(text(sql), values).rowcount
    session.expire_all()
    return count
