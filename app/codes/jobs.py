"""What is cleared away by itself: counts of failed tries that hold nothing against anybody any more."""

from __future__ import annotations

from app.codes.throttle import forget_windows
from app.core.feature import Job, Schedule
from app.core.queue import JobRun


def tidy(run: JobRun) -> None:
    """Erase old counts; running again finds nothing left."""
    run.transaction(forget_windows)


TIDY = Job("codes.tidy", tidy)
EACH_HOUR = Schedule("codes.tidy", "23 * * * *", TIDY.name)
