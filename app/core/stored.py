"""Files somebody was given: a row says whose, what for and until when; the bytes lie encrypted in the file store.

A file belongs to the account that made it and to nobody else. Whoever hands it out writes that into the audit.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, Index, Uuid, event, func, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from app.core.clock import now, sql_now
from app.core.crypto import Keyring
from app.core.db import Base, Numbered
from app.core.files import FileStore

SEALED_AT = "stored_file.digest"
DRAFTS = "stored_drafts"
MOST_AT_ONCE = 1000


class StoredFile(Numbered, Base):
    """A file of one account; `purpose` is a word of the feature that made it, `name` what it is saved as."""

    __tablename__ = "stored_file"
    __table_args__ = (
        CheckConstraint("size >= 0", "size"),
        CheckConstraint("expires_at > created_at", "period"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", "name_length"),
        Index("ix_stored_file_owner_id", "owner_id", "id"),
        Index("ix_stored_file_expires_at", "expires_at", postgresql_where=text("erased_at IS NULL")),
    )

    owner_id: Mapped[int]
    purpose: Mapped[str]
    name: Mapped[str]
    media_type: Mapped[str]
    digest: Mapped[str]
    sealed_as: Mapped[uuid.UUID] = mapped_column(Uuid)
    size: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(server_default=sql_now())
    expires_at: Mapped[datetime]
    erased_at: Mapped[datetime | None]


@dataclass(frozen=True)
class NewFile:
    """A file to be kept; `life` is how long its owner may fetch it."""

    purpose: str
    name: str
    media_type: str
    data: bytes
    life: timedelta


def keep(session: Session, store: FileStore, keyring: Keyring, *, owner_id: int, new: NewFile) -> int:
    """Encrypt and store a file and return its number; when the transaction is undone, so is the file."""
    sealed_as = uuid.uuid4()
    digest = store.put(keyring.seal_bytes(new.data, SEALED_AT, sealed_as))
    _undo_with(session, store, digest)
    row = StoredFile(
        owner_id=owner_id,
        purpose=new.purpose,
        name=new.name,
        media_type=new.media_type,
        digest=digest,
        sealed_as=sealed_as,
        size=len(new.data),
        expires_at=now(session) + new.life,
    )
    session.add(row)
    session.flush()
    return row.id


def of_owner(session: Session, owner_id: int, file_id: int) -> StoredFile | None:
    """The file of this number, if it is this account's and its time is not over."""
    stmt = select(StoredFile).where(
        StoredFile.id == file_id,
        StoredFile.owner_id == owner_id,
        StoredFile.erased_at.is_(None),
        StoredFile.expires_at > sql_now(),
    )
    return session.scalars(stmt).one_or_none()


def contents(store: FileStore, keyring: Keyring, row: StoredFile) -> bytes:
    """What a file holds, decrypted."""
    return keyring.open_bytes(store.get(row.digest), SEALED_AT, row.sealed_as)


def end_now(session: Session, ids: Sequence[int]) -> None:
    """End the time of files that are needed no more; `erase_expired` then erases their bytes."""
    # a file has some time by rule, however short
    now_or_soon = func.greatest(sql_now(), StoredFile.created_at + timedelta(microseconds=1))
    stmt = update(StoredFile).where(StoredFile.id.in_(ids), StoredFile.erased_at.is_(None))
    stmt = stmt.values(expires_at=func.least(StoredFile.expires_at, now_or_soon))
    session.execute(stmt, execution_options={"synchronize_session": False})


def erase_expired(session: Session, store: FileStore) -> int:
    """Erase the bytes of files whose time is over, a thousand at a time; says how many. The rows stay."""
    due = (
        select(StoredFile.id, StoredFile.digest)
        .where(StoredFile.erased_at.is_(None), StoredFile.expires_at <= sql_now())
        .order_by(StoredFile.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(due).all()
    for row in rows:
        store.erase(row.digest)  # erasing again after a rollback is no error
    stmt = update(StoredFile).where(StoredFile.id.in_([row.id for row in rows])).values(erased_at=sql_now())
    session.execute(stmt, execution_options={"synchronize_session": False})
    return len(rows)


def _undo_with(session: Session, store: FileStore, digest: str) -> None:
    """Erase the bytes if this transaction is rolled back; they are encrypted under a row that then never was."""
    drafts: list[str] | None = session.info.get(DRAFTS)
    if drafts is None:
        drafts = session.info[DRAFTS] = []
        event.listen(session, "after_commit", lambda _session: drafts.clear())
        event.listen(session, "after_rollback", lambda _session: _erase(store, drafts))
    drafts.append(digest)


def _erase(store: FileStore, drafts: list[str]) -> None:
    while drafts:
        store.erase(drafts.pop())
