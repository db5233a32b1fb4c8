"""FAB §6: tables made at start, constraints without names, hundreds of statements before the first page."""

from __future__ import annotations

import re

from flask_appbuilder import Model  # type: ignore[import-untyped]
from sqlalchemy import event, text

from app.core.db import Base
from app.factory import create_app
from tests.faults.conftest import House
from tests.promises.source import python_files, read

NAMED = re.compile(r"\.(?:pk|uq|fk|ck|ex)_")
NAMES = text("""
SELECT t.relname || '.' || c.conname FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
 WHERE t.relnamespace = 'public'::regnamespace AND c.contype IN ('p', 'u', 'f', 'c', 'x')
   AND t.relname NOT LIKE 'procrastinate%' AND t.relname <> 'alembic_version'
""")


def test_every_constraint_has_a_name_migrations_can_use(house: House) -> None:
    """FAB §6.1: the framework's own tables included."""
    with house.stage.database.engine.connect() as connection:
        names = connection.scalars(NAMES).all()
    assert len(names) > 100
    assert any(name.startswith("ab_") for name in names)
    assert [name for name in names if not NAMED.search(name)] == []


def test_making_the_application_asks_the_database_nothing(house: House) -> None:
    """FAB §6.2, FAB §6.3: no table is made and no permission is synced where pages are served."""
    sent: list[str] = []
    engine = house.stage.database.engine

    def note(*arguments: object) -> None:
        sent.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        app = create_app(house.stage.settings, house.stage.database)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert sent == []
    assert app.config["FAB_CREATE_DB"] is app.config["FAB_UPDATE_PERMS"] is False


def test_there_is_one_register_of_tables() -> None:
    """FAB §0.2, FAB §6.5: the framework's and ours in one; its `SQLA` and Flask-SQLAlchemy's `db` are not used."""
    assert Base.metadata is Model.metadata
    assert {"ab_user", "ab_role", "student", "account"} <= set(Base.metadata.tables)
    used = [
        path
        for path in python_files("app", "config.py", "run.py")
        if re.search(r"\bSQLA\b|flask_sqlalchemy", read(path))
    ]
    assert used == []


def test_nobody_makes_tables_but_the_migrations() -> None:
    """FAB §6.2: `create_all` is called nowhere."""
    assert [path for path in python_files("app", "config.py", "run.py") if "create_all" in read(path)] == []
