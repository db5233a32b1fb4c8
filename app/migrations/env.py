"""Alembic's entry: which tables are ours, under which lock and time limits migrations run, and the seeding of roles."""

from __future__ import annotations

from typing import Any

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

import app.features  # noqa: F401  every model must be known before the metadata is compared
from app.accounts.seed import sync_roles
from app.core.db import Base, Session

LOCK = 7_261_530_911
OTHERS = ("procrastinate_", "alembic_version")


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Leave procrastinate's tables alone."""
    return not (kind == "table" and name and name.startswith(OTHERS))


def run() -> None:
    """Migrate in one transaction per migration, under an advisory lock that makes simultaneous starts wait."""
    config = context.config
    engine = create_engine(config.attributes["url"], poolclass=NullPool)
    with engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(:key)"), {"key": LOCK})
        guard.commit()
        with engine.connect() as connection:
            connection.execute(text("SET lock_timeout = '4s'"))
            connection.commit()
            context.configure(
                connection=connection,
                target_metadata=Base.metadata,
                include_name=is_ours,
                transaction_per_migration=True,
                compare_server_default=False,
            )
            with context.begin_transaction():
                context.run_migrations()
            if config.attributes.get("seed"):
                with Session(bind=connection) as session, session.begin():
                    sync_roles(session)
    engine.dispose()


run()
