"""Work done later by a worker: the table `job`, how to hand work over, and what a running job may call.

A job is a row that a person can watch, and beside it an entry of procrastinate, which only says "look at row n" and
brings it to one worker. Both are written on the writer's own connection, in the writer's transaction: work that was
rolled back was never handed over. The row decides everything: who runs it holds its `lease`, and every act of a run
is a compare-and-set on that lease, so a run that was taken for dead can change nothing any more.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from procrastinate import App, SyncPsycopgConnector
from sqlalchemy import BigInteger, CheckConstraint, DateTime, Index, Text, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, UUID, insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.db import Base, Database, Numbered
from app.core.files import FileStore

if TYPE_CHECKING:
    from sqlalchemy import Update

log = logging.getLogger(__name__)

T = TypeVar("T")

TASK: Final = "run_job"
"""The one task procrastinate knows; its argument is the number of the row."""
MAX_ATTEMPTS: Final = 5
LOOK_SECONDS: Final = 1.0
"""How often at most a running job asks the database whether it was cancelled."""


class JobRow(Numbered, Base):
    """One piece of work: what, for whom, how far, how it ended.

    `arguments` holds ids and codes only, never personal data; `target` among them is the page its result stands on.
    `lease` names the run that may act for the row.
    `attempts` counts the runs that were begun and neither ended nor stopped cleanly, this one included.
    """

    __tablename__ = "job"

    kind: Mapped[str] = mapped_column(Text)
    arguments: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[str] = mapped_column(Text, server_default="queued")
    done: Mapped[int] = mapped_column(BigInteger, server_default="0")
    total: Mapped[int | None] = mapped_column(BigInteger)
    owner_id: Mapped[int | None] = mapped_column(BigInteger)
    once: Mapped[str | None] = mapped_column(Text)
    fire_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    cancel_requested_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), server_default=func.xuebao_now())
    started_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    finished_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    attempts: Mapped[int] = mapped_column(server_default="0")
    lease: Mapped[uuid.UUID | None] = mapped_column(UUID(as_uuid=True))
    error_code: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="state"),
        CheckConstraint("(state = 'running') = (lease IS NOT NULL)", name="lease_while_running"),
        CheckConstraint("state NOT IN ('running', 'done') OR started_at IS NOT NULL", name="started"),
        CheckConstraint("(state IN ('done', 'failed', 'cancelled')) = (finished_at IS NOT NULL)", name="finished"),
        CheckConstraint("(state = 'failed') = (error_code IS NOT NULL)", name="failed_with_code"),
        CheckConstraint("state <> 'cancelled' OR cancel_requested_at IS NOT NULL", name="cancelled_on_request"),
        CheckConstraint("done >= 0 AND (total IS NULL OR done <= total)", name="progress"),
        CheckConstraint(f"attempts BETWEEN 0 AND {MAX_ATTEMPTS}", name="attempts"),
        CheckConstraint("jsonb_typeof(arguments) = 'object'", name="arguments_object"),
        Index("uq_job_once", "kind", "once", unique=True, postgresql_where=text("state = 'queued'")),
        Index("ix_job_owner_id_id", "owner_id", "id"),
    )


class Stopping(Exception):
    """Raised at a safe point when the worker is to stop; the job goes back to the queue with what it has done."""


class Lost(Stopping):
    """This run was taken for dead and its job given to another; whatever it was doing must be rolled back."""


class Cancelled(Exception):
    """Raised at a safe point when the user asked for the job to be cancelled."""


# Only ever used with a connection of ours; it opens none.
_deferring = App(connector=SyncPsycopgConnector())


def defer(
    session: Session,
    kind: str,
    arguments: Mapping[str, Any],
    *,
    owner_id: int | None = None,
    once: str | None = None,
    fire_at: datetime | None = None,
) -> int:
    """Hand work over to the workers in the session's transaction; return the number of its row.

    `arguments` are ids and codes only. With `once`, work of the same kind and word that still waits is not handed
    over again: its number is returned, and it will not begin before this transaction ends.
    """
    values = {"kind": kind, "arguments": dict(arguments), "owner_id": owner_id, "once": once, "fire_at": fire_at}
    row = insert(JobRow).values(**values)
    while True:
        # Without `once` there is nothing to conflict with: the index leaves NULL alone.
        job_id: int | None = session.scalar(row.on_conflict_do_nothing().returning(JobRow.id))
        if job_id is not None:
            enqueue(session, job_id)
            return job_id
        if waiting := _waiting(session, kind, once):
            return waiting


def _waiting(session: Session, kind: str, once: str | None) -> int | None:
    # FOR SHARE: a worker that wants to begin it must wait for our commit, and so sees what we wrote.
    same = select(JobRow.id).where(JobRow.kind == kind, JobRow.once == once, JobRow.state == "queued")
    return session.scalar(same.with_for_update(read=True))


def enqueue(session: Session, job_id: int) -> None:
    """Bring a row to the workers when this transaction commits (`defer` has done it for a new one)."""
    connection = session.connection().connection.driver_connection
    _deferring.configure_task(TASK, allow_unknown=True, connection=connection).defer(job_id=job_id)


def cancel(session: Session, job_id: int) -> bool:
    """Ask for a job to end: a waiting one is cancelled at once, a running one at its next safe point.

    Returns False when it has already ended. Whether the caller may ask is the caller's question.
    """
    waiting = update(JobRow).where(JobRow.id == job_id, JobRow.state == "queued")
    ended = waiting.values(state="cancelled", cancel_requested_at=sql_now(), finished_at=sql_now())
    running = update(JobRow).where(JobRow.id == job_id, JobRow.state == "running")
    asked = running.values(cancel_requested_at=func.coalesce(JobRow.cancel_requested_at, sql_now()))
    return any(session.scalar(statement.returning(JobRow.id)) for statement in (ended, asked))


@dataclass
class JobRun:
    """What a job is handed when it runs: its arguments, the database, and how to tell how far it is.

    `done` is how far earlier runs of the same job got, so that it can go on from there. `fire_at` is the due time
    (UTC) of a job that a schedule began. `data` is the data folder of the installation, for `keyring` and `files`.
    """

    database: Database
    job_id: int
    kind: str
    arguments: Mapping[str, Any]
    fire_at: datetime | None
    done: int
    attempts: int
    lease: uuid.UUID
    owner_id: int | None = None
    data: Path | None = None
    stop: threading.Event = field(default_factory=threading.Event)
    _looked: float = field(default_factory=time.monotonic)

    @property
    def keyring(self) -> Keyring:
        """The keys of the installation."""
        return Keyring.at(self._folder())

    @property
    def files(self) -> FileStore:
        """The files of the installation."""
        return FileStore(self._folder())

    def _folder(self) -> Path:
        if self.data is None:
            raise LookupError("this worker was not told its data folder")
        return self.data

    def safe_point(self) -> None:
        """Call wherever the job could end without harm, many times a second if you like.

        Raises `Stopping` when the worker is to stop and `Cancelled` when the user asked for it.
        """
        if self.stop.is_set():
            raise Stopping
        if time.monotonic() - self._looked >= LOOK_SECONDS:
            self._looked = time.monotonic()
            self.database.transaction(self._look)

    def progress(self, session: Session | None, done: int, total: int | None = None) -> None:
        """Write how far the job is, in the `session` of the work itself or, with None, in a transaction of its own.

        Within the work's session it also makes sure that no other run does the same: `Lost` if one has taken over.
        """
        if session is None:
            self.database.transaction(lambda own: self.progress(own, done, total))
            return
        self._ours(session, done=done, total=func.coalesce(total, JobRow.total))

    def finish(self, session: Session) -> None:
        """Write that the job is done in the transaction of its last work; without it, the worker does so afterwards."""
        self._ours(session, state="done", lease=None, finished_at=sql_now())

    def transaction(self, work: Callable[[Session], T], *, seconds: int = 60) -> T:
        """Run `work` in one transaction as `Database.transaction` does, its statements allowed so many seconds each."""

        def longer(session: Session) -> T:
            session.execute(select(func.set_config("statement_timeout", f"{seconds}s", True)))
            return work(session)

        return self.database.transaction(longer)

    def _look(self, session: Session) -> None:
        mine = select(JobRow.cancel_requested_at).where(JobRow.id == self.job_id, JobRow.lease == self.lease)
        row = session.execute(mine).one_or_none()
        if row is None:
            raise Lost
        if row.cancel_requested_at is not None:
            raise Cancelled

    def _ours(self, session: Session, **values: object) -> None:
        if session.scalar(self.change(**values)) is None:
            raise Lost

    def change(self, **values: object) -> Update:
        """Change the row if this run still holds it; the statement returns the row's number if it does."""
        mine = update(JobRow).where(JobRow.id == self.job_id, JobRow.lease == self.lease)
        return mine.values(**values).returning(JobRow.id).execution_options(synchronize_session=False)
