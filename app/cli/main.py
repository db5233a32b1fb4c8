"""The group of commands behind `xuebao`. Each command loads what it runs, so `xuebao --help` is quick."""

from __future__ import annotations

import click

from app.cli.children import scheduler, web, worker
from app.cli.serve import serve

LATE = {"doctor": "app.cli.doctor", "demo": "app.cli.demo.command", "bench": "app.cli.bench.command"}
"""Commands whose modules are loaded only when they are called."""


class Commands(click.Group):
    """Our own commands, then those the features plug in."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command, ours and the features'."""
        return [*super().list_commands(ctx), *LATE, *_of_features()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Find a command by its name."""
        own = super().get_command(ctx, cmd_name)
        if own is not None:
            return own
        if cmd_name in LATE:
            found: click.Command = getattr(__import__(LATE[cmd_name], fromlist=[cmd_name]), cmd_name)
            return found
        return _of_features().get(cmd_name)


def _of_features() -> dict[str, click.Command]:
    from app.core.feature import each_once
    from app.features import FEATURES

    return each_once((str(command.name), command) for feature in FEATURES for command in feature.commands)


@click.group(cls=Commands)
def main() -> None:
    """Xuebao 学保: schools, students, insurance, review up the chain, and rates that equal their lists."""


for command in (serve, web, worker, scheduler):
    main.add_command(command)
