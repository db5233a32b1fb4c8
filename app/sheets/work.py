"""The work of an import, the same for the worker and the command line: read and judge, apply, undo.

An extra file: each of these is several transactions or one long one, and what happens between them (a file is opened,
a process is started) has no place in a service. Wherever the process dies, the next run begins the same step anew:
rows are written together with the move of the batch, in one transaction.
"""

from __future__ import annotations

import gc
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from app.access.actor import Actor
from app.core.crypto import Keyring
from app.core.errors import NotFound, Refusal
from app.core.files import FileStore
from app.core.stored import NewFile, contents, keep, of_owner
from app.sheets import queries, services
from app.sheets.kinds import Asked, Kind, Tick, kind_of, settled
from app.sheets.limits import LIMITS, Unreadable
from app.sheets.models import ImportBatch
from app.sheets.reading import read
from app.sheets.recognise import Recognition, Table, recognise
from app.sheets.rules import Judged, Place, Verdict
from app.sheets.workbook import Workbook

T = TypeVar("T")
KEPT = timedelta(days=90)
"""How long the uploaded file is kept, for the error workbook and for reading it anew."""
In = Callable[[Callable[[Session, Actor], Any]], Any]
"""Runs work in one transaction as the actor, and returns what it returns."""
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False)
_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")
"""What PostgreSQL has no text with; a backslash that somebody typed before u0000 is none."""
COLUMNS = "batch_id, n, sheet, number, verdict, subject_id, data, before, problems, warnings"


@dataclass(frozen=True)
class Bench:
    """What the work is done with: transactions as the actor, keys, files, and whom to tell how far it is.

    `ended` is called in the last transaction of a step, so that the step and the end of its job are one.
    """

    run: In
    keyring: Keyring
    files: FileStore
    tick: Callable[[int, int | None], None] = lambda _done, _total: None
    ended: Callable[[Session], None] = lambda _session: None


def receive_file(  # noqa: PLR0913  whose, of which kind, where, what
    session: Session,
    actor: Actor,
    kind: Kind,
    *,
    place_code: str,
    name: str,
    data: bytes,
    keyring: Keyring,
    files: FileStore,
    target: str = "",
) -> ImportBatch:
    """Take a file in: it is kept encrypted, for as long as an import can be corrected and undone."""
    kind.place(session, actor, place_code)  # who may not import here leaves no file behind
    new = NewFile("import", services.safe_name(name), "application/octet-stream", data, KEPT)
    file_id = keep(session, files, keyring, owner_id=actor.user_id, new=new)
    return services.receive(session, actor, kind, place_code=place_code, file_name=name, file_id=file_id, target=target)


def read_batch(bench: Bench, batch_id: int) -> None:
    """Read the file of a batch and judge its rows: the batch is previewed afterwards, or refused."""
    with _no_cycles():
        _read_batch(bench, batch_id)


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Without the search for cycles, a fifth of the time: the rows make none, and there are a million objects of them.

    Of two who read at once the first to end lets it go on again, which only costs the other time.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read_batch(bench: Bench, batch_id: int) -> None:
    found = bench.run(lambda session, actor: _opened(session, actor, batch_id, bench))
    try:
        workbook = workbook_of(found.data, found.name)
        bench.tick(0, workbook.row_count)
        recognition = recognise(workbook, found.kind.layout, found.headings)
        if not recognition.row_count:
            raise _no_table(recognition)
    except Unreadable as refusal:
        code, facts = refusal.code, refusal.facts
        bench.run(lambda session, actor: _refuse(session, actor, batch_id, code, facts, bench))
        return
    bench.run(lambda session, actor: _judge(session, actor, batch_id, recognition, found, bench))


def apply_batch(bench: Bench, batch_id: int) -> None:
    """Write what a confirmed batch holds, in one transaction; a refusal puts the batch back to its preview."""

    def work(session: Session, actor: Actor) -> None:
        services.apply(session, actor, batch_id=batch_id)
        bench.ended(session)

    try:
        bench.run(work)
    except Refusal as refusal:
        code, facts = refusal.code, refusal.facts
        bench.run(lambda s, actor: services.give_back(s, actor, batch_id=batch_id, code=code, facts=facts))
        raise


def undo_batch(bench: Bench, batch_id: int) -> None:
    """Take an applied batch back, in one transaction; a refusal leaves it applied, with the reason."""

    def work(session: Session, actor: Actor) -> None:
        services.undo(session, actor, batch_id=batch_id)
        bench.ended(session)

    try:
        bench.run(work)
    except Refusal as refusal:
        code, facts = refusal.code, refusal.facts
        bench.run(lambda s, actor: services.undo_failed(s, actor, batch_id=batch_id, code=code, facts=facts))
        raise


@dataclass(frozen=True)
class _Opened:
    """What was needed of the database before the file is read."""

    kind: Kind
    place: Place
    name: str
    data: bytes
    headings: Mapping[str, str]
    values: Mapping[str, str]
    target: str


def _opened(session: Session, actor: Actor, batch_id: int, bench: Bench) -> _Opened:
    batch = services.begin_reading(session, actor, batch_id=batch_id)
    kind = kind_of(batch.kind)
    stored = of_owner(session, batch.account_id, batch.file_id)
    if stored is None:
        raise NotFound(what="file")
    place = Place(batch.node_id, "", "", batch.tree_path)
    known = queries.remembered(session, batch.node_id, kind)
    headings, values = (known.headings, known.values) if known else ({}, {})
    data = contents(bench.files, bench.keyring, stored)
    return _Opened(kind, place, batch.file_name, data, headings, settled(values), batch.target)


def workbook_of(data: bytes, name: str) -> Workbook:
    """The workbook of decrypted bytes; they lie in a file of their own for as long as it is read."""
    with tempfile.NamedTemporaryFile(prefix="import-", suffix=".part") as file:
        file.write(data)
        file.flush()
        return read(Path(file.name), name, LIMITS)


def _no_table(recognition: Recognition) -> Unreadable:
    looked_for = [found.facts.get("looked_for") for found in recognition.findings if found.code == "no_header"]
    if recognition.tables or not looked_for:
        return Unreadable("no_rows")
    return Unreadable("no_header", looked_for=_listed(looked_for[0]))


def _listed(words: object) -> str:
    return ", ".join(map(str, words)) if isinstance(words, list | tuple) else str(words)


def _refuse(session: Session, actor: Actor, batch_id: int, code: str, facts: Mapping[str, Any], bench: Bench) -> None:
    services.refuse(session, actor, batch_id=batch_id, code=code, facts=facts)
    bench.ended(session)


def _judge(
    session: Session, actor: Actor, batch_id: int, recognition: Recognition, found: _Opened, bench: Bench
) -> None:
    """Judge every row and keep it; rows, counts and the move of the batch are one transaction."""
    batch = queries.batch(session, actor, batch_id=batch_id)  # not locked: it can be cancelled meanwhile
    services.forget_rows(session, batch.id)
    tick: Tick = lambda done: bench.tick(done, recognition.row_count)  # noqa: E731  a signature of its own
    asked = Asked(batch.id, found.place, recognition.tables, found.values, bench.keyring, tick, found.target)
    counts: Counter[str] = Counter()
    _copy(session, batch, found.kind.judge(session, actor, asked), counts)
    services.judged(
        session,
        actor,
        batch_id=batch.id,
        counts={f"{verdict}_count": counts[verdict] for verdict in Verdict}
        | {"row_count": sum(counts[verdict] for verdict in Verdict), "warning_count": counts["warned"]},
        understood=_understood(recognition),
    )
    bench.ended(session)


def _copy(session: Session, batch: ImportBatch, rows: Iterable[Judged], counts: Counter[str]) -> None:
    """Keep the rows by COPY. Every statement of `judge` is sent before its first row: COPY has the connection."""
    judged = iter(rows)
    first = next(judged, None)
    connection = session.connection().connection
    # the table is the batch's own, which was locked in scope above
    copy = f"COPY import_row ({COLUMNS}) FROM STDIN"
    with closing(connection.cursor()) as cursor, cursor.copy(copy) as copying:
        for n, row in enumerate(_again(first, judged), 1):
            counts[row.verdict] += 1
            counts["warned"] += bool(row.warnings)
            copying.write_row(_stored(batch.id, n, row))


def _again(first: T | None, rest: Iterator[T]) -> Iterator[T]:
    if first is not None:
        yield first
        yield from rest


def _stored(batch_id: int, n: int, row: Judged) -> tuple[Any, ...]:
    problems = [remark.stored() for remark in row.problems]
    warnings = [remark.stored() for remark in row.warnings]
    return (
        batch_id,
        n,
        row.sheet,
        row.number,
        str(row.verdict),
        row.subject_id,
        _json(row.data),
        _json(row.before),
        _json(problems or None),
        _json(warnings or None),
    )


def _json(value: object) -> str | None:
    if value is None:
        return None
    written = _ENCODER.encode(value)
    return _NUL.sub(r"\1", written) if "\\u0000" in written else written


def _understood(recognition: Recognition) -> dict[str, Any]:
    return {
        "tables": [_table(table) for table in recognition.tables],
        "findings": [
            {"code": found.code, "sheet": found.sheet, "row": found.row, "facts": _facts(found.facts)}
            for found in recognition.findings
        ],
    }


def _table(table: Table) -> dict[str, Any]:
    keys = {index: key for key, index in table.mapping.items()}
    columns = [[heading, keys.get(index, "")] for index, heading in sorted(table.headings.items())]
    return {"sheet": table.sheet, "rows": len(table), "class_hint": table.class_hint, "columns": columns}


def _facts(facts: Mapping[str, object]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in facts.items()}
