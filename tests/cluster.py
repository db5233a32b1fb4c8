"""The database server of one test run, its template, and the clones the tests work in."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from app.core.embedded import EmbeddedPostgres
from app.core.migrate import upgrade

TEMPLATE = "template_of_tests"

# Looks first at the setting of this transaction, then at the table that stands for all transactions of a clone.
CLOCK = """
CREATE SCHEMA clock_of_tests;
CREATE TABLE clock_of_tests.stands (at timestamptz NOT NULL);
CREATE OR REPLACE FUNCTION xuebao_now() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
  SELECT coalesce(
    nullif(current_setting('xuebao.now', true), '')::timestamptz,
    (SELECT max(at) FROM clock_of_tests.stands),
    clock_timestamp())
$$;
"""


def in_database(url: str, name: str) -> str:
    """The same server's URL, leading to another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


@dataclass(frozen=True)
class Cluster:
    """A running server whose template database is built; `url` leads to it, whichever process asks."""

    url: str

    def clone(self, name: str, of: str = TEMPLATE) -> str:
        """Make a database like the template, or like another in which nobody works, and return its URL.

        Its files are copied: for databases as small as these, half the work of writing each page to the log.
        """
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        self._execute(command.format(sql.Identifier(name), sql.Identifier(of)))
        return in_database(self.url, name)

    def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected to it.

        A vacuum of the server's own cannot be ended by us: without force the server sends it away itself and waits.
        """
        drop = sql.SQL("DROP DATABASE {}").format(sql.Identifier(name))
        try:
            self._execute(drop + sql.SQL(" WITH (FORCE)"))
        except psycopg.errors.InsufficientPrivilege:
            self._execute(drop)

    @contextmanager
    def cloned(self, name: str) -> Iterator[str]:
        """Have a clone for the length of a block."""
        url = self.clone(name)
        try:
            yield url
        finally:
            self.drop(name)

    def build_template(self) -> None:
        """Build the template by the migrations and put the clock of tests into it."""
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        url = in_database(self.url, TEMPLATE)
        upgrade(url)
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(CLOCK)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement)


class Server:
    """The embedded PostgreSQL of a run, in a folder of its own that is removed at the end."""

    def __init__(self) -> None:
        """Make the folder."""
        self.folder = Path(tempfile.mkdtemp(prefix="xuebao-tests-"))
        if os.geteuid() == 0:
            self.folder.chmod(0o711)  # the server's own user must pass through
        self.postgres = EmbeddedPostgres(self.folder / "data", fast_and_unsafe=True)

    def start(self) -> Cluster:
        """Start the server and build the template; a failure leaves nothing behind."""
        try:
            cluster = Cluster(self.postgres.start())
            cluster.build_template()
        except BaseException:
            self.stop()
            raise
        return cluster

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        self.postgres.stop()
        shutil.rmtree(self.folder)
