"""The parents of our screens, and the decorator that says what a route needs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, TypeVar, cast

from flask import redirect, request, url_for
from flask_appbuilder import BaseView
from werkzeug.wrappers import Response

from app.access.permissions import Permission
from app.core.errors import Invalid, Refusal
from app.web.forms import ActForm
from app.web.request import UNATTENDED, actor, visitor

F = TypeVar("F", bound=Callable[..., Any])

NEEDS = "_xuebao_needs"
OPEN = "open to everybody"
SIGNED_IN = "open to everybody signed in"
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2199, 12, 31)
"""Days somebody may ask for; one day more can be counted from each of them."""
MOST_TICKED = 500
"""As many rows as a page shows at most."""
LONGEST_ID = 16


def needs(permission: Permission) -> Callable[[F], F]:
    """Let a route in only for who holds the permission; the place and the row are judged by query and service."""
    return needs_any(permission)


def needs_any(*permissions: Permission) -> Callable[[F], F]:
    """Let a route in for who holds one of the permissions, the first being the usual one."""

    def decorate(view: F) -> F:
        @wraps(view)
        def judged(*args: Any, **kwargs: Any) -> Any:
            if visitor() is None:
                return to_sign_in()
            if not any(actor().holds(permission) for permission in permissions):
                actor().require(permissions[0])
            return view(*args, **kwargs)

        setattr(judged, NEEDS, permissions[0])
        return cast("F", judged)

    return decorate


def signed_in(view: F) -> F:
    """Let a route in for anybody signed in: it shows only what is the visitor's own."""

    @wraps(view)
    def judged(*args: Any, **kwargs: Any) -> Any:
        return to_sign_in() if visitor() is None else view(*args, **kwargs)

    setattr(judged, NEEDS, SIGNED_IN)
    return cast("F", judged)


def everybody(view: F) -> F:
    """Let a route in for anybody; say so, for the test that wants a rule for every route."""
    setattr(view, NEEDS, OPEN)
    return view


def unattended(view: F) -> F:
    """Mark a route that a page asks by itself again and again: with nobody at the keyboard no session stays awake."""
    setattr(view, UNATTENDED, True)
    return view


def to_sign_in() -> Response:
    """Send the browser to the sign-in page and back here afterwards (GET only; a form is not replayed)."""
    target = request.full_path.rstrip("?") if request.method == "GET" else None
    if request.headers.get("HX-Request"):
        answer = Response(status=204)
        answer.headers["HX-Redirect"] = url_for("SignInView.login")
        return answer
    return redirect(url_for("SignInView.login", next=target))


class Screen(BaseView):
    """The parent of our pages: never a permission row of its own, its routes say what they need."""

    base_permissions: tuple[str, ...] = ()

    def page(self, template: str, **context: Any) -> str:
        """Render a page with the frame."""
        rendered: str = self.render_template(template, **context)
        return rendered

    def form_page(self, form: ActForm, template: str = "web/record.html", **context: Any) -> tuple[str, int]:
        """Show a form, with the status of what became of it when it was sent."""
        return self.page(template, form=form, **context), form.status


def whole_number(name: str, default: int) -> int:
    """A whole number from the query string, or `Invalid`."""
    value = request.args.get(name, "")
    if not value:
        return default
    if not (value.isascii() and value.isdigit() and len(value) <= 9):  # noqa: PLR2004  fits every column and page
        raise Invalid({name: "whole_number"})
    return int(value)


def is_id(text: str) -> bool:
    """Whether a text can be the id of a row; not every number fits the column."""
    return text.isascii() and text.isdigit() and len(text) < LONGEST_ID


def ticked(nothing: type[Refusal], *, linked: str = "rowid") -> list[int]:
    """The ids of the rows ticked in a list, or of the one whose link was followed (`linked` in the address).

    Raises `nothing` when there is none, `Invalid` for what no list sends.
    """
    texts = request.form.getlist("rowid") if request.method == "POST" else request.args.getlist(linked)
    if not texts:
        raise nothing
    if len(texts) > MOST_TICKED or not all(map(is_id, texts)):
        raise Invalid({"rowid": "whole_number"})
    return sorted({int(text) for text in texts})


def text_argument(name: str, longest: int = 50) -> str:
    """A text from the query string, trimmed, or `Invalid` when it is too long or holds a NUL."""
    value = request.args.get(name, "").strip()
    if len(value) > longest or "\x00" in value:
        raise Invalid({name: "text_long"}, longest=longest)
    return value


def day_argument(name: str) -> date | None:
    """A day from the query string (2026-09-30), None without one, or `Invalid`, also for one far from all records."""
    value = text_argument(name)
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise Invalid({name: "day"}) from error
    if not FIRST_DAY <= day <= LAST_DAY:
        raise Invalid({name: "day"})
    return day
