"""Features become screens, menu entries and template folders of one Flask-AppBuilder application."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Flask
from flask_appbuilder import AppBuilder
from flask_wtf.csrf import CSRFProtect

from app.access.actor import Actor
from app.access.permissions import Permission
from app.core.feature import Audience, Feature, MenuItem, each_once
from app.web import exports, filters
from app.web.language import lazy as _l
from app.web.languages import LanguageView
from app.web.request import RequestSession
from app.web.work import WorkView

GROUPS = {"Enrolment": _l("Enrolment"), "Master data": _l("Master data"), "System": _l("System")}
"""The groups of the menu in the order they stand, below what belongs to none; daily work first."""
WEB_TEMPLATES = Path(__file__).resolve().parent / "templates"


class MenuRights:
    """Who sees which menu entry; the name of a group is shown when one of its entries is."""

    def __init__(self, features: Iterable[Feature]) -> None:
        """Read the menus of the features."""
        self._entries: dict[str, list[MenuItem]] = {}
        for item in items(features):
            for name in filter(None, (item.label, item.group)):
                self._entries.setdefault(name, []).append(item)

    def shows(self, name: str, actor: Actor) -> bool:
        """Whether somebody sees an entry or a group; nobody sees a name that no feature registered."""
        return any(_is_for(actor, item) for item in self._entries.get(name, ()))


def _is_for(actor: Actor, item: MenuItem) -> bool:
    opens = {
        Audience.ANYBODY: actor.holds,
        Audience.STAFF: actor.places,
        Audience.FAMILIES: actor.persons,
    }[item.audience]
    return any(opens(Permission(name)) for name in (item.permission, *item.also))


def items(features: Iterable[Feature]) -> list[MenuItem]:
    """Every menu entry, in menu order: those of no group first, then group by group, inside as features stand."""
    order = ("", *GROUPS)
    return sorted((item for feature in features for item in feature.menu), key=lambda item: order.index(item.group))


def template_folders(features: Iterable[Feature]) -> list[str]:
    """Our templates first, then each feature's own folder."""
    folders = [WEB_TEMPLATES]
    for feature in features:
        spec = find_spec(f"app.{feature.name}")
        if spec and spec.submodule_search_locations:
            folders.append(Path(spec.submodule_search_locations[0]) / "templates")
    return [str(folder) for folder in folders if folder.is_dir()]


def build(app: Flask, features: Iterable[Feature], *, home: type[Any], security_manager: type[Any]) -> AppBuilder:
    """Make the Flask-AppBuilder application inside `app`: every form needs its token, every screen is mounted."""
    CSRFProtect(app)
    filters.install()
    with app.app_context():
        builder = AppBuilder(
            app,
            RequestSession(),
            indexview=home,
            base_template="appbuilder/baselayout.html",
            security_manager_class=security_manager,
        )
        mount(builder, features)
    return builder


def mount(builder: AppBuilder, features: Iterable[Feature]) -> None:
    """Register every screen, then every menu entry."""
    builder.add_view_no_menu(LanguageView)
    screens: dict[str, Any] = {}
    features = tuple(features)
    builder.add_view_no_menu(WorkView)
    builder.add_view_no_menu(exports.MyExportsView)
    words = each_once(said for feature in features for said in feature.exports.items())
    builder.app.extensions[exports.EXTENSION] = words
    for feature in features:
        for screen in feature.screens:
            view = builder.add_view_no_menu(screen)
            screens[view.endpoint] = view
    for item in items(features):
        builder.menu.add_link(
            item.label,
            href=item.endpoint,
            icon=item.icon,
            label=item.label,
            category=item.group,
            category_label=item.group,
            baseview=screens[item.endpoint.split(".")[0]],
        )
