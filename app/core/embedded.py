"""The embedded PostgreSQL: the database of an installation that names no other.

Programs of the wheel, our own start and stop: passwords always, a socket in a private folder, a lock around every
start and stop. Whoever uses the server shares the file lock `database.users`; the last one out stops it, so a command
run beside a running system joins its server, and run alone it starts and stops one.
"""

from __future__ import annotations

import logging
import os
import secrets
import shutil
import socket
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from app.core.embedded_conf import configuration
from app.core.embedded_place import SOCKET_FILE, EmbeddedUnusable, Place, find_place, make_data_folder
from app.core.embedded_process import is_server, this_machine
from app.core.filelock import FileLock, held
from config import Settings

log = logging.getLogger(__name__)

ROLE = "xuebao"
ADMIN = "postgres"
DATABASE = "xuebao"
SOCKET_PORT = 5432
START_SECONDS = 120
START_TRIES = 10
LONGEST_LOG = 10_000_000
"""Bytes of the server's log from which a start begins a new one and keeps one old one."""


def say_on_stderr(line: str) -> None:
    """Tell the operator one line; standard output belongs to what a command answers."""
    sys.stderr.write(f"{line}\n")


class EmbeddedPostgres:
    """The embedded server of one data folder: `start`, then `url`, then `stop`.

    `fast_and_unsafe` gives up safety against a crash of the machine, for tests only.
    """

    def __init__(
        self,
        data: Path,
        db_user: str | None = None,
        *,
        fast_and_unsafe: bool = False,
        say: Callable[[str], None] = say_on_stderr,
    ) -> None:
        """Name the data folder, who the server runs as under root, and who is told what the operator must know."""
        self.data = data
        self.db_user = db_user
        self.fast_and_unsafe = fast_and_unsafe
        self.say = say
        self.users = FileLock(data / "database.users")
        self._place: Place | None = None

    @property
    def place(self) -> Place:
        """Where the server's files are and who it runs as."""
        if self._place is None:
            self._place = find_place(self.data, self.db_user)
        return self._place

    @property
    def url(self) -> str:
        """The `postgresql://` URL of the running server; `EmbeddedUnusable` when it does not run."""
        return self._url(ROLE, DATABASE)

    def start(self) -> str:
        """Join the running server or start it; return its URL. `EmbeddedUnusable` when it cannot be started."""
        make_data_folder(self.data)
        with self._alone():
            if not self.users.share():
                raise EmbeddedUnusable(f"Another program holds {self.users.path} for itself alone")
            try:
                if not self.is_running():
                    self._start()
                url = self.url
            except BaseException:
                self._leave()
                raise
        return url

    def stop(self) -> None:
        """Leave the server; the last one to leave stops it. Does nothing where none was ever started."""
        if self.data.exists():
            with self._alone():
                self._leave()

    def is_running(self) -> bool:
        """Whether the server answers; waits while it is starting or recovering."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
            except EmbeddedUnusable:
                return False
            except psycopg.OperationalError as error:
                if "starting up" not in str(error):
                    return False
                time.sleep(0.1)
            else:
                return True
        return False

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with held(self.data / "database.lock", 2 * START_SECONDS):
            yield

    def _leave(self) -> None:
        self.users.close()
        last = FileLock(self.users.path)
        if last.hold():
            self._stop()
            last.close()

    def _start(self) -> None:
        for note in self.place.notes:
            self.say(note)
        self._end_leftovers()
        if not self.place.cluster.exists():
            self._make_cluster()
        folder = self.place.socket_folder()
        port = SOCKET_PORT if folder else _free_port()
        conf = configuration(folder, port, fast_and_unsafe=self.fast_and_unsafe)
        self._write(self.place.cluster / "postgresql.conf", conf)
        self._write(self.place.folder / "machine", this_machine())
        self._start_server()
        self._make_database()

    def _start_server(self) -> None:
        logfile = self.place.folder / "log"
        if logfile.exists() and logfile.stat().st_size > LONGEST_LOG:
            logfile.replace(logfile.with_name("log.old"))
        arguments: list[str | Path] = ["-D", self.place.cluster, "-l", logfile, "-w", "-t", str(START_SECONDS), "start"]
        for attempt in range(1, START_TRIES + 1):
            begin = logfile.stat().st_size if logfile.exists() else 0
            done = self.place.run("pg_ctl", arguments)
            if done.returncode == 0:
                return
            told = _tail(logfile, begin)
            if "shared memory block" not in told:
                break
            # Processes of a killed server still hold its memory; they notice within moments that it is gone.
            log.warning("the memory of an earlier server is still in use, trying again (%d)", attempt)
            time.sleep(0.3 * attempt)
        reason = (told or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise EmbeddedUnusable(f"PostgreSQL did not start, see {logfile}: {reason[0]}")

    def _end_leftovers(self) -> None:
        """Clear away a server that died, or lives and does not answer."""
        pid = self._pid()
        if pid is None:
            return
        if is_server(pid, self.place.cluster):
            self._stop()
        elif self._machine() != this_machine() and self._others_use_it():
            # Two containers may share the folder and not see each other's processes.
            raise EmbeddedUnusable(f"The database in {self.place.folder} is in use by another container or machine")
        else:
            # A dead process that nobody has waited for still counts as alive to PostgreSQL.
            for left in (self.place.cluster / "postmaster.pid", *self._socket_files()):
                left.unlink(missing_ok=True)

    def _socket_files(self) -> list[Path]:
        folder = self.place.socket_folder()
        return [folder / SOCKET_FILE, folder / f"{SOCKET_FILE}.lock"] if folder else []

    def _machine(self) -> str | None:
        path = self.place.folder / "machine"
        return path.read_text() if path.exists() else None

    def _others_use_it(self) -> bool:
        alone = self.users.hold()
        self.users.share()
        return not alone

    def _stop(self) -> None:
        if self._pid() is None:
            return
        for mode in ("fast", "immediate"):
            arguments: list[str | Path] = ["-D", self.place.cluster, "-m", mode, "-w", "-t", "60", "stop"]
            if self.place.run("pg_ctl", arguments).returncode == 0:
                return
            log.warning("the embedded PostgreSQL did not stop in mode %s", mode)

    def _make_cluster(self) -> None:
        new = self.place.folder / "cluster.new"
        shutil.rmtree(new, ignore_errors=True)
        self._password(ROLE)
        arguments: list[str | Path] = [
            "-D", new, "--username", ADMIN, "--auth=scram-sha-256", "--pwfile", self._password_file(ADMIN),
            "--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8",
        ]  # fmt: skip
        self._password(ADMIN)
        done = self.place.run("initdb", arguments + (["--no-sync"] if self.fast_and_unsafe else []))
        if done.returncode != 0:
            last = done.stdout.strip().splitlines()[-1:] or ["no reason given"]
            raise EmbeddedUnusable(f"The database could not be made in {self.place.folder}: {last[0]}")
        # A cluster of this name is always a whole one.
        new.rename(self.place.cluster)

    def _make_database(self) -> None:
        # The program's own role owns one database and is no superuser.
        with psycopg.connect(self._url(ADMIN, "postgres"), autocommit=True) as admin:
            if admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                return
            if not admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
                create = sql.SQL("CREATE ROLE {} LOGIN CREATEDB PASSWORD {}")
                admin.execute(create.format(sql.Identifier(ROLE), sql.Literal(self._password(ROLE))))
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(DATABASE), sql.Identifier(ROLE)))

    def _url(self, role: str, database: str) -> str:
        lines = self._pid_file()
        if len(lines) < 6:  # noqa: PLR2004  PostgreSQL writes the address it listens on last
            raise EmbeddedUnusable(f"The database of {self.data} does not run")
        port, folder, address = lines[3], lines[4], lines[5]
        password = self._password(role)
        if folder:
            return f"postgresql://{role}:{password}@/{database}?host={quote(folder, safe='')}&port={port}"
        return f"postgresql://{role}:{password}@{address}:{port}/{database}"

    def _pid_file(self) -> list[str]:
        path = self.place.cluster / "postmaster.pid"
        return [line.strip() for line in path.read_text().splitlines()] if path.exists() else []

    def _pid(self) -> int | None:
        first = self._pid_file()[:1]
        return abs(int(first[0])) if first and first[0].lstrip("-").isdigit() else None

    def _password_file(self, role: str) -> Path:
        return self.place.folder / f"{role}.password"

    def _password(self, role: str) -> str:
        path = self._password_file(role)
        if not path.exists():
            self._write(path, secrets.token_urlsafe(24))
        return path.read_text().strip()

    def _write(self, path: Path, text: str) -> None:
        new = path.with_name(f"{path.name}.new")
        new.unlink(missing_ok=True)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(text)
            self.place.own(file.fileno())
        new.replace(path)


def _tail(logfile: Path, begin: int) -> str:
    if not logfile.exists():
        return ""
    with logfile.open(errors="replace") as file:
        file.seek(begin)
        return "\n".join(line for line in file.read().splitlines() if "FATAL" in line)


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


@contextmanager
def database_url(settings: Settings, say: Callable[[str], None] = say_on_stderr) -> Iterator[str]:
    """Give the URL of the database to a block: DATABASE_URL if set, else the embedded server, joined or started.

    At the end the embedded server stops if nobody else uses it.
    """
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedPostgres(settings.data, settings.db_user, say=say)
    url = server.start()
    try:
        yield url
    finally:
        server.stop()
