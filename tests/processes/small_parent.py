"""A parent of its own for tests: `… small_parent STOP_SECONDS COMMAND…` keeps one child that runs COMMAND."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from app.core.processes import Child, Supervisor


def say(line: str) -> None:
    """Tell the test."""
    print(line, flush=True)  # noqa: T201


def main() -> None:
    """Keep the child until told to stop."""
    child = Child("child", sys.argv[2:], dict(os.environ), Path.cwd(), polite=True)
    supervisor = Supervisor([child], say, stop_seconds=float(sys.argv[1]))
    supervisor.stop_on_signals()
    with supervisor:
        status = supervisor.run(lambda: None)
    sys.exit(status)


if __name__ == "__main__":
    main()
