"""The only road from Flask-AppBuilder to the database: every select carries the scope of the request's actor.

A view names the permission its rows need (`ScopedInterface.over(Model, Permission)`); lists, counts, look-ups by key,
bulk ids and the choices of related fields all pass `apply_filters`. Writing through it is refused: writes are services.
"""

from __future__ import annotations

from typing import Any, NoReturn

from flask_appbuilder.models.filters import Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import Select

from app.access.permissions import Permission
from app.access.scope import GATED, table_of, visible
from app.core.errors import NotAllowed
from app.web.request import actor, reading


class ScopedInterface(SQLAInterface):
    """Flask-AppBuilder's data model, seen through the actor's places."""

    permission: Permission

    @classmethod
    def over(cls, model: type[Any], permission: Permission) -> ScopedInterface:
        """The interface of a model's rows for who holds the permission."""
        made: type[ScopedInterface] = type(f"{model.__name__}Interface", (cls,), {"permission": permission})
        return made(model)

    @property
    def session(self) -> Any:
        """The session of the request at hand."""
        return reading()

    @session.setter
    def session(self, _value: Any) -> None:
        """Flask-AppBuilder hands its own session in; the request's is the one that counts."""

    def apply_filters(self, query: Select[Any], filters: Filters | None) -> Select[Any]:
        """Filter by the scope before anything else; asks which model is served, related ones included."""
        scoped = visible(query, self.obj, actor(), self.permission) if table_of(self.obj) in GATED else query
        filtered: Select[Any] = super().apply_filters(scoped, filters)
        return filtered

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """The row a relation leads to, within the scope; None for one that is not."""
        return self.get_related_interface(col_name).get(value)

    def add(self, item: Any, raise_exception: bool = False) -> NoReturn:  # noqa: FBT001, FBT002, ARG002
        """Refuse: a record is made by a service."""
        raise NotAllowed(what="write")

    def edit(self, item: Any, raise_exception: bool = False) -> NoReturn:  # noqa: FBT001, FBT002, ARG002
        """Refuse: a record is changed by a service."""
        raise NotAllowed(what="write")

    def delete(self, item: Any, raise_exception: bool = False) -> NoReturn:  # noqa: FBT001, FBT002, ARG002
        """Refuse: nothing is deleted."""
        raise NotAllowed(what="write")

    def delete_all(self, items: list[Any]) -> NoReturn:  # noqa: ARG002
        """Refuse: nothing is deleted, many at once neither."""
        raise NotAllowed(what="write")
