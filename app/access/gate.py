"""The alarm: a statement that reaches a gated table without a mark for it raises `Ungated` before it is sent.

It walks the whole statement (subqueries, CTEs, EXISTS, unions, joins, Core tables, INSERT … SELECT, eagerly joined
relations) and reads the words of textual SQL. A mark holds for the statement that carries it and for all inside it.
Lazy loads from a row already read pass; a relation that enters the tree from outside does not. Objects written through
the unit of work are judged by their place against the actor bound to the session; what cannot be judged is refused. A
bug that trips the alarm is a bug of ours, never the user's: it is not a `Refusal`, the edge answers 500 and logs it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NoReturn

from sqlalchemy import event, inspect
from sqlalchemy.sql.elements import ColumnClause, ColumnElement, TextClause
from sqlalchemy.sql.selectable import FromClause, TableClause

from app.access.scope import EVERY_TABLE, GATED, MARK
from app.core.db import Session

if TYPE_CHECKING:
    from sqlalchemy.orm import Mapper, ORMExecuteState
    from sqlalchemy.orm import Session as AnySession

    from app.access.actor import Actor

ACTOR = "actor"
JOINED = (("lazy", "joined"),)
TOKEN = re.compile(r"[a-z_][a-z_0-9]*|[.,(]")
COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_KNOWN: dict[type[Any], frozenset[str]] = {}
BEFORE_A_TABLE = frozenset(("from", "join", "into", "update", "only", "table", "using", "truncate", "copy", "lock"))
LOOKED_AT = (
    *("_execution_options", "table", "_prefixes", "_suffixes"),
    *("_annotations", "_hints", "_statement_hints", "_with_options"),
)
"""Where an element may hold tables, texts or marks beside the parts it consists of."""
UNSEEN_BY_THE_GATE = ("bulk_save_objects", "bulk_insert_mappings", "bulk_update_mappings")


class Ungated(RuntimeError):
    """A statement or a written object skipped the scope."""


def bind(session: AnySession, actor: Actor) -> None:
    """Say who writes in this session; every edge does so when it opens one."""
    session.info[ACTOR] = actor


def tables_in(statement: Any, marks: frozenset[str] = frozenset()) -> frozenset[str]:
    """The names of the gated tables that occur anywhere in a statement without a mark there or around it."""
    found: set[str] = set()
    seen: dict[tuple[int, frozenset[str]], Any] = {}  # keeps the parts alive, so that no id is used twice
    todo = [(statement, marks)]
    while todo:
        element, around = todo.pop()
        if (id(element), around) in seen:
            continue
        seen[id(element), around] = element
        known = around | marks_of if (marks_of := _marks_of(element)) else around
        if EVERY_TABLE not in known:
            found.update(name for name in _names(element) if name in GATED and name not in known)
            todo.extend([(part, known) for part in _parts(element)])
    return frozenset(found)


def _of(element: Any, name: str, absent: Any = ()) -> Any:
    """An attribute of an element, if it has it.

    A statement has hundreds of columns and values, and those ask the comparator of their type for whatever they have
    not: that took most of the gate's time, and of a page's. What is one's own, or one's class's, is looked up here.
    """
    if name in element.__dict__ or name in _by_class(type(element)):
        return getattr(element, name, absent)
    return absent


def _by_class(kind: type[Any]) -> frozenset[str]:
    """Those attributes that every element of a kind may have; all, where a kind makes up its own."""
    if kind not in _KNOWN:
        made_up = getattr(kind, "__getattr__", None) not in {None, ColumnElement.__getattr__}
        _KNOWN[kind] = frozenset(name for name in LOOKED_AT if made_up or hasattr(kind, name))
    return _KNOWN[kind]


def _marks_of(element: Any) -> frozenset[str]:
    options = _of(element, "_execution_options")
    marks: frozenset[str] = options.get(MARK, frozenset()) if options else frozenset()
    return marks


def _parts(element: Any) -> list[Any]:
    """What an element consists of, also where SQLAlchemy's own traversal does not go."""
    parts = list(element.get_children())
    if isinstance(target := _of(element, "table"), FromClause):
        parts.append(target)
    parts += [part for part, _ in (*_of(element, "_prefixes"), *_of(element, "_suffixes"))]
    if (annotations := _of(element, "_annotations")) and (entity := annotations.get("parententity")) is not None:
        parts.append(inspect(entity).selectable)
    return parts


def _names(element: Any) -> Iterator[str]:
    if isinstance(element, TableClause):
        yield element.name
    elif isinstance(element, TextClause):
        yield from _words(element.text)
    elif isinstance(element, ColumnClause) and element.is_literal:
        yield from _words(element.name)
    if hints := _of(element, "_hints"):
        for hint in hints.values():
            yield from _words(hint)
    for _, hint in _of(element, "_statement_hints"):
        yield from _words(hint)
    for option in _of(element, "_with_options"):
        yield from _joined_by(option)


def _joined_by(option: Any) -> Iterator[str]:
    """The tables a loader option joins to the statement unseen (`joinedload`)."""
    for load in getattr(option, "context", ()):
        if getattr(load, "strategy", None) == JOINED:
            yield from (part.local_table.name for part in load.path.path if getattr(part, "is_mapper", False))


@lru_cache(maxsize=512)
def _words(text: str) -> frozenset[str]:
    """The words of a text that may be tables: those that stand where one may stand; in a fragment, all of them."""
    tokens = TOKEN.findall(COMMENT.sub(" ", text.lower()))
    if BEFORE_A_TABLE.isdisjoint(tokens):
        return frozenset(tokens)
    return frozenset(word for place, word in enumerate(tokens) if _follows(tokens, place))


def _follows(tokens: list[str], place: int) -> bool:
    """Whether the word stands behind FROM, JOIN and their kin, or in a list; brackets and the schema do not count."""
    before = [token for token in tokens[max(0, place - 8) : place] if token not in {"(", "."}]
    if tokens[max(0, place - 2) : place] == ["public", "."]:
        before.pop()
    elif tokens[max(0, place - 1) : place] == ["."]:
        return False
    return bool(before) and (before[-1] == "," or before[-1] in BEFORE_A_TABLE)


@event.listens_for(Session, "do_orm_execute")
def refuse_unmarked(state: ORMExecuteState) -> None:
    """Raise `Ungated` when a gated table occurs without its mark."""
    if state.is_column_load or (state.is_relationship_load and _loads_from(state) in GATED):
        return
    missing = tables_in(state.statement, state.execution_options.get(MARK, frozenset()))
    if missing:
        # not its text: some statements have none before the session has prepared them
        raise Ungated(f"no scope for {', '.join(sorted(missing))} in this {type(state.statement).__name__}")


def _loads_from(state: ORMExecuteState) -> str | None:
    """The table whose row a relation is being loaded for."""
    path = state.loader_strategy_path
    owners: list[Mapper[Any]] = [part.parent for part in path.path if hasattr(part, "parent")] if path else []
    name: str | None = getattr(owners[-1].local_table, "name", None) if owners else None
    return name


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
    paths = list(_paths(written))
    if not paths:
        raise Ungated(f"{type(written).__name__} does not say where it stands: write it by a marked statement")
    for path in paths:
        if not any(path.startswith(prefix) for prefix in prefixes):
            raise Ungated(f"{type(written).__name__} would be written outside the actor's places")


def _paths(written: Any) -> Iterator[str]:
    for name in ("tree_path", "path"):
        attribute = inspect(written).attrs.get(name)
        if attribute is not None:
            history = attribute.history
            yield from (value for value in (*history.added, *history.unchanged, *history.deleted) if value is not None)


def _refuse_bulk(*_arguments: object, **_options: object) -> NoReturn:
    raise Ungated("these write without telling the gate: use insert() or update()")


for _name in UNSEEN_BY_THE_GATE:
    setattr(Session, _name, _refuse_bulk)
