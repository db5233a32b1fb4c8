"""`xuebao audit`: whether the operation log is still what was written."""

from __future__ import annotations

import json
import re

import click
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM
from app.access.gate import bind
from app.audit.queries import verify
from app.audit.rules import Verdict
from app.core.command import answering, database
from app.core.crypto import Keyring
from config import Settings

HEAD = re.compile(r"([0-9]{1,18}):([0-9a-f]{64})")


@click.command("audit")
@click.option("--head", help="An end of the chain noted before, as this command printed it (number:digest).")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def audit_command(head: str | None, as_json: bool) -> None:  # noqa: FBT001  click hands them by name
    """Check the seals of the operation log; ends with 1 when a line was changed or taken away."""
    noted = _noted(head)
    with answering():
        settings = Settings.from_env()
        with database(settings) as opened:
            verdict = opened.transaction(lambda session: _checked(session, settings, noted))
    if as_json:
        click.echo(json.dumps({**vars(verdict), "breaks": [vars(each) for each in verdict.breaks]}))
    else:
        _say(verdict)
    if verdict.breaks:
        raise SystemExit(1)


def _noted(head: str | None) -> tuple[int, str] | None:
    if head is None:
        return None
    found = HEAD.fullmatch(head.strip())
    if not found:
        raise click.BadParameter("it is a number, a colon and 64 digits from 0 to f", param_hint="--head")
    return int(found[1]), found[2]


def _checked(session: Session, settings: Settings, noted: tuple[int, str] | None) -> Verdict:
    bind(session, SYSTEM)
    return verify(session, Keyring.at(settings.data), noted=noted)


def _say(verdict: Verdict) -> None:
    for each in verdict.breaks:
        where = ", ".join(f"{name} {value}" for name, value in (("seal", each.seq), ("line", each.audit_id)) if value)
        click.echo(f"{each.code}\t{where}")
    click.echo(f"{verdict.sealed} lines sealed, {verdict.waiting} waiting, {len(verdict.breaks)} breaks")
    click.echo(f"end of the chain: {verdict.sealed}:{verdict.head}")
