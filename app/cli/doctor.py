"""`xuebao doctor`: look at the installation before it serves, and fail closed on what is unsafe."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click
from sqlalchemy import func, select, text

from app.access.permissions import Permission
from app.access.scope import everything
from app.accounts.models import Account
from app.accounts.seed import known_permissions
from app.cli.safety import Finding, look_at_settings
from app.core.command import answering
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.embedded import database_url
from app.core.migrate import is_current
from app.people.models import Person
from config import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

MOST_SKEW = 5.0
"""Seconds the clocks of this machine and of the database may differ."""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
@click.pass_context
def doctor(context: click.Context, as_json: bool) -> None:  # noqa: FBT001  click hands it by name
    """Check settings, keys, database and roles; exit 1 when anything is unsafe."""
    with answering():
        settings = Settings.from_env()
        findings = [*look_at_settings(settings), *look_at_files(settings)]
        with database_url(settings) as url:
            findings += look_at_database(settings, url)
    if as_json:
        click.echo(json.dumps({"ok": all(f.ok for f in findings), "checks": [vars(f) for f in findings]}))
    else:
        for found in findings:
            click.echo(f"{'ok  ' if found.ok else 'BAD '} {found.check}: {found.detail}")
    context.exit(0 if all(found.ok for found in findings) else 1)


def look_at_files(settings: Settings) -> Iterator[Finding]:
    """Who may read the keys and the data."""
    keys = settings.data / "keys.json"
    Keyring.at(settings.data)
    yield _private("keys", keys)
    yield Finding("data folder", settings.data.is_dir(), str(settings.data))


def _private(name: str, path: Path) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    ok = not mode & 0o077
    return Finding(name, ok, f"mode {mode:04o}" + ("" if ok else f"; run: chmod 600 {path}"))


def look_at_database(settings: Settings, url: str) -> list[Finding]:
    """What the database says: schema, role, clock, permissions, demo data. Looks only, migrates nothing."""
    if not is_current(url):
        return [Finding("schema", ok=False, detail="not current; xuebao serve migrates it")]
    opened = Database(url, pool_size=1)
    try:
        found = opened.transaction(lambda session: list(_look(session, settings)))
    finally:
        opened.close()
    return [Finding("schema", ok=True, detail="current"), *found]


def _look(session: Session, settings: Settings) -> Iterator[Finding]:
    is_super = bool(session.scalar(text("SELECT rolsuper FROM pg_roles WHERE rolname = current_user")))
    yield Finding("database role", not is_super, "an ordinary role" if not is_super else "must not be a superuser")
    skew = float(
        session.scalar(text("SELECT abs(extract(epoch FROM clock_timestamp()) - :now)"), {"now": _time()}) or 0
    )
    yield Finding("clocks", skew <= MOST_SKEW, f"{skew:.1f} s apart")
    known = set(known_permissions(session))
    yield Finding("permissions", known == set(Permission), f"{len(known)} of {len(Permission)}")
    demo = everything(select(func.count()).select_from(Person).where(Person.is_demo), because="is there demo data")
    count = session.scalar(demo) or 0
    yield Finding("demo data", not (count and settings.is_production), f"{count} demo persons")
    accounts = session.scalar(everything(select(func.count()).select_from(Account), because="is anybody there")) or 0
    yield Finding("accounts", ok=True, detail=f"{accounts}" if accounts else "none yet: open the first-run link")


def _time() -> float:
    import time

    return time.time()
