"""`xuebao figures`, `people` and `reconcile`: the figures and lists of the screens, and a recount of all of them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.orm import Session

from app.access.actor import SYSTEM, Actor
from app.access.gate import bind
from app.accounts.actors import actor_named
from app.core.command import answering, database
from app.orgs import queries as orgs
from app.plans import queries as plans
from app.rates import queries
from app.rates.queries.recount import how_many
from app.rates.rules import Figures, Status, in_export
from app.rates.services import reconcile

PRINTED = tuple(status for status in Status if status is not Status.NOT_INSURED)
"""The figures as programs were promised them; who is not insured follows from them."""
Work = Callable[[Session, Actor], dict[str, Any]]


def _asked(function: Callable[..., None]) -> Callable[..., None]:
    """The options both commands share."""
    for option in (
        click.option("--plan", required=True, help="Code of the plan."),
        click.option("--node", required=True, help="Code of the node."),
        click.option("--as", "user", required=True, help="User name of the account whose scope counts."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else."),
    ):
        function = option(function)
    return function


@click.command("figures")
@_asked
def figures_command(plan: str, node: str, user: str, as_json: bool) -> None:  # noqa: FBT001  click hands it by name
    """Print the figures of a node and of each node right below it."""

    def work(session: Session, actor: Actor) -> dict[str, Any]:
        found = queries.place(session, actor, code=node)
        chosen = plans.find(session, actor, code=plan)
        own = queries.Row(orgs.describe(session, [found])[0], queries.at(session, actor, chosen, found))
        below = queries.by_child(session, actor, chosen, found)
        return {"node": _figures(own), "children": [_figures(row) for row in below]}

    answer = _read(user, work)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for row in (answer["node"], *answer["children"]):
        click.echo(f"{row['code']}\t{row['name']}\t{row['insured']}/{row['total_eligible']}\t{row['rate']}%")


@click.command("people")
@_asked
@click.option("--status", required=True, type=click.Choice([s.value for s in Status]), help="The figure to open.")
def people_command(plan: str, node: str, user: str, as_json: bool, status: str) -> None:  # noqa: FBT001  by name
    """Print the people behind a figure; names only for who may read them, certificate numbers never."""

    def work(session: Session, actor: Actor) -> dict[str, Any]:
        found = queries.place(session, actor, code=node)
        chosen = plans.find(session, actor, code=plan)
        members = queries.people(session, actor, chosen, found, Status(status))
        return {"people": [_member(member) for member in members]}

    answer = _read(user, work)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
        return
    for row in answer["people"]:
        click.echo(f"{row['student_number'] or ''}\t{row['name'] or ''}\t{row['class_name']}\t{row['state']}")


@click.command("reconcile")
@click.option("--repair", is_flag=True, help="Put right what is wrong.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON and nothing else.")
def reconcile_command(repair: bool, as_json: bool) -> None:  # noqa: FBT001  click hands them by name
    """Recount every figure and report those that are kept wrongly; ends with 1 while some remain so."""

    def work(session: Session) -> dict[str, Any]:
        bind(session, SYSTEM)
        found = [vars(each) for each in reconcile(session, repair=repair)]
        return {"checked": how_many(session), "differences": found, "repaired": repair and bool(found)}

    with answering(), database() as opened:
        answer = opened.transaction(work)
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        for row in answer["differences"]:
            click.echo(f"{row['level']}\t{row['plan']}\t{row['node']}\tkept {row['kept']}\tcounted {row['counted']}")
        click.echo(f"{answer['checked']} figures checked, {len(answer['differences'])} wrong")
    if answer["differences"] and not repair:
        raise SystemExit(1)


def _read(user: str, work: Work) -> dict[str, Any]:
    with answering(), database() as opened:
        return opened.transaction(lambda session: work(session, actor_named(session, user)))


def _figures(row: queries.Row) -> dict[str, Any]:
    figures: Figures = row.figures
    shown: dict[str, Any] = {"code": row.place.code, "name": row.place.name}
    shown |= {status.value: figures.count(status) for status in PRINTED}
    shown["rate"] = in_export(figures.rate).removesuffix("%")
    return shown


def _member(member: queries.Member) -> dict[str, Any]:
    return {
        "id": member.id,
        "student_number": member.student_number,
        "name": member.name,
        "class": member.class_code,
        "class_name": member.class_name,
        "state": member.state,
    }
