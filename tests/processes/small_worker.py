"""A worker process of its own for tests: `python -m tests.processes.small_worker URL PACE`, PACE as JSON."""

from __future__ import annotations

import json
import sys

from app.cli.children import log_to_stderr
from app.core.db import Database
from app.core.worker import Pace, Worker
from tests.processes.small_features import JOBS


def main() -> None:
    """Work until told to stop."""
    url, pace = sys.argv[1:3]
    given = {"poll": 0.1} | json.loads(pace)
    given["wait_after_failure"] = tuple(given.get("wait_after_failure", (0, 0, 0, 0)))
    log_to_stderr()
    Worker(Database(url), JOBS, pace=Pace(**given)).run()


if __name__ == "__main__":
    main()
