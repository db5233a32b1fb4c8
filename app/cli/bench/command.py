"""The command `xuebao bench`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
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

    with tempfile.TemporaryDirectory(prefix="xuebao-bench-") as made:
        folder = Path(made)
        folder.chmod(0o711)  # the server's own user must pass through
        server = EmbeddedPostgres(folder / "data")
        try:
            measures, about = _measured(server.start(), folder, students, rows, writers)
        finally:
            server.stop()
    page = report.as_page(measures, machine=measure.machine(), **about)
    if write:
        report.write(write, page)
    click.echo(json.dumps([one.as_json() for one in measures], ensure_ascii=False) if as_json else page)


def _measured(
    url: str, folder: Path, students: int, rows: int, writers: int
) -> tuple[list[Measure], dict[str, object]]:
    from app.cli.bench import acts, world
    from app.core import clock
    from app.core.crypto import Keyring
    from app.core.db import Database
    from app.core.events import connect
    from app.core.migrate import upgrade
    from app.features import FEATURES

    connect(listener for feature in FEATURES for listener in feature.listeners)
    upgrade(url)
    database = Database(url)
    ground = acts.Ground(database, folder, Keyring.at(folder))
    _say("filling")
    count = world.fill(database.engine, students)
    world.settle(database.engine)
    measures: list[Measure] = []
    _say("opening")
    measures.append(acts.opening(ground))
    world.decide(database.engine)
    world.settle(database.engine)
    measures.append(acts.folding(ground))
    _say("figures")
    measures.append(acts.province_page(ground, 20))
    _say("review")
    measures.append(acts.reviewing(ground, min(10_000, count // 40), 3))
    _say("writers")
    measures.append(acts.province_page(ground, 50, writers=writers))
    _say("import")
    measures += acts.importing(ground, rows)
    about = {
        "day": ground.run(lambda session, _: clock.today(session)),
        "students": count,
        "schools": count // (world.CLASSES * world.PER_CLASS),
        "postgres": ground.run(lambda session, _: session.connection().exec_driver_sql("SHOW server_version").scalar()),
    }
    database.close()
    return measures, about


def _say(what: str) -> None:
    sys.stderr.write(f"xuebao bench: {what}\n")
