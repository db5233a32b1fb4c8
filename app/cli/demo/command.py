"""The command `xuebao demo`: load the demo province, or say where its accounts are."""

from __future__ import annotations

import json
from pathlib import Path

import click

from app.cli.demo import USUAL_FILE, USUAL_SEED, USUAL_STUDENTS, ensure
from config import BadSetting, Settings

FEWEST = 200
REFUSED = {
    "demo_in_production": "Demo data is refused where XUEBAO_ENV=production.",
    "demo_beside_real": "Demo data is refused: the database holds persons that are not demo data.",
    "demo_tree_taken": "Demo data is refused: the database holds a tree of its own.",
}
"""The sentences of the refusals; the command line speaks English."""


@click.command()
@click.option(
    "--students",
    default=USUAL_STUDENTS,
    show_default=True,
    type=click.IntRange(min=FEWEST),
    help="How many students.",
)
@click.option("--seed", default=USUAL_SEED, show_default=True, type=int, help="The same seed makes the same people.")
@click.option(
    "--accounts",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Where to write names and passwords, mode 0600.  [default: {USUAL_FILE} in the data folder]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def demo(students: int, seed: int, accounts: Path | None, *, as_json: bool) -> None:
    """Load the demo province and one account for each role.

    A demo that is there already stays as it is; when its accounts file is lost, new passwords are drawn.
    """
    path = _load(students, seed, accounts)
    stored = json.loads(path.read_text(encoding="utf-8"))
    if as_json:
        roles = [account["role"] for account in stored["accounts"]]
        click.echo(json.dumps({"accounts": str(path), "plan": stored["plan"], "roles": roles}, ensure_ascii=False))
    else:
        click.echo(f"Demo accounts: {path}")


def _load(students: int, seed: int, accounts: Path | None) -> Path:
    from app.core.db import Database
    from app.core.embedded import database_url
    from app.core.embedded_place import EmbeddedUnusable
    from app.core.errors import Refusal
    from app.core.migrate import upgrade

    try:
        settings = Settings.from_env()
        with database_url(settings) as url:
            upgrade(url)
            database = Database(url)
            try:
                return ensure(settings, database, students=students, seed=seed, accounts=accounts)
            finally:
                database.close()
    except Refusal as refusal:
        raise click.ClickException(REFUSED.get(refusal.code, str(refusal))) from None
    except (BadSetting, EmbeddedUnusable) as error:
        raise click.ClickException(str(error)) from None
