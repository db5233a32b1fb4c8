"""Every write to imports: received, read, judged, confirmed, applied, undone, cancelled; each is a compare-and-set.

The work itself (reading, applying, undoing) is done by the worker or by a command; both come in through `work.py`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.audit.services import record
from app.core.clock import sql_now
from app.core.errors import Invalid, Stale
from app.core.queue import cancel as cancel_job
from app.core.queue import defer
from app.sheets import queries
from app.sheets.kinds import Kind, kind_of
from app.sheets.models import ImportBatch, ImportMapping, ImportRow
from app.sheets.rules import BadRows, NothingToApply, Place, RowsGone, StillWorking, UndoBlocked
from app.sheets.tables import LEFT_OUT
from app.sheets.workflow import IMPORT, BatchEvent, BatchState

READING, APPLYING, UNDOING, RETURNING = "sheets.read", "sheets.apply", "sheets.undo", "sheets.errors"
"""The kinds of jobs."""
LOCKED = "the batch was read and locked above within the actor's scope"
WORKING = frozenset({"queued", "running"})
BEING_READ = frozenset({BatchState.UPLOADED, BatchState.READING})
LONGEST_NAME = 200
MOST_TEXTS, LONGEST_TEXT = 1_000, 200
"""Headings and words explained at once, and the characters of one."""


def receive(  # noqa: PLR0913  whose, of which kind, where, about what, which file
    session: Session, actor: Actor, kind: Kind, *, place_code: str, file_name: str, file_id: int, target: str = ""
) -> ImportBatch:
    """Take a file in for a place (`NotFound` out of scope); nothing is read yet."""
    actor.require(kind.permission)
    place = kind.place(session, actor, place_code)
    values = {
        "kind": kind.layout.key,
        "node_id": place.id,
        "tree_path": place.path,
        "account_id": actor.user_id,
        "actor_name": actor.name,
        "file_id": file_id,
        "file_name": safe_name(file_name),
        "target": kind.target(session, actor, place, target) if kind.target_option else "",
    }
    made = insert(ImportBatch).values(**values).returning(ImportBatch)
    because = "the place was found above within the scope of the kind's permission"
    batch = session.scalars(everything(made, because=because)).one()
    _audit(session, actor, "import:upload", batch, after={"kind": batch.kind, "file": batch.file_name})
    return batch


def safe_name(name: str) -> str:
    """The name of a file without folders and without what cannot be shown, its end where it is too long."""
    last = " ".join(name.replace("\\", "/").rsplit("/", 1)[-1].split())
    return "".join(c for c in last if c.isprintable())[-LONGEST_NAME:] or "?"


def hand_over(session: Session, actor: Actor, batch: ImportBatch, job: str) -> int:
    """Give the next work of a batch to the worker; returns the job's id."""
    job_id = defer(session, job, {"batch_id": batch.id}, owner_id=actor.user_id)
    _put(session, batch, job_id=job_id)
    return job_id


def ask_errors(session: Session, actor: Actor, *, batch_id: int, locale: str, target: str) -> int:
    """Have the worker make the error workbook of an import in scope; asked twice it is made once. The job's id."""
    batch = queries.batch(session, actor, batch_id=batch_id)
    if batch.erased_at is not None:
        raise RowsGone
    return defer(
        session,
        RETURNING,
        {"batch_id": batch.id, "locale": locale, "target": target},
        owner_id=actor.user_id,
        once=f"{RETURNING}:{batch.id}:{actor.user_id}",
    )


def begin_reading(session: Session, actor: Actor, *, batch_id: int) -> ImportBatch:
    """Uploaded (or left by a worker that died) → reading; `WrongState` when there is nothing to read (any more)."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    _move(session, batch, BatchEvent.READ)
    return batch


def refuse(session: Session, actor: Actor, *, batch_id: int, code: str, facts: Mapping[str, Any]) -> None:
    """Reading → refused: the file cannot be used, and why."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    _move(session, batch, BatchEvent.REFUSE, error_code=code, error_facts=_plain(facts))


def judged(
    session: Session, actor: Actor, *, batch_id: int, counts: Mapping[str, int], understood: Mapping[str, Any]
) -> None:
    """Reading → previewed, with what was counted and how the file was understood (`tables`, `findings`)."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    _move(session, batch, BatchEvent.JUDGE, **counts, **understood, read_at=sql_now(), error_code=None)


def explain(
    session: Session,
    actor: Actor,
    *,
    batch_id: int,
    version: int,
    headings: Mapping[str, str] | None = None,
    values: Mapping[str, str] | None = None,
) -> int:
    """Say what headings and words of a file mean, and have it read anew; remembered for the place. The job's id.

    `headings` is normalised heading → column key, or `LEFT_OUT`; `values` is word → code. Raises `Stale`,
    `WrongState`, `StillWorking`, and `Invalid` for a column there is none of or more text than a cell's.
    """
    batch = _known(session, actor, batch_id, version)
    _refuse_while_working(session, batch)
    kind = kind_of(batch.kind)
    _refuse_strange(kind, headings or {}, values or {})
    _move(session, batch, BatchEvent.RECHECK, error_code=None, read_at=None, **_nothing_counted())
    if headings or values:
        place = Place(batch.node_id, "", "", batch.tree_path)
        _remember(session, place, kind, headings or {}, values or {})
        _audit(session, actor, "import:explain", batch, after={"headings": len(headings or {})})
    return hand_over(session, actor, batch, READING)


def confirm(session: Session, actor: Actor, *, batch_id: int, version: int, good_rows: bool) -> ImportBatch:
    """Previewed → applying; with bad rows only if just the good ones are wanted (`BadRows`). Not handed over yet."""
    batch = _known(session, actor, batch_id, version)
    IMPORT.move(BatchState(batch.state), BatchEvent.CONFIRM)
    if batch.bad_count and not good_rows:
        raise BadRows(count=batch.bad_count)
    if not batch.new_count + batch.changed_count:
        raise NothingToApply
    _move(session, batch, BatchEvent.CONFIRM, good_rows=good_rows, error_code=None)
    return batch


def apply(session: Session, actor: Actor, *, batch_id: int) -> ImportBatch:
    """Applying → applied: every row of the batch is written, or none. Raises what the kind raises (`RollChanged`)."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    IMPORT.move(BatchState(batch.state), BatchEvent.APPLY)
    kind_of(batch.kind).apply(session, actor, batch)
    _move(session, batch, BatchEvent.APPLY, applied_at=sql_now())
    after = {"new": batch.new_count, "changed": batch.changed_count, "left_out": batch.bad_count}
    _audit(session, actor, "import:apply", batch, after=after)
    return batch


def give_back(session: Session, actor: Actor, *, batch_id: int, code: str | None, facts: Mapping[str, Any]) -> None:
    """Applying → previewed: nothing was written, and why."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    _move(session, batch, BatchEvent.GIVE_BACK, error_code=code, error_facts=_plain(facts))


def ask_undo(session: Session, actor: Actor, *, batch_id: int, version: int) -> int:
    """Have an applied import taken back by the worker; refused at once while something depends on it. The job's id."""
    batch = _known(session, actor, batch_id, version)
    IMPORT.move(BatchState(batch.state), BatchEvent.UNDO)
    _refuse_without_rows(batch)
    _refuse_while_working(session, batch)
    if blockers := kind_of(batch.kind).blockers(session, actor, batch):
        raise UndoBlocked(count=len(blockers))
    return hand_over(session, actor, batch, UNDOING)


def undo(session: Session, actor: Actor, *, batch_id: int) -> None:
    """Applied → undone: what the import made is gone, what it changed is as it was. Raises `UndoBlocked`."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    IMPORT.move(BatchState(batch.state), BatchEvent.UNDO)
    _refuse_without_rows(batch)
    kind_of(batch.kind).undo(session, actor, batch)
    _move(session, batch, BatchEvent.UNDO, undone_at=sql_now(), error_code=None)
    _audit(session, actor, "import:undo", batch, after={"new": batch.new_count, "changed": batch.changed_count})


def undo_failed(session: Session, actor: Actor, *, batch_id: int, code: str, facts: Mapping[str, Any]) -> None:
    """Keep why an undo did not happen; the batch stays applied."""
    batch = queries.locked(session, actor, batch_id=batch_id)
    _put(session, batch, error_code=code, error_facts=_plain(facts))


def cancel(session: Session, actor: Actor, *, batch_id: int, version: int) -> None:
    """Give an import up before anything was written; what the worker does for it ends at its next safe point.

    While the worker reads, each of its steps is a version of its own, which nobody has to have seen to give up.
    """
    batch = queries.locked(session, actor, batch_id=batch_id)
    if batch.version != version and batch.state not in BEING_READ:
        raise Stale({"state": batch.state}, batch.version)
    _move(session, batch, BatchEvent.CANCEL)
    if batch.job_id is not None:
        cancel_job(session, batch.job_id)
    _audit(session, actor, "import:cancel", batch)


def note_download(session: Session, actor: Actor, batch: ImportBatch, what: str) -> None:
    """Write down that the error workbook, which holds what the file held, was fetched."""
    _audit(session, actor, f"import:{what}", batch, after={"rows": batch.row_count})


def _known(session: Session, actor: Actor, batch_id: int, version: int) -> ImportBatch:
    batch = queries.locked(session, actor, batch_id=batch_id)
    if batch.version != version:
        raise Stale({"state": batch.state}, batch.version)
    return batch


def _refuse_without_rows(batch: ImportBatch) -> None:
    if batch.erased_at is not None:
        raise RowsGone


def _refuse_while_working(session: Session, batch: ImportBatch) -> None:
    if queries.job_state(session, batch) in WORKING:
        raise StillWorking


def _move(session: Session, batch: ImportBatch, event: BatchEvent, **values: object) -> None:
    move = IMPORT.move(BatchState(batch.state), event)
    _put(session, batch, state=move.target, **values)


def _put(session: Session, batch: ImportBatch, **values: object) -> None:
    stmt = update(ImportBatch).where(ImportBatch.id == batch.id, ImportBatch.version == batch.version)
    stmt = stmt.values(**values, version=ImportBatch.version + 1).returning(ImportBatch)
    session.scalars(
        everything(stmt, because=LOCKED), execution_options={"synchronize_session": False, "populate_existing": True}
    ).one()


def _refuse_strange(kind: Kind, headings: Mapping[str, str], values: Mapping[str, str]) -> None:
    """Refuse (`Invalid`) what no page of ours sends: it would be remembered for the place and never be asked for."""
    columns = {LEFT_OUT, *(column.key for column in kind.layout.columns)}
    texts = [*headings, *values, *values.values()]
    if set(headings.values()) - columns or len(texts) > MOST_TEXTS or any(len(text) > LONGEST_TEXT for text in texts):
        raise Invalid({"heading": "choice"})


def _nothing_counted() -> dict[str, int]:
    return dict.fromkeys(
        ("row_count", "new_count", "changed_count", "unchanged_count", "bad_count", "warning_count"), 0
    )


def _remember(
    session: Session,
    place: Place,
    kind: Kind,
    headings: Mapping[str, str],
    values: Mapping[str, str],
) -> None:
    known = queries.remembered(session, place.id, kind)
    now = {
        "headings": {**(known.headings if known else {}), **headings},
        "values": {**(known.values if known else {}), **values},
    }
    row = {"node_id": place.id, "tree_path": place.path, "kind": kind.layout.key, **now}
    stmt = upsert(ImportMapping).values(**row)
    stmt = stmt.on_conflict_do_update(
        index_elements=["node_id", "kind"], set_={**now, "version": ImportMapping.version + 1}
    )
    session.execute(
        everything(stmt, because="a mapping of the place of a batch that was locked in scope"),
        execution_options={"synchronize_session": False, "populate_existing": True},
    )


def forget_rows(session: Session, batch_id: int) -> None:
    """Take the rows of an earlier reading away before those of the next are written."""
    stmt = delete(ImportRow).where(ImportRow.batch_id == batch_id)
    session.execute(everything(stmt, because=LOCKED), execution_options={"synchronize_session": False})


def reserve(session: Session, table: str, how_many: int) -> list[int]:
    """Take ids for records that rows will make; ids nobody uses are harmless."""
    stmt = select(func.nextval(f"{table}_id_seq")).select_from(func.generate_series(1, how_many))
    return [int(number) for number in session.scalars(stmt)]


def _audit(
    session: Session, actor: Actor, act: str, batch: ImportBatch, after: Mapping[str, Any] | None = None
) -> None:
    record(session, actor, act, subject="import_batch", ids=[batch.id], path=batch.tree_path, after=after)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | str | float | None) else str(value) for name, value in facts.items()}
