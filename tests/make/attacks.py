"""Requests an enemy would send: every route of the map with ids, codes and words of another school."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Flask
from sqlalchemy import text
from werkzeug.datastructures import MultiDict
from werkzeug.routing import Rule as Route

from app.core.db import Database
from app.web.screens import NEEDS, OPEN
from tests.make.places import BIRDS, B
from tests.make.strangers import Strangers
from tests.promises.url_rules import FILTERS, RULES, VALUES, Rule
from tests.world import World

BOOKKEEPING = {"account_session", "audit", "audit_unsealed", "throttle"}
"""Tables in which asking itself leaves a trace."""


@dataclass(frozen=True)
class Attack:
    """A request, what was typed into it, and whether it must be refused (else it may be answered, with nothing)."""

    method: str
    endpoint: str
    path: str
    query: MultiDict[str, str]
    form: MultiDict[str, str]
    must_be_refused: bool

    @property
    def typed(self) -> str:
        """Everything the sender knew before."""
        return " ".join((self.path, *self.query.values(), *self.form.values()))

    def __str__(self) -> str:
        """What a failing test prints."""
        return f"{self.method} {self.path}?{dict(self.query)} {dict(self.form)}"


@dataclass(frozen=True)
class Enemy:
    """Makes the attacks on an app from inside school A."""

    app: Flask
    world: World
    strangers: Strangers

    def attacks(self) -> Iterator[Attack]:
        """Every attack on every route whose rows are somebody's."""
        for route in self.routes():
            rule = RULES[route.endpoint]
            if needs(self.app, route) not in {None, OPEN} and not rule.is_own:
                yield from self._on_path(route, rule)
                if "GET" in (route.methods or ()):
                    yield from self._on_query(route, rule)
                if "POST" in (route.methods or ()):
                    yield from self._on_form(route, rule)

    def routes(self) -> list[Route]:
        """The routes that have a rule; that every route has one is a test of its own."""
        routes = self.app.url_map.iter_rules()
        return [route for route in routes if route.endpoint in RULES and route.arguments <= set(VALUES)]

    def own(self, route: Route) -> dict[str, Any]:
        """The route's arguments, leading to something of the own school."""
        return {name: VALUES[name].own(self.world, self.strangers) for name in route.arguments}

    def _on_path(self, route: Route, rule: Rule) -> Iterator[Attack]:
        own = self.own(route)
        for name in own:
            for place, foreign in enumerate(VALUES[name].foreign(self.world, self.strangers)):
                for method in sorted({"GET", "POST"} & set(route.methods or ()))[-1 if place else 0 :]:
                    form = self._form(rule) if method == "POST" else MultiDict()
                    path = {**own, name: foreign}
                    yield self._attack(route, path, method=method, form=form, refused=not rule.answers)

    def _on_query(self, route: Route, rule: Rule) -> Iterator[Attack]:
        named = [(name, refused) for refused in (True, False) for name in (rule.refused if refused else rule.filters)]
        for name, refused, values in (
            *((name, refused, self._foreign(name)) for name, refused in named),
            *((name, False, FILTERS[:1]) for name in listed_fields(self.app, route)),
        ):
            for value in values:
                query = MultiDict({**self._beside(rule), "status": "total_eligible", name: str(value)})
                yield self._attack(route, self.own(route), query=query, refused=refused)

    def _on_form(self, route: Route, rule: Rule) -> Iterator[Attack]:
        for field, value in rule.form.items():
            if value.startswith("@"):
                for foreign in VALUES[value[1:]].foreign(self.world, self.strangers):
                    form = MultiDict({**self._form(rule), field: str(foreign)})
                    yield self._attack(route, self.own(route), method="POST", form=form, refused=not rule.answers)

    def _form(self, rule: Rule) -> MultiDict[str, str]:
        values = {
            name: str(VALUES[value[1:]].own(self.world, self.strangers)) if value.startswith("@") else value
            for name, value in rule.form.items()
        }
        return MultiDict({"key": "0" * 32, **values})

    def _beside(self, rule: Rule) -> dict[str, str]:
        """The other query arguments of a route, leading to what is one's own."""
        return {name: str(VALUES[name].own(self.world, self.strangers)) for name in rule.refused if name != "rowid"}

    def _foreign(self, name: str) -> tuple[object, ...]:
        return VALUES[name].foreign(self.world, self.strangers) if name in VALUES else FILTERS

    def _attack(
        self,
        route: Route,
        path: dict[str, Any],
        *,
        method: str = "GET",
        query: MultiDict[str, str] | None = None,
        form: MultiDict[str, str] | None = None,
        refused: bool = True,
    ) -> Attack:
        return Attack(method, route.endpoint, url(route, path), query or MultiDict(), form or MultiDict(), refused)


def url(route: Route, arguments: dict[str, Any]) -> str:
    """The address of a route with its arguments filled in as they are, even where the route would not take them."""
    return "".join(
        quote(str(arguments[part]), safe="/%.") if is_argument else part for is_argument, part in route._trace
    ).partition("|")[2]


def needs(app: Flask, route: Route) -> Any:  # noqa: ANN401  a permission or one of two words
    """What a route says it needs, or None when it says nothing."""
    return getattr(app.view_functions[route.endpoint], NEEDS, None)


def listed_fields(app: Flask, route: Route) -> list[str]:
    """The names of the query fields of a list screen; none for other routes."""
    view = getattr(app.view_functions[route.endpoint], "__self__", None)
    if view is None or not route.endpoint.endswith(".list") or not hasattr(view, "listing"):
        return []
    return [field.name for field in view.listing.fields if not field.options]


def canaries(world: World) -> frozenset[str]:
    """Every word that belongs to school B, to the place around it or to somebody in it."""
    people = {word for pupil in world.of(B) for word in (pupil.name, pupil.student_number, pupil.certificate)}
    places = {code for code in world.nodes if code.startswith(B)}
    own = {BIRDS[B], B, "CANARY-PLAN", "CANARY-JOB", "440103****", "4401032013", "1390000"}
    return frozenset(people | places | own | {"广东省", "广州市", "荔湾区"})


def seen(body: str, words: frozenset[str], typed: str) -> set[str]:
    """The words that stand in an answer, in any spelling, and that the sender did not know already."""
    unknown = {word for word in words if word not in typed}
    return {
        word
        for word in unknown
        if any(spelling in body for spelling in (word, quote(word), word.encode("unicode_escape").decode()))
    }


def fingerprint(database: Database) -> dict[str, str]:
    """A digest of the rows of every table, save those in which asking itself leaves a trace."""
    ended = "SELECT md5(string_agg(id || ':' || coalesce(ended_at::text, ''), '' ORDER BY id)) FROM account_session"
    with database.engine.connect() as connection:
        tables = connection.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        found = {"ended sessions": str(connection.scalar(text(f"{ended} WHERE device = 'of a stranger'")))}
        return found | {
            table: connection.scalar(
                text(f"SELECT coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM {table} t"),
            )
            for table in tables
            if table not in BOOKKEEPING
        }
