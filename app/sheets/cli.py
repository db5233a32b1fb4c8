"""`xuebao import`: the same imports as on screen, for operators and outside checks.

Every kind of list has a command of its own here by being registered (`kinds.Kind`): `xuebao import students`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import click
from sqlalchemy import Row
from sqlalchemy.orm import Session

from app.access.actor import Actor, named
from app.access.gate import bind
from app.core.command import answering, database
from app.core.crypto import Keyring
from app.core.db import Database
from app.core.errors import Refusal
from app.core.files import FileStore
from app.sheets import queries, services
from app.sheets.kinds import Kind, all_kinds, kind_of
from app.sheets.limits import LIMITS, Unreadable
from app.sheets.models import ImportBatch
from app.sheets.returning import error_workbook
from app.sheets.rules import NothingToApply
from app.sheets.saying import say, say_why
from app.sheets.values import CODES
from app.sheets.work import Bench, apply_batch, read_batch, receive_file, undo_batch
from app.sheets.workflow import BatchState
from config import Settings

T = TypeVar("T")
USER = click.Option(["--as", "user"], required=True, help="User name of the account whose scope counts.")
JSON = click.Option(["--json", "as_json"], is_flag=True, help="Print JSON and nothing else.")


class Imports(click.Group):
    """A command for each kind of list there is, and `undo`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the kinds, then what is ours."""
        return [*(kind.layout.key for kind in all_kinds()), *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a kind, or one of ours."""
        found = next((kind for kind in all_kinds() if kind.layout.key == cmd_name), None)
        return command_of(found) if found else super().get_command(ctx, cmd_name)


@click.group("import", cls=Imports)
def import_command() -> None:
    """Bring lists in from workbooks: first what they would do, then do it, and take it back."""


def command_of(kind: Kind) -> click.Command:
    """`xuebao import KIND FILE --school CODE --as USER …`; the kind says what its place and its target are called."""
    path = click.Path(dir_okay=False, path_type=Path)
    parameters: list[click.Parameter] = [
        click.Argument(["file"], type=click.Path(exists=True, dir_okay=False, path_type=Path)),
        click.Option([f"--{kind.place_option}", "place"], required=True, help="Code of the place it is for."),
        USER,
        click.Option(["--apply", "wanted"], is_flag=True, help="Write it; without this only say what would happen."),
        click.Option(["--good-rows"], is_flag=True, help="With --apply: leave the bad rows out instead of refusing."),
        click.Option(["--errors"], type=path, help="Write the error workbook here."),
        JSON,
    ]
    if kind.target_option:
        about = f"Code of the {kind.target_option} the list is about."
        parameters.append(click.Option([f"--{kind.target_option}", "target"], required=True, help=about))

    def bring(*, target: str = "", **asked: Any) -> None:  # noqa: ANN401  click hands each option by name
        _bring(kind, target=target, **asked)

    about = f"Bring a workbook in: {kind.layout.name_en.lower()}."
    return click.Command(kind.layout.key, params=parameters, callback=bring, help=about)


def _bring(  # noqa: PLR0913  click hands each option by name
    kind: Kind,
    *,
    file: Path,
    place: str,
    target: str,
    user: str,
    errors: Path | None,
    wanted: bool,
    good_rows: bool,
    as_json: bool,
) -> None:
    with answering(), database() as opened:
        bench = _bench(opened, user)
        batch_id, refused = _received(bench, kind, file, place, target)
        if batch_id is not None:
            read_batch(bench, batch_id)
            if wanted:
                refused = _applied(bench, batch_id, good_rows=good_rows)
        answer = _report(bench, kind, batch_id, refused)
        if errors and batch_id is not None and not answer["refused"]:
            errors.write_bytes(bench.run(lambda session, actor: _returned(session, actor, batch_id, bench)))
    _print(answer, as_json=as_json)


@import_command.command("undo", params=[click.Argument(["batch"], type=int), USER, JSON])
def undo_command(batch: int, user: str, *, as_json: bool) -> None:
    """Take an import back while nothing later depends on it."""
    with answering(), database() as opened:
        bench = _bench(opened, user)
        found = bench.run(lambda session, actor: _blockers(session, actor, batch))
        if not found:
            undo_batch(bench, batch)
    if as_json:
        click.echo(json.dumps({"batch": batch, "undone": not found, "blockers": found}, ensure_ascii=False))
    for line in () if as_json else found:
        click.echo(f"{line['name']}\t{line['message']}")
    if found:
        raise SystemExit(1)


def _bench(opened: Database, user: str) -> Bench:
    data = Settings.from_env().data

    def run(work: Callable[[Session, Actor], T]) -> T:
        def bound(session: Session) -> T:
            actor = named(session, user)
            bind(session, actor)
            return work(session, actor)

        return opened.transaction(bound)

    return Bench(run, Keyring.at(data), FileStore(data))


def _received(bench: Bench, kind: Kind, file: Path, place: str, target: str) -> tuple[int | None, Refusal | None]:
    if file.stat().st_size > LIMITS.file_bytes:
        return None, Unreadable("too_large", limit=LIMITS.file_bytes)
    data = file.read_bytes()

    def work(session: Session, actor: Actor) -> int:
        return receive_file(
            session,
            actor,
            kind,
            place_code=place,
            name=file.name,
            data=data,
            keyring=bench.keyring,
            files=bench.files,
            target=target,
        ).id

    return bench.run(work), None


def _applied(bench: Bench, batch_id: int, *, good_rows: bool) -> Refusal | None:
    """Confirm and apply; what the import refuses is part of the answer."""

    def confirm(session: Session, actor: Actor) -> None:
        batch = queries.batch(session, actor, batch_id=batch_id)
        if batch.state == BatchState.PREVIEWED:
            services.confirm(session, actor, batch_id=batch_id, version=batch.version, good_rows=good_rows)

    try:
        bench.run(confirm)
        if bench.run(lambda s, actor: queries.batch(s, actor, batch_id=batch_id).state) == BatchState.APPLYING:
            apply_batch(bench, batch_id)
    except NothingToApply:
        return None  # the file says what is on file: done already, as when it is sent twice
    except Refusal as refusal:
        return refusal
    return None


def _report(bench: Bench, kind: Kind, batch_id: int | None, refused: Refusal | None) -> dict[str, Any]:
    if batch_id is None:
        counts: dict[str, Any] = dict.fromkeys(("rows", "new", "changed", "unchanged"), 0)
        return {**counts, "bad": [], "warnings": [], "refused": _refused(refused), "batch": None}
    answer: dict[str, Any] = bench.run(lambda session, actor: _counted(session, actor, kind, batch_id))
    answer["refused"] = answer["refused"] or _refused(refused)
    return answer


def _counted(session: Session, actor: Actor, kind: Kind, batch_id: int) -> dict[str, Any]:
    batch = queries.batch(session, actor, batch_id=batch_id)
    rows = queries.remarks(session, actor, batch)
    return {
        "rows": batch.row_count,
        "new": batch.new_count,
        "changed": batch.changed_count,
        "unchanged": batch.unchanged_count,
        "bad": [_remark(kind, row, remark) for row in rows for remark in row.problems or ()],
        "warnings": [_remark(kind, row, remark) for row in rows for remark in row.warnings or ()],
        "refused": _why_refused(kind, batch),
        "batch": batch.id,
    }


def _why_refused(kind: Kind, batch: ImportBatch) -> dict[str, str] | None:
    if batch.state != BatchState.REFUSED or batch.error_code is None:
        return None
    message = say_why(kind.layout, batch.error_code, batch.error_facts or {}, "en")
    return {"code": batch.error_code, "message": message}


def _remark(kind: Kind, row: Row[*tuple[Any, ...]], remark: dict[str, Any]) -> dict[str, Any]:
    code = kind.reported.get(remark["code"], remark["code"])
    return {
        "sheet": row.sheet,
        "row": row.number,
        "column": remark["column"],
        "code": code if code in CODES else "other",
        "message": say(remark["code"], remark["facts"]),
    }


def _refused(refusal: Refusal | None) -> dict[str, str] | None:
    if refusal is None:
        return None
    return {"code": refusal.code, "message": say(refusal.code, dict(refusal.facts))}


def _blockers(session: Session, actor: Actor, batch_id: int) -> Sequence[dict[str, Any]]:
    batch = queries.batch(session, actor, batch_id=batch_id)
    if batch.state != BatchState.APPLIED:
        return ()
    found = kind_of(batch.kind).blockers(session, actor, batch)
    return [{"name": each.name, "code": each.code, "message": say(each.code, {})} for each in found]


def _returned(session: Session, actor: Actor, batch_id: int, bench: Bench) -> bytes:
    keyring, files = bench.keyring, bench.files
    return error_workbook(session, actor, batch_id=batch_id, keyring=keyring, files=files, locale=actor.locale)


def _print(answer: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        counted = ", ".join(f"{name} {answer[name]}" for name in ("rows", "new", "changed", "unchanged"))
        click.echo(f"{counted}, bad {len(answer['bad'])}, warnings {len(answer['warnings'])}, batch {answer['batch']}")
        for line in answer["bad"]:
            click.echo(f"{line['sheet']}\t{line['row']}\t{line['column']}\t{line['code']}\t{line['message']}")
    if answer["refused"]:
        if not as_json:
            click.echo(answer["refused"]["message"], err=True)
        raise SystemExit(1)
