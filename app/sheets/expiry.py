"""How long an import keeps what it holds about people; what is over is erased each night. An extra file of services.

Who uploads and never applies leaves personal data behind: after 30 days the rows and the file go, and the import says
so. What was applied can be undone for 90 days; its rows, which undoing needs, go after that. What was written stays, of
course, and so do the batch, its counts and how its headings were understood, which name nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, or_, select, update
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.scope import everything
from app.audit.rules import common_path
from app.audit.services import record
from app.core.clock import sql_now
from app.core.stored import end_now
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.workflow import IMPORT, BatchEvent, BatchState

UNAPPLIED = timedelta(days=30)
"""How long what was never applied, or was undone, is kept."""
UNDOABLE = timedelta(days=90)
"""How long an applied import can be undone."""
MOST_AT_ONCE = 20
OVER = "the system erases what is over, whoever's it is"
NO_SYNC = {"synchronize_session": False}
EXPIRING = IMPORT.sources(BatchEvent.EXPIRE)


def expire(session: Session) -> int:
    """Erase the rows and end the files of some imports that are due; says of how many, 0 when none is left."""
    due = (
        select(ImportBatch.id, ImportBatch.file_id, ImportBatch.tree_path)
        .where(ImportBatch.erased_at.is_(None), _is_due())
        .order_by(ImportBatch.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    found: Any = session.execute(everything(due, because=OVER)).all()
    if not found:
        return 0
    ids = [row.id for row in found]
    gone = delete(ImportRow).where(ImportRow.batch_id.in_(ids))
    session.execute(everything(gone, because=OVER), execution_options=NO_SYNC)
    state = case((ImportBatch.state.in_(EXPIRING), BatchState.EXPIRED), else_=ImportBatch.state)
    ended = update(ImportBatch).where(ImportBatch.id.in_(ids))
    ended = ended.values(state=state, erased_at=sql_now(), version=ImportBatch.version + 1)
    session.execute(everything(ended, because=OVER), execution_options=NO_SYNC)
    end_now(session, [row.file_id for row in found])
    path = common_path(row.tree_path for row in found)
    record(session, SYSTEM, "import:expire", subject="import_batch", ids=ids, path=path, after={"count": len(ids)})
    return len(ids)


def _is_due() -> ColumnElement[bool]:
    """Whether an import's time is over; one that is being applied is left to whoever applies it."""
    never = (*EXPIRING, BatchState.CANCELLED)
    return or_(
        and_(ImportBatch.state.in_(never), ImportBatch.created_at <= sql_now() - UNAPPLIED),
        and_(ImportBatch.state == BatchState.UNDONE, ImportBatch.undone_at <= sql_now() - UNAPPLIED),
        and_(ImportBatch.state == BatchState.APPLIED, ImportBatch.applied_at <= sql_now() - UNDOABLE),
    )
