"""Reading files: one's own drafts, and those attached to a record as far as the record may be read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.core.clock import sql_now
from app.core.errors import NotFound
from app.core.stored import StoredFile
from app.evidence.models import Attached
from app.evidence.rules import DRAFT, PICTURES


@dataclass(frozen=True)
class Shown:
    """A file as a page names it; `is_gone` when its time is over. `size` in bytes."""

    id: int
    name: str
    size: int
    media_type: str
    expires_at: datetime
    is_gone: bool
    is_draft: bool

    @property
    def is_picture(self) -> bool:
        """Whether it can be looked at on the page."""
        return self.media_type in PICTURES


def drafts(session: Session, actor: Actor, ids: Collection[int]) -> list[Shown]:
    """Those of the files that are the actor's own drafts and still there, in the order they were sent."""
    if not ids:
        return []
    stmt = _columns().where(StoredFile.id.in_(ids), StoredFile.owner_id == actor.user_id, StoredFile.purpose == DRAFT)
    return [each for each in _shown(session, stmt) if not each.is_gone]


def attached(
    session: Session, actor: Actor, permission: Permission, kind: type[Attached], record_id: int
) -> list[Shown]:
    """The files attached to a record, as far as the actor may read it, in the order they were sent."""
    stmt = _columns().join(kind, kind.file_id == StoredFile.id).where(kind.of(record_id))
    return _shown(session, visible(stmt, kind, actor, permission))


def choices(
    session: Session,
    actor: Actor,
    permission: Permission,
    kind: type[Attached],
    record_id: int,
    ids: Collection[int],
) -> list[Shown]:
    """Of the files a form names: those attached to the record and the own drafts."""
    mine = [one for one in attached(session, actor, permission, kind, record_id) if one.id in ids and not one.is_gone]
    return sorted(mine + drafts(session, actor, ids), key=lambda one: one.id)


def opened(
    session: Session,
    actor: Actor,
    permission: Permission,
    kind: type[Attached],
    record_id: int,
    file_id: int,
) -> StoredFile:
    """One attached file that may be opened, or `NotFound`."""
    stmt = (
        select(StoredFile)
        .join(kind, kind.file_id == StoredFile.id)
        .where(kind.of(record_id), StoredFile.id == file_id)
        .where(StoredFile.erased_at.is_(None), StoredFile.expires_at > sql_now())
    )
    found = session.scalars(visible(stmt, kind, actor, permission)).one_or_none()
    if found is None:
        raise NotFound(what="file")
    return found


def sent_today(session: Session, actor: Actor) -> int:
    """How many files the account has sent in the last 24 hours, attached or not."""
    since = sql_now() - func.make_interval(0, 0, 0, 1)
    stmt = select(func.count()).select_from(StoredFile)
    stmt = stmt.where(StoredFile.owner_id == actor.user_id, StoredFile.created_at > since)
    return session.scalar(stmt.where(StoredFile.purpose.startswith("evidence"))) or 0


def _columns() -> Select[int, str, int, str, datetime, bool, bool]:
    is_gone = or_(StoredFile.erased_at.is_not(None), StoredFile.expires_at <= sql_now())
    return select(
        StoredFile.id,
        StoredFile.name,
        StoredFile.size,
        StoredFile.media_type,
        StoredFile.expires_at,
        is_gone,
        StoredFile.purpose == DRAFT,
    ).order_by(StoredFile.id)


def _shown(session: Session, stmt: Select[int, str, int, str, datetime, bool, bool]) -> list[Shown]:
    return [Shown(*row) for row in session.execute(stmt)]
