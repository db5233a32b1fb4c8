"""The command `serve`: the whole system in one command, until Ctrl-C."""

from __future__ import annotations

import http.client
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from app.cli.children import PREPARING, log_to_stderr
from app.cli.safety import refuse_unsafe
from config import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from app.core.processes import Child

LEFTOVER_SECONDS = 30.0
"""How long the processes of a killed parent may take to end: they have 20 s from its death."""
PROBE_SECONDS = 1.0
FIRST_RUN = "/first-run/{token}"
CHILDREN = ("web", "worker", "scheduler")
REACHED_AT = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  nothing listens here: addresses that mean "all"


@click.command()
@click.option("--demo", is_flag=True, help="Load the demo province first, if it is not there.")
def serve(demo: bool) -> None:  # noqa: FBT001  click passes flags so
    """Start everything: database, web, worker, scheduler. Ctrl-C stops everything, the database last."""
    from app.core.command import answering

    log_to_stderr()
    leave_on_sigterm()
    with answering(), ExitStack() as held:
        settings = Settings.from_env()
        refuse_unsafe(settings)
        files = [held.enter_context(_only_start(settings.data))]
        check_port(settings.host, settings.port)
        url, users = held.enter_context(_database(settings))
        status = _run(settings, url, [*files, *users], demo=demo)
    sys.exit(status)


def leave_on_sigterm() -> None:
    """Unwind on SIGTERM as on Ctrl-C, so that a start that is cut short leaves no database behind."""
    import signal

    def leave(_number: int, _frame: object) -> None:
        raise SystemExit(1)

    signal.signal(signal.SIGTERM, leave)


@contextmanager
def _only_start(data: Path) -> Iterator[int]:
    """Be the only running start of this data folder; gives the file that the children hold open."""
    from app.core.embedded_place import make_data_folder
    from app.core.filelock import FileLock

    make_data_folder(data)
    start, children = FileLock(data / "serve.lock"), FileLock(data / "serve.children")
    if not start.hold():
        raise click.ClickException(f"Xuebao is already running with the data folder {data}")
    try:
        if not children.hold():
            click.echo("Waiting for the processes of an earlier start to end.", err=True)
            if not children.hold_within(LEFTOVER_SECONDS):
                raise click.ClickException(f"Processes of an earlier start still use {data}; end them first")
        yield children.fileno
    finally:
        children.close()
        start.close()


def check_port(host: str, port: int) -> None:
    """Refuse to start when something else listens at the address already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"Cannot listen at {host}:{port} ({error.strerror}); choose another with PORT and HOST"
            ) from None


@contextmanager
def _database(settings: Settings) -> Iterator[tuple[str, list[int]]]:
    """Give the database's URL and the files by which the children count as its users."""
    from app.core.embedded import EmbeddedPostgres

    if settings.database_url:
        yield settings.database_url, []
        return
    server = EmbeddedPostgres(settings.data, settings.db_user)
    url = server.start()
    try:
        yield url, [server.users.fileno]
    finally:
        server.stop()


def _run(settings: Settings, url: str, files: list[int], *, demo: bool) -> int:
    """Start the children, make schema and demo while they load, then let them begin and keep them."""
    from app.core.crypto import Keyring
    from app.core.filelock import FileLock
    from app.core.processes import Supervisor

    Keyring.at(settings.data)  # before several processes would each want to make it
    environment = os.environ | {"DATABASE_URL": url, "XUEBAO_DATA": str(settings.data)}
    preparing = FileLock(settings.data / PREPARING)
    preparing.hold_within(LEFTOVER_SECONDS)
    with Supervisor([_child(name, environment) for name in CHILDREN], click.echo, files=files) as supervisor:
        announcement = Announcement(settings, _prepare(settings, url, demo=demo))
        supervisor.stop_on_signals()
        preparing.close()
        return supervisor.run(announcement)


def _prepare(settings: Settings, url: str, *, demo: bool) -> str | None:
    """Make the schema and, if asked for, the demo; returns the path of the first-run page of an empty system."""
    from app.accounts.sign_in import issue_first_run_link, needs_first_run
    from app.core.db import Database
    from app.core.migrate import upgrade

    upgrade(url)
    database = Database(url, pool_size=2)
    if demo:
        from app.cli.demo import ensure

        click.echo(f"The accounts of the demo and their passwords are in {ensure(settings, database)}")
    empty = database.transaction(needs_first_run)
    token = database.transaction(issue_first_run_link) if empty else None
    database.close()
    return FIRST_RUN.format(token=token) if token else None


def _child(name: str, environment: dict[str, str]) -> Child:
    from app.core.processes import Child

    # In our own folder: where the operator stands may hold other things named `run`, as / does.
    command = [sys.executable, "-m", "app.cli", name]
    # Pages come first: nobody waits for the others with a browser open.
    return Child(name, command, environment, PROJECT_ROOT, polite=name != "web")


class Announcement:
    """Says once that the system answers, as soon as it does."""

    def __init__(self, settings: Settings, first_run: str | None) -> None:
        """Take the address that is waited for, and the path of the first-run page if the system is empty."""
        self.first_run = first_run
        self.host = REACHED_AT.get(settings.host, settings.host)
        self.port = settings.port
        # A site that answers only to its own names must be asked by one of them.
        self.name = settings.trusted_hosts[0].lstrip(".") if settings.trusted_hosts else None
        self.made = False

    def __call__(self) -> None:
        """Look whether the site answers, unless it has been said."""
        if not self.made and self._answers():
            self.made = True
            address = f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"
            click.echo(f"Xuebao is ready at {address}")
            if self.first_run:
                click.echo(f"It is empty: set it up within an hour at {address}{self.first_run}")

    def _answers(self) -> bool:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=PROBE_SECONDS)
        try:
            connection.request("GET", "/health", headers={"Host": self.name} if self.name else {})
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):  # not yet
            return False
        finally:
            connection.close()
