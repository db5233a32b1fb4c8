"""No two views stand in each other's way: the framework drops the second of a name, of two routes the first wins."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from flask import Flask

from app.features import FEATURES
from tests.cluster import Cluster
from tests.make.attacks import Enemy, url
from tests.make.stage import Stage, stage_of
from tests.make.strangers import bring_strangers


@pytest.fixture(scope="module", name="stage")
def _stage(cluster: Cluster) -> Iterator[Stage]:
    with stage_of(cluster) as stage:
        yield stage


@pytest.fixture(scope="module")
def app(stage: Stage) -> Flask:
    """The application as it is."""
    return stage.app()


def views(app: Flask) -> list[Any]:
    """Every view the framework has taken."""
    return list(app.extensions["appbuilder"].baseviews)


def twice(names: Iterable[str]) -> list[str]:
    """Those that occur more than once."""
    return sorted(name for name, count in Counter(names).items() if count > 1)


def test_no_two_views_share_a_class_name_or_an_endpoint(app: Flask) -> None:
    wanted = [screen for feature in FEATURES for screen in feature.screens]
    assert twice(screen.__name__ for screen in wanted) == []
    assert twice(view.endpoint for view in views(app)) == []
    assert twice(view.blueprint.name for view in views(app)) == []
    assert set(wanted) <= {type(view) for view in views(app)}, "the framework has dropped a view"


def test_a_route_base_belongs_to_one_package(app: Flask) -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for view in views(app):
        if view.route_base:
            owners[view.route_base].add(".".join(type(view).__module__.split(".")[:2]))
    assert {base: sorted(packages) for base, packages in owners.items() if len(packages) > 1} == {}


def test_every_rule_leads_where_it_says(app: Flask, stage: Stage) -> None:
    strangers = stage.database.transaction(lambda session: bring_strangers(session, stage.world))
    enemy = Enemy(app, stage.world, strangers)
    addresses = app.url_map.bind("localhost")
    lost = []
    for route in enemy.routes():
        address = url(route, enemy.own(route)).split("?")[0]
        for method in sorted((route.methods or set()) - {"HEAD", "OPTIONS"}):
            endpoint, _ = addresses.match(address, method=method)
            if endpoint != route.endpoint:
                lost.append((route.rule, method, route.endpoint, endpoint))
    assert lost == [], "another rule answers at this address"


def test_every_rule_of_a_view_is_one_of_the_application(app: Flask) -> None:
    known = {route.endpoint for route in app.url_map.iter_rules()}
    missing = [
        f"{view.endpoint}.{name}"
        for view in views(app)
        for name in dir(type(view))
        if getattr(getattr(type(view), name), "_urls", None)
        if f"{view.endpoint}.{name}" not in known
    ]
    assert missing == []
