"""What is put in order after a large import."""

from __future__ import annotations

from app.core.feature import Job
from app.core.queue import JobRun
from app.people.services import SORTING, sort_names

LONGEST = 600
"""Seconds it may take; the names of 50,000 take one."""


def sort(run: JobRun) -> None:
    """Bring the names that wait into the index of parts of names; running again finds none."""
    run.transaction(sort_names, seconds=LONGEST)


SORT_NAMES = Job(SORTING, sort)
