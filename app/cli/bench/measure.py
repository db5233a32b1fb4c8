"""What was measured, and with what: medians of several rounds, the most memory a process held."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

STATUS = Path("/proc/self/status")
CLEAR = Path("/proc/self/clear_refs")


@dataclass
class Measure:
    """One line of the report: seconds of each round, and what else was noted beside them."""

    name: str
    target: str
    rounds: list[float] = field(default_factory=list)
    notes: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def round(self) -> Iterator[None]:
        """Time what happens inside."""
        begin = time.perf_counter()
        yield
        self.rounds.append(time.perf_counter() - begin)

    @property
    def seconds(self) -> float:
        """The median of the rounds."""
        return median(self.rounds)

    def as_json(self) -> dict[str, object]:
        """The line for programs."""
        return {"name": self.name, "target": self.target, "median_s": round(self.seconds, 4), **self.notes}


def most_memory(work: Callable[[], None]) -> str:
    """Do the work and say how much memory this process held at most meanwhile, in MiB; unknown outside Linux."""
    if CLEAR.exists():
        CLEAR.write_text("5", "ascii")  # the kernel begins a new high-water mark
    work()
    if not STATUS.exists():
        return "—"
    peak = next(line for line in STATUS.read_text("ascii").splitlines() if line.startswith("VmHWM"))
    return f"{int(peak.split()[1]) // 1024} MiB"


def machine() -> str:
    """The machine in a line: processor, cores, memory."""
    model = platform.processor() or platform.machine()
    info = Path("/proc/cpuinfo")
    if info.exists():
        lines = info.read_text("utf-8").splitlines()
        model = next((line.partition(":")[2].strip() for line in lines if "model name" in line), model)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 30
    return f"{model}, {os.cpu_count()} cores, {memory} GiB, Python {platform.python_version()}"
