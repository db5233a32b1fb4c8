"""FAB §6.4: processes that started together on an empty database fell over each other."""

from __future__ import annotations

import re

import psycopg
from sqlalchemy import text

from app.core.db import Database
from app.core.migrate import upgrade
from tests.at_once import Later, until_waiting
from tests.cluster import Cluster
from tests.promises.source import read

LOCK = re.compile(r"^LOCK = ([\d_]+)$", re.MULTILINE)
COUNTS = (
    "SELECT (SELECT count(*) FROM ab_permission_view), (SELECT count(*) FROM role_detail),"
    " (SELECT count(*) FROM ab_permission_view_role), (SELECT count(*) FROM alembic_version)"
)


def test_a_start_waits_while_another_migrates_and_finds_everything_done(cluster: Cluster) -> None:
    """FAB §6.4: the second adds nothing twice and reports nothing."""
    with cluster.cloned("another_start") as url, psycopg.connect(url) as first:
        before = first.execute(COUNTS).fetchone()
        (number,) = LOCK.findall(read("app/migrations/env.py"))
        first.execute("SELECT pg_advisory_xact_lock(%s)", [int(number)])
        second = Later(lambda: upgrade(url))
        database = Database(url, pool_size=1)
        until_waiting(database)
        with database.engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        database.close()
        first.commit()
        assert second.result() is None
        assert first.execute(COUNTS).fetchone() == before
