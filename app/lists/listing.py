"""A list screen as a description: columns, query fields, toolbar, batch bar. An extra file: all lists use it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from flask import request, url_for

from app.access.permissions import Permission
from app.core.errors import Invalid
from app.lists.keyset import Cut
from app.lists.paging import Paging, paging
from app.lists.services import Setting
from app.web.request import actor, reading
from app.web.screens import Screen, text_argument


@dataclass(frozen=True)
class Column:
    """A column: `kind` text, number, tag, html; `role` title, code, tag or line on a phone's card."""

    key: str
    label: Any
    kind: str = "text"
    role: str = "line"
    is_usual: bool = True


@dataclass(frozen=True)
class Field:
    """A field of the query form; `options` makes it a choice."""

    name: str
    label: Any
    hint: Any = None
    options: tuple[tuple[str, Any], ...] = ()

    def offers(self, code: str) -> bool:
        """Whether a choice may be asked for; nothing chosen asks for all."""
        return not code or code in dict(self.options)


@dataclass(frozen=True)
class Tool:
    """A button of the toolbar that leads to a page, for who holds the permission."""

    label: Any
    endpoint: str
    permission: Permission
    icon: str = "add"
    is_main: bool = True
    also: tuple[Permission, ...] = ()
    """Further permissions, each of which shows the button as well."""


@dataclass(frozen=True)
class Batch:
    """A button of the batch bar: posts the ticked rows to an endpoint after asking."""

    label: Any
    endpoint: str
    permission: Permission
    ask: Any = None


@dataclass(frozen=True)
class Listing:
    """What a list is made of; `name` is the word its settings are kept under."""

    name: str
    title: Any
    columns: tuple[Column, ...]
    fields: tuple[Field, ...] = ()
    tools: tuple[Tool, ...] = ()
    batch: tuple[Batch, ...] = ()

    def chosen(self, setting: Setting) -> list[Column]:
        """The columns this user sees: always the title, else what was chosen, else the usual ones."""
        if setting.columns is None:
            return [column for column in self.columns if column.is_usual or column.role == "title"]
        return [column for column in self.columns if column.key in setting.columns or column.role == "title"]

    def query(self) -> dict[str, str]:
        """What the query form was filled with, strictly read; a choice that was not offered is `Invalid`."""
        asked = {field.name: text_argument(field.name) for field in self.fields}
        wrong = [field.name for field in self.fields if field.options and not field.offers(asked[field.name])]
        if wrong:
            raise Invalid(dict.fromkeys(wrong, "choice"))
        return asked


class Source(Protocol):
    """Where the rows of a simple list come from: a feature's `queries`, asked with the fields of the query form."""

    @property
    def count(self) -> Callable[..., int]:
        """How many rows match: `(session, actor, **fields)`."""

    @property
    def page(self) -> Callable[..., Cut[Any]]:
        """One page of them: `(session, actor, **fields, spot=…)`."""


class ListScreen(Screen):
    """The parent of list screens.

    Rows are mappings of column keys; `row["ops"]` are links or small forms: `{"label", "href"}` leads somewhere,
    `{"label", "post", "ask"}` does something after asking.
    """

    listing: Listing

    def asked(self) -> Paging:
        """Which page is asked for, in the user's own page size."""
        return paging(self.listing.name)

    def listed(self, source: Source, row: Callable[[Any], Mapping[str, Any]], *, listing: Listing | None = None) -> str:
        """The page asked for of a simple list, each line made a row; `listing` is what differs by visitor."""
        listing = listing or self.listing
        query, asked = listing.query(), self.asked()
        total = source.count(reading(), actor(), **query)
        lines = source.page(reading(), actor(), **query, spot=asked.spot)
        return self.show(lines.each(row), total, asked, query, listing=listing)

    def show(
        self,
        cut: Cut[Mapping[str, Any]],
        total: int,
        asked: Paging,
        query: Mapping[str, str],
        *,
        kept: Mapping[str, Any] | None = None,
        template: str = "web/listing.html",
        **context: object,
    ) -> str:
        """Render the list; `kept` are query arguments that outlive a new search, `listing` what differs by visitor."""
        other = context.pop("listing", None)
        listing = other if isinstance(other, Listing) else self.listing
        page = {**asked.shown(total, cut), "keep_href": url_for("ListSettingView.size", name=listing.name)}
        return self.page(
            template,
            listing=listing,
            title=context.pop("title", listing.title),
            columns=listing.chosen(asked.setting),
            rows=cut.rows,
            page=page,
            query=query,
            kept={name: value for name, value in (kept or {}).items() if value},
            searched=any(query.values()),
            tools=[tool for tool in listing.tools if any(map(actor().holds, (tool.permission, *tool.also)))],
            batch=[act for act in listing.batch if actor().holds(act.permission)],
            here=request.full_path.rstrip("?"),
            **context,
        )
