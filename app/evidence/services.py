"""Keeping files that were sent, attaching them to a record, letting them go, and noting who opened one."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.scope import everything
from app.audit.services import record
from app.core.clock import sql_now
from app.core.crypto import Keyring
from app.core.errors import Invalid
from app.core.files import FileStore
from app.core.stored import NewFile, StoredFile, keep
from app.evidence.models import Attached
from app.evidence.queries import sent_today
from app.evidence.rules import DRAFT, DRAFT_LIFE, KEPT, KEPT_LIFE, MOST_A_DAY, MOST_FILES, Fit, SentTooMuch

OF_THE_RECORD = "the record was found and locked by the caller within the actor's scope"


def stage(session: Session, actor: Actor, fit: Sequence[Fit], *, files: FileStore, keyring: Keyring) -> list[int]:
    """Keep judged files as drafts of the actor for a day; returns their ids. Raises `SentTooMuch`."""
    if fit and sent_today(session, actor) + len(fit) > MOST_A_DAY:
        raise SentTooMuch
    return [
        keep(
            session,
            files,
            keyring,
            owner_id=actor.user_id,
            new=NewFile(DRAFT, one.name, one.media_type, one.data, DRAFT_LIFE),
        )
        for one in fit
    ]


def attach(session: Session, actor: Actor, kind: type[Attached], record_id: int, file_ids: Collection[int]) -> int:
    """Make these files, and no others, the evidence of a record the caller has locked; returns how many they are.

    A file is attached already, or a draft of the actor's own; anything else, and a draft whose day is over, is
    `Invalid`. What is attached no more is erased within the hour.
    """
    wanted, now = set(file_ids), _attached(session, kind, record_id)
    fresh, gone = wanted - now, now - wanted
    if len(wanted) > MOST_FILES:
        raise Invalid({"evidence": "evidence_many_ticked"})
    if fresh - _own_drafts(session, actor, fresh):
        raise Invalid({"evidence": "evidence_gone"})
    if gone:
        stmt = delete(kind).where(kind.of(record_id), kind.file_id.in_(gone))
        session.execute(everything(stmt, because=OF_THE_RECORD), execution_options={"synchronize_session": False})
        _end(session, gone)
    if fresh:
        rows = [{kind.record_key: record_id, "file_id": each} for each in sorted(fresh)]
        session.execute(everything(insert(kind).values(rows), because=OF_THE_RECORD))
        _change(session, fresh, purpose=KEPT, expires_at=sql_now() + KEPT_LIFE)
    return len(wanted)


def release(session: Session, kind: type[Attached], record_id: int) -> None:
    """Let all files of a record go that asks for nothing any more; they are erased within the hour, names stay."""
    _end(session, _attached(session, kind, record_id))


def note_opened(session: Session, actor: Actor, *, subject: str, record_id: int, path: str, file_id: int) -> None:
    """Write down that somebody has opened a file of a record."""
    record(session, actor, "evidence:open", subject=subject, ids=[record_id], path=path, after={"file": file_id})


def _attached(session: Session, kind: type[Attached], record_id: int) -> set[int]:
    stmt = select(kind.file_id).where(kind.of(record_id))
    return set(session.scalars(everything(stmt, because=OF_THE_RECORD)))


def _own_drafts(session: Session, actor: Actor, ids: Collection[int]) -> set[int]:
    """Those of the files that are the actor's drafts, locked in the order of their ids."""
    if not ids:
        return set()
    stmt = (
        select(StoredFile.id)
        .where(StoredFile.id.in_(ids), StoredFile.owner_id == actor.user_id, StoredFile.purpose == DRAFT)
        .where(StoredFile.erased_at.is_(None), StoredFile.expires_at > sql_now())
        .order_by(StoredFile.id)
        .with_for_update()
    )
    return set(session.scalars(stmt))


def _end(session: Session, ids: Collection[int]) -> None:
    if ids:
        _change(session, ids, expires_at=sql_now())


def _change(session: Session, ids: Collection[int], **values: object) -> None:
    stmt = update(StoredFile).where(StoredFile.id.in_(ids)).values(**values)
    session.execute(stmt, execution_options={"synchronize_session": False})
