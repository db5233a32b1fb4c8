"""What makes a setting unsafe: `doctor` reports it, `serve` refuses to start with it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import click

from config import Settings


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what, whether it is well, and what to do when it is not."""

    check: str
    ok: bool
    detail: str


def look_at_settings(settings: Settings) -> Iterator[Finding]:
    """What the environment says."""
    exposed = not settings.is_loopback and not settings.is_production
    yield Finding(
        "listening address",
        not exposed,
        f"{settings.host} with XUEBAO_ENV={settings.env}"
        + ("; an address others reach needs XUEBAO_ENV=production" if exposed else ""),
    )
    named = bool(settings.trusted_hosts) or settings.is_loopback
    yield Finding(
        "host names", named, ", ".join(settings.trusted_hosts) or ("loopback only" if named else "set TRUSTED_HOSTS")
    )
    if settings.proxy_hops:
        tls = Finding("TLS", ok=True, detail=f"ended by {settings.proxy_hops} proxy in front")
    elif settings.is_loopback:
        tls = Finding("TLS", ok=True, detail="not needed: only this machine reaches the site")
    else:
        tls = Finding("TLS", ok=False, detail="put a TLS proxy in front and set PROXY_HOPS")
    yield tls


def refuse_unsafe(settings: Settings) -> None:
    """Refuse to start (one line) with a setting that would let others in unprotected."""
    for found in look_at_settings(settings):
        if not found.ok:
            raise click.ClickException(f"Refusing to start, {found.check}: {found.detail}")
