"""Reading the audit and the change records of the own places, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.access.permissions import Permission
from app.access.scope import visible
from app.audit.models import Audit
from app.changes.models import ChangeRecord
from app.core.clock import SHANGHAI
from app.core.errors import NotFound
from app.lists.keyset import Cut, Key, Order, Spot, counted, cut

AUDIT_ORDER = Order(Key(Audit.id, is_descending=True))
CHANGE_ORDER = Order(Key(ChangeRecord.id, is_descending=True))
Found = Row[*tuple[Any, ...]]


@dataclass(frozen=True)
class Wanted:
    """What a list is asked for; empty matches everything. Days are days in China, both included."""

    actor: str = ""
    kind: str = ""
    subject: str = ""
    since: date | None = None
    until: date | None = None


AUDIT_COLUMNS = (
    Audit.id,
    Audit.at,
    Audit.actor_name,
    Audit.act,
    Audit.subject,
    Audit.subject_ids,
    Audit.tree_path,
    Audit.address,
    Audit.reason,
    Audit.before,
    Audit.after,
)
CHANGE_COLUMNS = (
    ChangeRecord.id,
    ChangeRecord.at,
    ChangeRecord.actor_name,
    ChangeRecord.kind,
    ChangeRecord.subject,
    ChangeRecord.subject_name,
    ChangeRecord.tree_path,
    ChangeRecord.reason,
    ChangeRecord.before,
    ChangeRecord.after,
    ChangeRecord.source,
)


def count_audit(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many audit lines match, counted up to 10,001."""
    ids = visible(_audit(select(Audit.id), wanted), Audit, actor, Permission.AUDIT_READ)
    return counted(session, ids)


def audit(session: Session, actor: Actor, wanted: Wanted, spot: Spot) -> Cut[Found]:
    """One page of audit lines, newest first."""
    stmt = visible(_audit(select(*AUDIT_COLUMNS), wanted), Audit, actor, Permission.AUDIT_READ)
    return cut(session, stmt, AUDIT_ORDER, spot)


def audit_line(session: Session, actor: Actor, *, line_id: int) -> Found:
    """One audit line within the scope, or `NotFound`."""
    stmt = visible(select(*AUDIT_COLUMNS).where(Audit.id == line_id), Audit, actor, Permission.AUDIT_READ)
    found = session.execute(stmt).one_or_none()
    if found is None:
        raise NotFound(what="audit")
    return found


def count_changes(session: Session, actor: Actor, wanted: Wanted) -> int:
    """How many change records match, counted up to 10,001."""
    ids = visible(_changes(select(ChangeRecord.id), wanted), ChangeRecord, actor, Permission.CHANGE_READ)
    return counted(session, ids)


def changes(session: Session, actor: Actor, wanted: Wanted, spot: Spot) -> Cut[Found]:
    """One page of change records, newest first."""
    stmt = visible(_changes(select(*CHANGE_COLUMNS), wanted), ChangeRecord, actor, Permission.CHANGE_READ)
    return cut(session, stmt, CHANGE_ORDER, spot)


def _audit(stmt: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.kind:
        stmt = stmt.where(Audit.act == wanted.kind)
    if wanted.actor:
        stmt = stmt.where(Audit.actor_name.contains(wanted.actor, autoescape=True))
    return stmt.where(*_between(Audit.at, wanted))


def _changes(stmt: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    if wanted.kind:
        stmt = stmt.where(ChangeRecord.kind == wanted.kind)
    if wanted.actor:
        stmt = stmt.where(ChangeRecord.actor_name.contains(wanted.actor, autoescape=True))
    if wanted.subject:
        stmt = stmt.where(ChangeRecord.subject_name.contains(wanted.subject, autoescape=True))
    return stmt.where(*_between(ChangeRecord.at, wanted))


def _between(column: Any, wanted: Wanted) -> list[ColumnElement[bool]]:
    limits: list[ColumnElement[bool]] = []
    if wanted.since:
        limits.append(column >= datetime.combine(wanted.since, time.min, SHANGHAI))
    if wanted.until:
        limits.append(column < datetime.combine(wanted.until + timedelta(days=1), time.min, SHANGHAI))
    return limits
