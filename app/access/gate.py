"""The alarm: a statement that reaches a gated table without a mark for it raises `Ungated` before it is sent.

It walks the whole statement (subqueries, CTEs, EXISTS, unions, joins, Core tables, INSERT … SELECT) and reads the words
of textual SQL. Lazy loads from a row already read pass. Objects written through the unit of work are judged by their
place against the actor bound to the session. A bug that trips the alarm is a bug of ours, never the user's: it is not a
`Refusal`, the edge answers 500 and logs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import event, inspect
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import ColumnClause, TextClause
from sqlalchemy.sql.selectable import TableClause

from app.access.scope import EVERY_TABLE, GATED, MARK
from app.core.db import Session

if TYPE_CHECKING:
    from sqlalchemy.orm import ORMExecuteState
    from sqlalchemy.orm import Session as AnySession

    from app.access.actor import Actor

ACTOR = "actor"


class Ungated(RuntimeError):
    """A statement or a written object skipped the scope."""


def bind(session: AnySession, actor: Actor) -> None:
    """Say who writes in this session; every edge does so when it opens one."""
    session.info[ACTOR] = actor


def tables_in(statement: Any) -> frozenset[str]:
    """The names of the gated tables that occur anywhere in a statement."""
    return frozenset(name for name in _names(statement) if name in GATED)


def _names(statement: Any) -> Iterator[str]:
    for element in visitors.iterate(statement):
        if isinstance(element, TableClause):
            yield element.name
        elif isinstance(element, TextClause):
            yield from _words(element.text)
        elif isinstance(element, ColumnClause) and isinstance(element.table, TableClause):
            yield element.table.name
        target = getattr(element, "table", None)
        if isinstance(target, TableClause):
            yield target.name
        entity = getattr(element, "_annotations", {}).get("parententity")
        if entity is not None:
            yield inspect(entity).mapper.local_table.name


@lru_cache(maxsize=512)
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z_][a-z_0-9]*", text.lower()))


@event.listens_for(Session, "do_orm_execute")
def refuse_unmarked(state: ORMExecuteState) -> None:
    """Raise `Ungated` when a gated table occurs without its mark."""
    if state.is_column_load or state.is_relationship_load:
        return
    marks = state.execution_options.get(MARK, frozenset())
    if EVERY_TABLE in marks:
        return
    missing = tables_in(state.statement) - marks
    if missing:
        raise Ungated(f"no scope for {', '.join(sorted(missing))} in: {str(state.statement)[:300]}")


@event.listens_for(Session, "before_flush")
def refuse_misplaced(session: AnySession, _context: object, _instances: object) -> None:
    """Raise `Ungated` when an object would be written outside every place of the session's actor."""
    for written in (*session.new, *session.dirty, *session.deleted):
        if inspect(written).mapper.local_table.name in GATED:
            _judge(session.info.get(ACTOR), written)


def _judge(actor: Actor | None, written: Any) -> None:
    if actor is None:
        raise Ungated(f"nobody is bound to the session that writes {type(written).__name__}")
    if actor.is_system:
        return
    prefixes = [prefix for grant in actor.grants for prefix in grant.prefixes]
    for path in _paths(written):
        if not any(path.startswith(prefix) for prefix in prefixes):
            raise Ungated(f"{type(written).__name__} would be written outside the actor's places")


def _paths(written: Any) -> Iterator[str]:
    for name in ("tree_path", "path"):
        attribute = inspect(written).attrs.get(name)
        if attribute is not None:
            history = attribute.history
            yield from (value for value in (*history.added, *history.unchanged, *history.deleted) if value is not None)
