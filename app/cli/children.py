"""The commands `web`, `worker` and `scheduler`: the processes that `serve` starts, or an operator on other machines."""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING, NoReturn

import click

from config import PROJECT_ROOT, Settings

if TYPE_CHECKING:
    from types import FrameType


LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
PREPARING = "serve.preparing"
"""The file in the data folder that `serve` locks until the schema is there."""
QUIET = ("apscheduler", "procrastinate", "alembic", "waitress", "flask_appbuilder")
"""Loggers that tell of every job and every request; only their warnings are kept."""


def log_to_stderr() -> None:
    """Write what happens to standard error, for the terminal or the service manager to keep."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def when_prepared(settings: Settings) -> None:
    """Wait while `serve` makes the schema for this data folder; it starts us early, so that we are loaded by then."""
    from app.core.filelock import FileLock

    if (settings.data / PREPARING).exists():
        FileLock(settings.data / PREPARING).pass_by()


@click.command()
def web() -> None:
    """Serve the pages at HOST:PORT (one process of `serve`)."""
    from app.core.command import answering
    from app.core.embedded import database_url

    log_to_stderr()
    signal.signal(signal.SIGTERM, _leave)
    with answering():
        settings = Settings.from_env()
        if settings.web_workers > 1 and hasattr(os, "fork"):
            _become_gunicorn(settings)
    with answering(), database_url(settings) as url:
        # The application reads its settings from the environment, as gunicorn's workers do.
        os.environ["DATABASE_URL"] = url
        _serve_with_threads(settings)


def _leave(_number: int, _frame: FrameType | None) -> NoReturn:
    # waitress installs no handler for SIGTERM; on SystemExit it answers what it has begun and ends.
    raise SystemExit(0)


def _serve_with_threads(settings: Settings) -> None:
    import waitress  # type: ignore[import-untyped]

    from run import app

    when_prepared(settings)
    waitress.serve(app, host=settings.host, port=settings.port, threads=settings.web_threads, ident=None)


def _become_gunicorn(settings: Settings) -> NoReturn:
    when_prepared(settings)
    if not settings.database_url:
        raise click.ClickException("WEB_WORKERS > 1 needs DATABASE_URL here; `xuebao serve` sets it by itself")
    address = f"[{settings.host}]:{settings.port}" if ":" in settings.host else f"{settings.host}:{settings.port}"
    options = {
        "workers": settings.web_workers,
        "threads": settings.web_threads,
        "bind": address,
        "worker-class": "gthread",
        "chdir": PROJECT_ROOT,
        "graceful-timeout": 15,
        "log-level": "warning",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments, "run:app"])  # noqa: S606  no shell wanted


@click.command()
@click.option("--concurrency", default=2, show_default=True, type=click.IntRange(1, 32), help="Jobs at the same time.")
def worker(concurrency: int) -> None:
    """Do the work that waits in the queue, on this or any other machine."""
    from app.core.command import answering
    from app.core.db import Database
    from app.core.embedded import database_url
    from app.core.worker import Worker
    from app.features import FEATURES

    log_to_stderr()
    with answering(), ExitStack() as held:
        settings = Settings.from_env()
        jobs = [job for feature in FEATURES for job in feature.jobs]
        loops = [loop for feature in FEATURES for loop in feature.loops]
        when_prepared(settings)
        url = held.enter_context(database_url(settings))
        database = Database(url)
        Worker(database, jobs, loops=loops, concurrency=concurrency, data=settings.data).run()
        database.close()


@click.command()
def scheduler() -> None:
    """Begin the work that has its time; several of these, on any machines, begin it once."""
    from app.core.command import answering
    from app.core.db import Database
    from app.core.embedded import database_url
    from app.core.schedule import Scheduler
    from app.features import FEATURES

    log_to_stderr()
    stop = threading.Event()
    with answering(), ExitStack() as held:
        settings = Settings.from_env()
        schedules = [schedule for feature in FEATURES for schedule in feature.schedules]
        when_prepared(settings)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        url = held.enter_context(database_url(settings))
        database = Database(url, pool_size=2)
        Scheduler(database, schedules).run(stop)
        database.close()
