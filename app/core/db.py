"""One metadata, one way to open the database, one way to run a unit of work.

Flask-AppBuilder's tables and ours share a metadata whose constraints all have names: migrations can change them.
Services never commit: an edge calls `Database.transaction`, which commits, or rolls back and tries again.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from flask_appbuilder import Model
from sqlalchemy import ARRAY, BigInteger, DateTime, Identity, Text, any_, create_engine, event, literal
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, ORMExecuteState, mapped_column, sessionmaker
from sqlalchemy.orm import Session as _Session
from sqlalchemy.sql.elements import CollectionAggregate

from app.core.errors import Crowded

if TYPE_CHECKING:
    from sqlalchemy import Engine

T = TypeVar("T")

WHILE_ONE_PAGE_IS_MADE = "while one page is made"
"""Where a session that only reads for one page keeps what queries need not ask for twice (`Session.info`)."""
RETRIED_STATES = frozenset({"40P01", "40001"})
NO_SUCH_KEY, PLACE_KEY = "23503", "_place"
"""The state of a violated foreign key, and how those that lead to a place of the tree are called (`access.scope`)."""
TRIES = 7
"""A branch that moves meets everybody who writes in it; each time one of two gives way."""

Model.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
FAB: Any = import_module("flask_appbuilder.security.sqla.models")
"""Flask-AppBuilder's own tables; imported after the naming convention is set, so that their constraints have names."""


class Base(DeclarativeBase):
    """The parent of every table of ours: whole numbers are bigint, texts have no length, times carry their zone."""

    metadata = Model.metadata
    type_annotation_map: ClassVar[dict[Any, Any]] = {int: BigInteger, str: Text, datetime: DateTime(timezone=True)}


class Numbered:
    """A table whose key is one bigint the database counts up."""

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True, sort_order=-100)


class Session(_Session):
    """Our session; the gate (`access.gate`) listens to this class and to no other."""


@event.listens_for(Session, "do_orm_execute")
def read_locked_rows_anew(state: ORMExecuteState) -> None:
    """Let a row that is being locked be read as it stands now, whatever the session has seen of it before.

    Who waited for a lock would else go on with the place, state and version of before the wait.
    """
    if getattr(state.statement, "_for_update_arg", None) is not None:
        state.update_execution_options(populate_existing=True)


class Database:
    """An open database: its engine and its sessions.

    `statement_timeout` is in milliseconds (5,000 for web requests; jobs lengthen it by `SET LOCAL`).
    Statements are never prepared on the server: a generic plan made a 0.3 ms search take 10 s.
    """

    def __init__(self, url: str, *, statement_timeout: int = 5000, pool_size: int = 10) -> None:
        """Open `url` (any PostgreSQL URL; the driver is always psycopg 3)."""
        self.url = url
        self.engine: Engine = create_engine(
            driver_url(url),
            pool_size=pool_size,
            pool_pre_ping=True,
            hide_parameters=True,  # what is typed must not reach a log with an error
            connect_args={
                "prepare_threshold": None,
                "connect_timeout": 5,
                "options": f"-c statement_timeout={statement_timeout} -c timezone=UTC"
                " -c idle_in_transaction_session_timeout=60000",
            },
        )
        self.sessions = sessionmaker(self.engine, class_=Session, expire_on_commit=False)
        self._of_one_instant = self.engine.execution_options(isolation_level="REPEATABLE READ")

    def snapshot(self) -> Session:
        """A session to read with: until it commits, all its statements see the database of one instant.

        Else a place that moves between two statements of a page is missing in the second. Where every session stands in
        one transaction already (ordinary tests), that one stays as it is.
        """
        stands_apart = self.sessions.kw["bind"] is self.engine
        return self.sessions(bind=self._of_one_instant) if stands_apart else self.sessions()

    def transaction(self, work: Callable[[Session], T]) -> T:
        """Run `work` in one transaction and commit; when it collides (`is_retriable`) it is run again, a few times.

        `work` must have no effect outside the database. Any other error rolls back and is raised as it is; one that
        collides every time is refused (`Crowded`).
        """
        tries = 0
        while True:
            tries += 1
            try:
                with self.sessions.begin() as session:
                    return work(session)
            except DBAPIError as error:
                if not is_retriable(error):
                    raise
                if tries == TRIES:
                    raise Crowded from error
                time.sleep(random.uniform(0.01, 0.05) * tries)  # noqa: S311  not a secret: spreads the retries

    def close(self) -> None:
        """Give back every connection."""
        self.engine.dispose()


@contextmanager
def refused(**meaning: Callable[[], Exception]) -> Iterator[None]:
    """Raise the refusal that a violated constraint means, by the constraint's name.

    A service looks first, so that it can say how many; two that look at the same instant meet only in the constraint.
    """
    try:
        yield
    except IntegrityError as error:
        violated = getattr(getattr(error.orig, "diag", None), "constraint_name", None)
        if violated not in meaning:
            raise
        refusal = meaning[violated]()
        raise refusal from error


def any_of(ids: Iterable[int]) -> CollectionAggregate[Any]:
    """One of these ids, compared with a column: one array, so the statement stays the same however many there are."""
    return any_(literal(sorted(set(ids)), ARRAY(BigInteger)))


def any_word(words: Iterable[str]) -> CollectionAggregate[Any]:
    """One of these words, as `any_of` is one of some ids; `in_` ends at 65,535 of them."""
    return any_(literal(sorted(set(words)), ARRAY(Text)))


def driver_url(url: str) -> str:
    """Name the driver in a PostgreSQL URL, whichever spelling the operator used."""
    scheme, rest = url.split("://", 1)
    if scheme.split("+")[0] not in {"postgresql", "postgres"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    return f"postgresql+psycopg://{rest}"


def is_retriable(error: DBAPIError) -> bool:
    """Whether running the same unit of work again may succeed: deadlock, serialisation failure, a place that moved.

    A row that names its place by node and path is refused when a branch of the tree moved after the path was read; read
    again, it is the new one.
    """
    state = getattr(error.orig, "sqlstate", None)
    named = getattr(getattr(error.orig, "diag", None), "constraint_name", None) or ""
    return state in RETRIED_STATES or (state == NO_SUCH_KEY and named.endswith(PLACE_KEY))
