"""The configuration of the embedded PostgreSQL, written anew at every start."""

from __future__ import annotations

import os
from pathlib import Path

MEBIBYTE = 1024 * 1024
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  the system's shared memory, not a temporary file of ours
CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")

ALWAYS = {
    # Sized for web threads, workers and a few commands; each process keeps a pool of ten.
    "max_connections": "120",
    "work_mem": "16MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    # What is sealed and hashed cannot be compressed: trying took a tenth of an import and saved nothing.
    "wal_compression": "off",
    # For each session that makes temporary tables: the rows of an import of 50,000 stay in memory.
    "temp_buffers": "32MB",
    "random_page_cost": "1.1",
    # Our statements are short; compiling them costs more than it brings.
    "jit": "off",
    "autovacuum_vacuum_scale_factor": "0.05",
    "autovacuum_analyze_scale_factor": "0.02",
    "password_encryption": "scram-sha-256",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
    "datestyle": "iso, ymd",
    "default_text_search_config": "pg_catalog.simple",
    "log_line_prefix": "%m [%p] ",
    "log_min_duration_statement": "1s",
    # No value of a row may get into the log: neither parameters nor the DETAIL of a violated constraint.
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}

FAST_AND_UNSAFE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "10min",
}
"""For tests only: a crash of the machine loses the database."""


def configuration(socket_folder: Path | None, port: int, *, fast_and_unsafe: bool) -> str:
    """Write postgresql.conf: a Unix socket only, or loopback only where there is no folder for sockets."""
    listening = {
        "listen_addresses": "" if socket_folder else "127.0.0.1",
        "unix_socket_directories": str(socket_folder or ""),
        "unix_socket_permissions": "0700",
        "port": str(port),
    }
    values = listening | _memory() | ALWAYS | (FAST_AND_UNSAFE if fast_and_unsafe else {})
    lines = [f"{name} = '{_quoted(value)}'" for name, value in values.items()]
    return "\n".join(["# Written at every start; changes made here are lost.", *lines, ""])


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "''")


def _memory() -> dict[str, str]:
    total = memory_in_mebibytes()
    return {
        "shared_buffers": f"{max(32, min(1024, total // 8))}MB",
        "effective_cache_size": f"{max(64, total // 2)}MB",
        "maintenance_work_mem": f"{max(32, min(256, total // 16))}MB",
        # Containers often have 64 MiB of shared memory, too little for parallel plans.
        "dynamic_shared_memory_type": "posix" if _shared_memory_in_mebibytes() >= 256 else "mmap",  # noqa: PLR2004
    }


def memory_in_mebibytes() -> int:
    """How much memory this machine, or the container we are in, has."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // MEBIBYTE
    limit = CGROUP_LIMIT.read_text().strip() if CGROUP_LIMIT.exists() else "max"
    return min(total, int(limit) // MEBIBYTE) if limit.isdigit() else total


def _shared_memory_in_mebibytes() -> int:
    if not SHARED_MEMORY.is_dir():
        return 0
    space = os.statvfs(SHARED_MEMORY)
    return space.f_bavail * space.f_frsize // MEBIBYTE
