"""What the system can tell about a server process that a file names: is it there, is it ours, could we see it."""

from __future__ import annotations

import os
import socket
from pathlib import Path

PROC = Path("/proc")


def this_machine() -> str:
    """Name the set of processes we can see: this boot of this machine, and the container we are in."""
    seen = PROC / "self/ns/pid"
    boot = PROC / "sys/kernel/random/boot_id"
    if not seen.is_symlink() or not boot.exists():
        return socket.gethostname()
    return f"{boot.read_text().strip()} {seen.readlink()}"


def is_server(pid: int, cluster: Path) -> bool:
    """Whether this process is the server of our cluster; numbers of processes are used again."""
    if (PROC / "self").exists():
        command = PROC / str(pid) / "cmdline"
        return command.exists() and os.fsencode(cluster) in command.read_bytes()
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
