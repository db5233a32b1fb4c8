"""The error workbook of an import: the uploaded file again, with what is wrong beside it. An extra file of `work`."""

from __future__ import annotations

import tempfile
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import NotFound
from app.core.files import FileStore
from app.core.stored import StoredFile, contents, of_owner
from app.sheets import queries
from app.sheets.answers import Fault, write_error_workbook
from app.sheets.kinds import kind_of
from app.sheets.models import ImportBatch
from app.sheets.recognise import Table, recognise
from app.sheets.rules import RowsGone
from app.sheets.saying import say
from app.sheets.work import workbook_of


def error_workbook(
    session: Session, actor: Actor, *, batch_id: int, keyring: Keyring, files: FileStore, locale: str
) -> bytes:
    """The bytes of the error workbook of a batch in scope; `NotFound` when the file is no longer kept."""
    batch = queries.batch(session, actor, batch_id=batch_id)
    if batch.erased_at is not None:
        raise RowsGone
    kind = kind_of(batch.kind)
    stored = of_owner(session, batch.account_id, batch.file_id)
    if stored is None:
        raise NotFound(what="file")
    known = queries.remembered(session, batch.node_id, kind)
    workbook = workbook_of(contents(files, keyring, stored), batch.file_name)
    tables = recognise(workbook, kind.layout, known.headings if known else {}).tables
    faults = list(_faults(session, actor, batch, tables, locale))
    with tempfile.TemporaryDirectory(prefix="import-") as folder:
        path = Path(folder) / "errors.xlsx"
        write_error_workbook(path, workbook, (kind.layout, tables), faults, locale)
        return path.read_bytes()


def purpose_of(batch_id: int) -> str:
    """The word under which the error workbook of an import is kept for who asked for it."""
    return f"import.errors.{batch_id}"


def kept_workbook(session: Session, actor: Actor, batch: ImportBatch) -> StoredFile | None:
    """The error workbook the worker made of the last reading of a batch in scope for this actor, while it is kept."""
    stmt = select(StoredFile).where(
        StoredFile.owner_id == actor.user_id,
        StoredFile.purpose == purpose_of(batch.id),
        StoredFile.created_at >= batch.read_at,
        StoredFile.erased_at.is_(None),
        StoredFile.expires_at > sql_now(),
    )
    return session.scalars(stmt.order_by(StoredFile.id.desc()).limit(1)).one_or_none()


def _faults(
    session: Session, actor: Actor, batch: ImportBatch, tables: tuple[Table, ...], locale: str
) -> Iterator[Fault]:
    # by the place in the file: two lists may stand side by side in the same rows of a sheet
    ends = list(accumulate(map(len, tables)))
    for row in queries.remarks(session, actor, batch):
        at = bisect_left(ends, row.n)
        if at == len(tables) or tables[at].sheet != row.sheet:
            continue  # what headings mean was changed since the file was read
        for remark in row.problems or ():
            column = tables[at].mapping.get(remark["column"])
            yield Fault(tables[at].sheet_index, row.number, column, say(remark["code"], remark["facts"], locale))
