"""Workbooks of more applications than a browser waits for."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.work import as_owner
from app.core.feature import Job
from app.core.queue import JobRun
from app.core.stored import NewFile, keep
from app.enrolment.services import note_export
from app.enrolment.sheet import MEDIA_TYPE, NAME, PURPOSE, workbook

KEPT = timedelta(days=7)


@as_owner()
def export(session: Session, actor: Actor, run: JobRun) -> None:
    """Write the workbook of the applications named by id and keep it for who asked."""
    ids = [int(each) for each in run.arguments["ids"]]
    data, count = workbook(session, actor, ids, chinese=bool(run.arguments["chinese"]))
    new = NewFile(PURPOSE, NAME, MEDIA_TYPE, data, KEPT)
    keep(session, run.files, run.keyring, owner_id=actor.user_id, new=new)
    note_export(session, actor, counts={int(run.arguments["plan"]): count})


EXPORT = Job(PURPOSE, export)
