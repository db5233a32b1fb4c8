"""The command `xuebao bench`."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.cli.bench.acts import Ground
    from app.cli.bench.measure import Measure


@click.command()
@click.option("--students", default=1_000_000, show_default=True, type=click.IntRange(min=6_000), help="How many.")
@click.option("--rows", default=50_000, show_default=True, type=click.IntRange(min=100), help="Rows of the import.")
@click.option("--writers", default=32, show_default=True, type=click.IntRange(min=1, max=64), help="Who write at once.")
@click.option("--write", type=click.Path(dir_okay=False, path_type=Path), help="Also write the report as Markdown.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def bench(students: int, rows: int, writers: int, write: Path | None, *, as_json: bool) -> None:
    """Measure the main work on a database of its own, in a folder that is thrown away.

    A million students take some minutes and 5 GB of disk; nothing of this installation is touched.
    """
    from app.cli.bench import measure, report
    from app.core.embedded import EmbeddedPostgres

    begin = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="xuebao-bench-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # the server's own user must pass through
        server = EmbeddedPostgres(folder / "data")
        try:
            sections, about = _measured(server.start(), folder, students, rows, writers)
        finally:
            server.stop()
    about["minutes"] = (time.perf_counter() - begin) / 60
    about["command"] = f"xuebao bench --students {students} --rows {rows} --writers {writers}"
    page = report.as_page(sections, machine=measure.machine(), **about)
    if write:
        report.write(write, page)
    lines = [one.as_json() for measures in sections.values() for one in measures]
    click.echo(json.dumps(lines, ensure_ascii=False) if as_json else page)


def _measured(
    url: str, folder: Path, students: int, rows: int, writers: int
) -> tuple[dict[str, list[Measure]], dict[str, object]]:
    import app.features  # noqa: F401  what is measured is told to whoever listens
    from app.cli.bench import acts, world
    from app.core import clock
    from app.core.crypto import Keyring
    from app.core.db import Database
    from app.core.migrate import upgrade

    upgrade(url)
    database = Database(url)
    ground = acts.Ground(database, folder, Keyring.at(folder))
    size = world.size_for(students)
    _say(f"filling: {size.students:,} students")
    world.fill(database.engine, size, ground.keyring)
    world.settle(database.engine)
    sections = dict(_sections(ground, size.students, rows, writers))
    about = {
        "day": ground.run(lambda session, _: clock.today(session)),
        "students": size.students,
        "schools": size.schools,
        "postgres": ground.run(lambda session, _: session.connection().exec_driver_sql("SHOW server_version").scalar()),
    }
    database.close()
    return sections, about


def _sections(ground: Ground, count: int, rows: int, writers: int) -> Iterator[tuple[str, list[Measure]]]:
    """One after the other, for each works on what the one before has left; each under its heading."""
    from app.cli.bench import acts, reads, world

    engine = ground.database.engine
    _say("opening a plan")
    opened = [acts.opening(ground)]
    world.decide(engine)
    world.settle(engine)
    yield "A plan over everybody", [*opened, acts.folding(ground)]
    _say(f"import of {rows:,} rows")
    yield "Import of a list of students", acts.importing(ground, rows)
    world.settle(engine)
    _say("review")
    many = min(10_000, count // 40)
    few = [acts.reviewing(ground, min(300, many), 5, "≤ 1 s")]
    yield "Review in batches", [*few, acts.reviewing(ground, many, 3, "≤ 5 s")]
    _say("pages of the province")
    yield f"Pages of the province with {count:,} enrolments", reads.pages(ground, 20)
    _say(f"{writers} writers")
    yield f"The same with {writers} writers", [reads.beside_writers(ground, 50, writers, count)]


def _say(what: str) -> None:
    sys.stderr.write(f"xuebao bench: {what}\n")
