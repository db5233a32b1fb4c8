"""Locks between processes of one machine, each a file whose lock the system drops when its last holder dies.

The lock belongs to the open file, not to the process: a child that was handed the file (`pass_fds`) holds it too,
and it is free only when all of them have closed it. Nothing is ever left behind by a killed process.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

POLL_SECONDS = 0.05


class FileLock:
    """One lock file; `hold` and `share` say at once whether they got it, `close` gives it back."""

    def __init__(self, path: Path) -> None:
        """Name the file; it is made when first locked and never removed."""
        self.path = path
        self._file: int | None = None

    def hold(self) -> bool:
        """Take the lock for ourselves alone, or say at once that somebody else has it."""
        return self._lock(fcntl.LOCK_EX)

    def share(self) -> bool:
        """Take the lock together with others who share it, or say at once that somebody holds it alone."""
        return self._lock(fcntl.LOCK_SH)

    def hold_within(self, seconds: float) -> bool:
        """Take the lock for ourselves alone, waiting at most so long for others to end."""
        deadline = time.monotonic() + seconds
        while not self.hold():
            if time.monotonic() > deadline:
                return False
            time.sleep(POLL_SECONDS)
        return True

    def pass_by(self) -> None:
        """Wait, however long, until nobody holds the lock alone, and take nothing. A signal handler may end it."""
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_SH)
        finally:
            os.close(file)

    @property
    def fileno(self) -> int:
        """The open file, to be handed to a child so that it holds the lock too; `ValueError` when not locked."""
        if self._file is None:
            raise ValueError(f"{self.path} is not locked by us")
        return self._file

    def close(self) -> None:
        """Give our hold back; children that were handed the file keep theirs."""
        # Closing, never LOCK_UN: unlocking would take the lock away from the children as well.
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _lock(self, kind: int) -> bool:
        file = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600) if self._file is None else self._file
        try:
            fcntl.flock(file, kind | fcntl.LOCK_NB)
        except BlockingIOError:
            if self._file is None:
                os.close(file)
            return False
        self._file = file
        return True


@contextmanager
def held(path: Path, seconds: float) -> Iterator[None]:
    """Hold the lock of `path` alone during the block; `TimeoutError` if others keep it longer than `seconds`."""
    lock = FileLock(path)
    if not lock.hold_within(seconds):
        raise TimeoutError(f"{path} has been locked by another process for {seconds:.0f} s")
    try:
        yield
    finally:
        lock.close()
