"""The parent of the running system: starts the other processes, starts a dead one again, ends them all.

Each child is in a session of its own, so that Ctrl-C reaches only the parent, which then tells every child once; and
each is told by the system when the parent dies without a word, so that none lives on alone.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

log = logging.getLogger(__name__)

PR_SET_PDEATHSIG = 1
"""Linux, prctl(2): the signal a process gets when its parent dies."""
POLITENESS = 5
"""nice(2): how far a polite process steps back."""
LOOK_SECONDS = 0.1
MINUTE = 60.0
RESTARTS_A_MINUTE = 5
STOP_SECONDS = 20.0


@dataclass(frozen=True)
class Child:
    """A process of the system: what it is called and how it is started, in which folder.

    A polite one leaves the processor to the others when there is not enough for all.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    polite: bool = False


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    deaths: deque[float] = field(default_factory=deque)


class Supervisor:
    """Keeps the children running for the length of a `with` block.

    `files` are open files every child holds too (locks that last as long as any of them lives). `say` tells the
    operator one line. `stop_seconds` is how long a child may take to end before it is killed.
    """

    def __init__(
        self,
        children: Sequence[Child],
        say: Callable[[str], None],
        *,
        files: Sequence[int] = (),
        stop_seconds: float = STOP_SECONDS,
    ) -> None:
        """Take the children; none is started yet."""
        self.children = children
        self.say = say
        self.files = tuple(files)
        self.stop_seconds = stop_seconds
        self.stop = threading.Event()
        self._running: list[_Running] = []

    def __enter__(self) -> Self:
        """Start the children, in the main thread: the system ties them to the thread that started them."""
        self._running = [_Running(child, self._start(child)) for child in self.children]
        return self

    def __exit__(self, *_error: object) -> None:
        """Tell every child once to end, wait, and kill what is left."""
        self._stop_all()

    def run(self, each_look: Callable[[], None]) -> int:
        """Keep the children until `stop` is set; return the exit status, 1 when a child died too often.

        `each_look` is called about ten times a second.
        """
        while not self.stop.wait(LOOK_SECONDS):
            if not self._restart_dead():
                return 1
            each_look()
        return 0

    def stop_on_signals(self) -> None:
        """Let SIGTERM and Ctrl-C set `stop`."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.stop.set())

    def _start(self, child: Child) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  a list, no shell, all of it ours
            child.command,
            env=dict(child.environment),
            cwd=child.folder,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_before_it_begins(os.getpid(), POLITENESS if child.polite else 0),  # noqa: PLW1509  nothing but two system calls happens in it
            pass_fds=self.files,
        )

    def _restart_dead(self) -> bool:
        """Start every child that has died again; False when one died too often."""
        for running in self._running:
            if running.process.poll() is None:
                continue
            moment = time.monotonic()
            running.deaths.append(moment)
            while running.deaths[0] < moment - MINUTE:
                running.deaths.popleft()
            what = f"{running.child.name} ended by itself (status {running.process.returncode})"
            if len(running.deaths) > RESTARTS_A_MINUTE:
                self.say(f"The process {what} more than {RESTARTS_A_MINUTE} times in a minute: stopping everything.")
                return False
            log.error("the process %s; starting it again", what)
            running.process = self._start(running.child)
        return True

    def _stop_all(self) -> None:
        processes = [running.process for running in self._running]
        for process in processes:
            if process.poll() is None:
                process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        for process in processes:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, deadline - time.monotonic()))
            # The whole session: what a child started ends with it.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _before_it_begins(parent: int, politeness: int) -> Callable[[], None]:
    """What a child does before its program begins: ask for SIGTERM when the parent dies, and step back."""
    prctl = ctypes.CDLL(None, use_errno=True).prctl if sys.platform.startswith("linux") else None

    def begin() -> None:
        os.nice(politeness)
        if prctl is not None:
            prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

    return begin
