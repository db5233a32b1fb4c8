"""What a batch brought its students beside themselves, read back row by row as it was kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.sheets.models import ImportBatch, ImportRow
from app.sheets.rules import Verdict


def held_rows(
    session: Session, actor: Actor, batch: ImportBatch, what: str
) -> Iterator[tuple[int, Mapping[str, Any], str]]:
    """Each thing of one sort (`what`: recognitions, guardians) of the new and changed rows, in the order of the file.

    Yields the student's id, the thing as it was kept, and the verdict of its row.
    """
    stmt = (
        select(ImportRow.subject_id, ImportRow.data[what], ImportRow.verdict)
        .where(
            ImportRow.batch_id == batch.id,
            ImportRow.verdict.in_((Verdict.NEW, Verdict.CHANGED)),
            ImportRow.data.has_key(what),
        )
        .order_by(ImportRow.n)
    )
    for number, rows, verdict in session.execute(visible(stmt, ImportRow, actor, Permission.STUDENT_IMPORT)).all():
        for row in rows:
            yield number, row, verdict
