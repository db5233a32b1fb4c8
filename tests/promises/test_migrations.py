"""The migrations make exactly the tables of the models, and the newest can be taken back."""

from __future__ import annotations

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import text

from app.core.db import Database
from app.core.migrate import config_for, is_current, upgrade

# Everything the catalogue knows about the schema, as lines that can be compared.
SCHEMA = text("""
SELECT 'column ' || table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' '
       || coalesce(column_default, '') || ' ' || coalesce(generation_expression, '') || ' ' || is_identity
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index ' || indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function ' || p.oid::regprocedure FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
ORDER BY 1
""")


def _schema(database: Database) -> list[str]:
    return database.transaction(lambda session: list(session.scalars(SCHEMA)))


@pytest.mark.committed
def test_models_and_migrations_agree(database: Database) -> None:
    command.check(config_for(database.url))


def test_there_is_one_newest_migration() -> None:
    assert len(ScriptDirectory.from_config(config_for("postgresql://nobody@localhost/nowhere")).get_heads()) == 1


@pytest.mark.committed
def test_the_newest_migration_goes_down_and_up_again(database: Database) -> None:
    before = _schema(database)
    assert is_current(database.url)
    command.downgrade(config_for(database.url), "-1")
    assert _schema(database) != before
    assert not is_current(database.url)
    upgrade(database.url)
    assert is_current(database.url)
    assert _schema(database) == before
