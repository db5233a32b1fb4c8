"""Every setting of the system, read once from the environment, with its meaning beside it.

Nothing else reads the environment. `docs/operators.md` explains each one; a test keeps the two in step.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

PROJECT_ROOT = Path(__file__).resolve().parent


class BadSetting(ValueError):
    """A setting cannot be used; the message says which one and what it must look like."""


@dataclass(frozen=True)
class Settings:
    """What an operator may decide; made by `Settings.from_env`.

    Fields named in capitals in their comment are the environment variables.
    """

    database_url: str | None
    """DATABASE_URL: `postgresql://user:password@host/name`; unset: the embedded PostgreSQL."""
    data: Path
    """XUEBAO_DATA: the folder of keys, files and the embedded database."""
    host: str
    """HOST: the address the web server listens on; anything but loopback needs production settings."""
    port: int
    """PORT: the port of the web server."""
    env: str
    """XUEBAO_ENV: `development` or `production`; production refuses demo data and unsafe settings."""
    db_user: str | None
    """XUEBAO_DB_USER: the system user the embedded PostgreSQL runs as when the program runs as root."""
    web_workers: int
    """WEB_WORKERS: 1 serves with threads; more start that many web processes."""
    web_threads: int
    """WEB_THREADS: threads of each web process."""
    trusted_hosts: tuple[str, ...]
    """TRUSTED_HOSTS: comma-separated host names the site answers to; empty: any on loopback."""
    proxy_hops: int
    """PROXY_HOPS: how many reverse proxies stand in front and set X-Forwarded headers; 0 ignores them."""

    @property
    def is_production(self) -> bool:
        """Whether the strict rules of a real installation hold."""
        return self.env == "production"

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the web server."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Self:
        """Read the settings, or raise `BadSetting` naming the one that is wrong."""
        kind = env.get("XUEBAO_ENV") or "development"
        if kind not in {"development", "production"}:
            raise BadSetting(f"XUEBAO_ENV must be development or production, not {kind!r}")
        data = Path(env.get("XUEBAO_DATA") or PROJECT_ROOT / "var").expanduser().absolute()
        return cls(
            database_url=_database_url(env),
            data=data,
            host=env.get("HOST") or "127.0.0.1",
            port=_number(env, "PORT", 8080, 1, 65535),
            env=kind,
            db_user=env.get("XUEBAO_DB_USER") or None,
            web_workers=_number(env, "WEB_WORKERS", 1, 1, 64),
            web_threads=_number(env, "WEB_THREADS", 8, 1, 64),
            trusted_hosts=tuple(h.strip() for h in env.get("TRUSTED_HOSTS", "").split(",") if h.strip()),
            proxy_hops=_number(env, "PROXY_HOPS", 0, 0, 5),
        )


def _database_url(env: Mapping[str, str]) -> str | None:
    url = env.get("DATABASE_URL") or None
    if url and not url.startswith(("postgresql://", "postgresql+psycopg://", "postgres://")):
        raise BadSetting("DATABASE_URL must begin with postgresql://")
    return url


def _number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise BadSetting(f"{name} must be a whole number from {low} to {high}, not {text!r}")
    return int(text)
