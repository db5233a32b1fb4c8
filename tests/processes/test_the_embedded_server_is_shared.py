"""One server per data folder, however many programs use it; the last one out stops it."""

from __future__ import annotations

import sys

import psycopg
import pytest

from app.core.embedded import EmbeddedPostgres, database_url
from app.core.embedded_place import EmbeddedUnusable
from config import Settings
from tests.processes.started import started

ASK = """
import sys
from config import Settings
from app.core.embedded import database_url
import psycopg
with database_url(Settings.from_env({"XUEBAO_DATA": sys.argv[1]})) as url:
    print(psycopg.connect(url).execute("SELECT count(*) FROM kept").fetchone()[0])
"""


def settings_of(server: EmbeddedPostgres) -> Settings:
    return Settings.from_env({"XUEBAO_DATA": str(server.data)})


def test_a_command_joins_the_running_server_and_leaves_it_running(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n FROM generate_series(1, 3)")
    with started(sys.executable, "-c", ASK, str(server.data)) as command:
        assert command.communicate()[0] == "3\n"
    assert server.is_running()


def test_a_command_starts_the_server_when_nothing_runs_and_stops_it(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.start()) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS n FROM generate_series(1, 3)")
    server.stop()
    assert not server.is_running()
    with started(sys.executable, "-c", ASK, str(server.data)) as command:
        assert command.communicate()[0] == "3\n"
    assert not server.is_running()


def test_the_last_to_leave_stops_the_server(server: EmbeddedPostgres) -> None:
    server.start()
    with database_url(settings_of(server)) as url:
        assert url == server.url
        server.stop()
        assert server.is_running()
    assert not server.is_running()
    with pytest.raises(EmbeddedUnusable):
        _ = server.url


def test_a_database_of_ones_own_is_used_and_nothing_started(server: EmbeddedPostgres) -> None:
    settings = Settings.from_env({"XUEBAO_DATA": str(server.data), "DATABASE_URL": "postgresql://elsewhere/xuebao"})
    with database_url(settings) as url:
        assert url == "postgresql://elsewhere/xuebao"
    assert not server.data.exists()


def test_nobody_gets_in_without_the_password_and_the_program_is_no_superuser(server: EmbeddedPostgres) -> None:
    url = server.start()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() == (False,)
        assert connection.execute("SELECT version() LIKE 'PostgreSQL 18%'").fetchone() == (True,)
    password = url.split(":")[2].split("@")[0]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url.replace(password, "wrong"))
