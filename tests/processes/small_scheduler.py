"""A scheduler process of its own for tests, with a schedule that is due every second: `… small_scheduler URL`."""

from __future__ import annotations

import signal
import sys
import threading
from datetime import UTC

from apscheduler.triggers.cron import CronTrigger  # type: ignore[import-untyped]

from app.cli.children import log_to_stderr
from app.core import schedule
from app.core.db import Database
from app.core.feature import Schedule


def every_second(cron: str) -> CronTrigger:  # noqa: ARG001
    """Stand in for `trigger`: cron's smallest step is a minute, and a test does not wait for one."""
    return CronTrigger(second="*", timezone=UTC)


def main() -> None:
    """Fire every second until told to stop."""
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda _number, _frame: stop.set())
    log_to_stderr()
    schedule.trigger = every_second
    schedule.Scheduler(Database(sys.argv[1]), [Schedule("every_second", "* * * * *", "in_steps")]).run(stop)


if __name__ == "__main__":
    main()
