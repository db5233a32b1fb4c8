"""Whoever stands in school A learns and changes nothing of school B, by whatever address or form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from app.access.permissions import Permission
from app.access.roles import ROLES
from tests.cluster import Cluster
from tests.make.attacks import Attack, Enemy, canaries, fingerprint, seen
from tests.make.stage import Stage, stage_of
from tests.make.strangers import Strangers, bring_strangers
from tests.make.visits import HOST, browser, open_session
from tests.promises.url_rules import RULES

FIRST_ERROR, DOOR_CLOSED, FIRST_ACCIDENT = 400, 403, 500


# the framework the forms stand on hands its own choices over as tuples; requirements.lock holds it where that works


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def strangers(stage: Stage) -> Strangers:
    """What stands in school B beside the cast."""
    return stage.database.transaction(lambda session: bring_strangers(session, stage.world))


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application, with the tokens of its forms left aside: an enemy inside has them."""
    app = stage.app()
    app.config["WTF_CSRF_ENABLED"] = False
    return app


def _excused(attack: Attack, held: frozenset[Permission]) -> bool:
    permission = RULES[attack.endpoint].open_to
    return permission is not None and permission in held


@pytest.mark.parametrize("role", [role.code for role in ROLES])
def test_nothing_of_another_school_is_shown_or_changed(
    role: str, app: Flask, stage: Stage, strangers: Strangers
) -> None:
    held = next(built_in.permissions for built_in in ROLES if built_in.code == role)
    words = canaries(stage.world)
    client = browser(app, open_session(stage.database, stage.world.accounts[role]))
    before = fingerprint(stage.database)
    wrong, closed = [], set()
    for attack in Enemy(app, stage.world, strangers).attacks():
        door = (attack.method, attack.endpoint)
        if door in closed or _excused(attack, held):
            continue
        answer = client.open(
            attack.path,
            method=attack.method,
            query_string=attack.query,
            data=attack.form or None,
            base_url=HOST,
            buffered=True,
        )
        told = answer.get_data(as_text=True) + str(answer.headers)
        leaks = seen(told, words, attack.typed)
        if answer.status_code == DOOR_CLOSED:
            closed.add(door)  # the door is judged before the arguments: the rest would be answered the same
        if (
            answer.status_code >= FIRST_ACCIDENT
            or leaks
            or (attack.must_be_refused and answer.status_code < FIRST_ERROR)
        ):
            wrong.append(f"{attack} -> {answer.status_code} {sorted(leaks)}")
    assert wrong == []
    after = fingerprint(stage.database)
    assert [table for table in after if after[table] != before[table]] == []


def test_the_enemy_knows_what_to_look_for(app: Flask, stage: Stage) -> None:
    """The same words are on the pages of whoever belongs to school B: the canaries sing."""
    client = browser(app, open_session(stage.database, stage.world.accounts["school_admin_b"]))
    pages = [
        client.get(path, base_url=HOST, buffered=True).get_data(as_text=True)
        for path in ("/students/", "/orgs/", "/figures/")
    ]
    words = canaries(stage.world)
    assert all(seen(page, words, "") for page in pages)
    assert {pupil.name for pupil in stage.world.of("CANARY")} <= seen(pages[0], words, "")
