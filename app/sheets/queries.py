"""Reading imports of the own places. The permission is the one of the kind of list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import everything, visible
from app.core.errors import NotFound
from app.core.queue import JobRow
from app.lists.keyset import Cut, Key, Order, Spot, counted, cut
from app.sheets.kinds import Kind, kind_of, kinds_for
from app.sheets.models import ImportBatch, ImportMapping, ImportRow
from app.sheets.rules import Verdict

NEWEST_FIRST = Order(Key(ImportBatch.id, is_descending=True))
AS_IN_THE_FILE = Order(ImportRow.n)
WARNED = "warnings"
"""The list of rows about which something odd was noticed, whatever they do."""


def batch(session: Session, actor: Actor, *, batch_id: int) -> ImportBatch:
    """An import within the scope of its kind's permission, or `NotFound`."""
    stmt = _of_kinds(select(ImportBatch).where(ImportBatch.id == batch_id), actor)
    found: ImportBatch | None = session.scalars(stmt).one_or_none()
    if found is None:
        raise NotFound(what="import_batch")
    return found


def locked(session: Session, actor: Actor, *, batch_id: int) -> ImportBatch:
    """The same, held against everybody else until the transaction ends."""
    # NO KEY UPDATE: the worker's rows, which point here, come in meanwhile
    stmt = select(ImportBatch).where(ImportBatch.id == batch_id).with_for_update(key_share=True)
    fresh = {"populate_existing": True}
    found: ImportBatch | None = session.scalars(_of_kinds(stmt, actor), execution_options=fresh).one_or_none()
    if found is None:
        raise NotFound(what="import_batch")
    return found


def count(session: Session, actor: Actor, *, state: str = "", kind: str = "") -> int:
    """How many imports match, counted up to 10,001."""
    return counted(session, _of_kinds(_matching(select(ImportBatch.id), state, kind), actor))


def page(session: Session, actor: Actor, *, spot: Spot, state: str = "", kind: str = "") -> Cut[ImportBatch]:
    """One page of imports, the newest first."""
    found = cut(session, _of_kinds(_matching(select(ImportBatch), state, kind), actor), NEWEST_FIRST, spot)
    return found.each(lambda row: row[0])


def _matching(stmt: Select[*tuple[Any, ...]], state: str, kind: str) -> Select[*tuple[Any, ...]]:
    stmt = stmt.where(ImportBatch.kind == kind) if kind else stmt
    return stmt.where(ImportBatch.state == state) if state else stmt


def _of_kinds(stmt: Select[*tuple[Any, ...]], actor: Actor) -> Select[*tuple[Any, ...]]:
    """Keep the batches whose kind's permission the actor holds at their place."""
    permissions: dict[Permission, list[str]] = {}
    for kind in kinds_for(actor):
        permissions.setdefault(kind.permission, []).append(kind.layout.key)
    reached: list[ColumnElement[bool]] = [
        and_(ImportBatch.kind.in_(keys), ImportBatch.reach(ImportBatch, actor, permission))
        for permission, keys in permissions.items()
    ]
    # what `visible` does for one permission, here for each kind's own
    return everything(stmt.where(or_(False, *reached)), because="filtered above by the permission of each kind")


def row_count(session: Session, actor: Actor, found: ImportBatch, which: str) -> int:
    """How many rows of a batch have a verdict, or a warning; exact, for the list behind a number has as many."""
    stmt = _rows(select(func.count()).select_from(ImportRow), found, which)
    return session.scalar(visible(stmt, ImportRow, actor, kind_of(found.kind).permission)) or 0


def rows(session: Session, actor: Actor, found: ImportBatch, which: str, *, spot: Spot) -> Cut[ImportRow]:
    """One page of the rows of a batch with a verdict, or a warning, in the order of the file."""
    stmt = visible(_rows(select(ImportRow), found, which), ImportRow, actor, kind_of(found.kind).permission)
    return cut(session, stmt, AS_IN_THE_FILE, spot).each(lambda row: row[0])


def _rows(stmt: Select[*tuple[Any, ...]], found: ImportBatch, which: str) -> Select[*tuple[Any, ...]]:
    stmt = stmt.where(ImportRow.batch_id == found.id)
    return stmt.where(ImportRow.warnings.is_not(None) if which == WARNED else ImportRow.verdict == which)


def remarks(session: Session, actor: Actor, found: ImportBatch) -> Sequence[Any]:
    """Place in the file, sheet, row number, problems and warnings of every row that has one, in the file's order."""
    stmt = select(ImportRow.n, ImportRow.sheet, ImportRow.number, ImportRow.problems, ImportRow.warnings).where(
        ImportRow.batch_id == found.id,
        or_(ImportRow.verdict == Verdict.BAD, ImportRow.warnings.is_not(None)),
    )
    stmt = visible(stmt, ImportRow, actor, kind_of(found.kind).permission)
    return session.execute(stmt.order_by(ImportRow.n)).all()


def job_state(session: Session, found: ImportBatch) -> str | None:
    """How the work last handed over for a batch stands; None when there is none."""
    return session.scalar(select(JobRow.state).where(JobRow.id == found.job_id)) if found.job_id else None


def progress(session: Session, found: ImportBatch) -> tuple[int, int | None, str | None]:
    """How many rows the work has done, of how many, and how it stands; nothing without work."""
    if found.job_id is None:
        return 0, None, None
    row = session.execute(select(JobRow.done, JobRow.total, JobRow.state).where(JobRow.id == found.job_id)).one()
    return row.done, row.total, row.state


def remembered(session: Session, place_id: int, kind: Kind) -> ImportMapping | None:
    """How headings and words were understood at a place before."""
    stmt = select(ImportMapping).where(ImportMapping.node_id == place_id, ImportMapping.kind == kind.layout.key)
    because = "the place was found in scope; a mapping holds headings and words of files, no rows"
    return session.scalars(everything(stmt, because=because)).one_or_none()
