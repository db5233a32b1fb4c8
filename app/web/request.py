"""Who asks, and the session that answers: made once per request, closed when it ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, current_app, g, has_request_context, request, session

from app.access.actor import Actor
from app.access.gate import bind
from app.core.crypto import Keyring
from app.core.db import WHILE_ONE_PAGE_IS_MADE, Database, Session
from app.core.errors import NotAllowed
from app.core.files import FileStore

T = TypeVar("T")
EXTENSION = "xuebao"
UNATTENDED = "_xuebao_unattended"
"""The mark of a route that a page asks by itself."""
LOADED = "_login_user"
"""Where Flask-Login keeps who asks, once it has asked; without it, the first look at `g.user` loads."""


@dataclass(frozen=True)
class Backstage:
    """What every request needs: database, keys, files, how a cookie's id becomes an actor, and whose language it is.

    `actor_of(session, token, somebody is there)`: only where somebody is there, a session counts as used.
    """

    database: Database
    keyring: Keyring
    files: FileStore
    actor_of: Callable[[Session, str, bool], Actor | None]
    keep_language: Callable[[Session, Actor, str], None]


class Visitor:
    """Somebody signed in, as Flask-Login and Flask-AppBuilder want to see a user; rights come from the actor alone."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, token: str, actor: Actor) -> None:
        """Stand for the actor whose session the token is."""
        self.token = token
        self.actor = actor

    def get_id(self) -> str:
        """What the cookie holds: the random id of the session, nothing of the account."""
        return self.token

    def get_full_name(self) -> str:
        """The name at the top right."""
        return self.actor.name


class WhoAsksUnknown(Exception):
    """Finding out who asks went wrong.

    The proxy through which Flask-Login loads takes some kinds of exceptions for "there is nobody", and whoever is
    signed in would be sent to the sign-in page; this kind passes and is answered with 500 and a number.
    """


def backstage() -> Backstage:
    """What the factory put behind the requests."""
    found: Backstage = current_app.extensions[EXTENSION]
    return found


def visitor_of(token: str) -> Visitor | None:
    """The visitor of a cookie's id, or None; its grants are judged anew at every request."""
    view = current_app.view_functions.get(request.endpoint or "")
    is_attended = not getattr(view, UNATTENDED, False)
    try:
        actor = backstage().database.transaction(lambda session: backstage().actor_of(session, token, is_attended))
    except (AttributeError, RuntimeError) as error:
        raise WhoAsksUnknown from error
    return Visitor(token, actor) if actor else None


def visitor() -> Visitor | None:
    """Who asks, or None for somebody not signed in."""
    user = g.get("user")
    return user if isinstance(user, Visitor) else None


def actor() -> Actor:
    """The actor of this request; `NotAllowed` when nobody is signed in."""
    found = visitor()
    if found is None:
        raise NotAllowed(what="sign_in")
    return found.actor


def own_token() -> str:
    """The random id of the session this request came in; empty when nobody is signed in."""
    found = visitor()
    return found.token if found else ""


def reading() -> Session:
    """The session this request reads with, opened at its first use and closed at its end; it sees one instant."""
    if "reading" not in g:
        g.reading = backstage().database.snapshot()
        _know(g.reading)
        g.reading.info[WHILE_ONE_PAGE_IS_MADE] = {}
    found: Session = g.reading
    return found


def write(work: Callable[[Session], T]) -> T:
    """Run a service in a transaction of its own, with the actor and the address bound; retried when it collides.

    What is read afterwards, to show the page again, is of a later instant than what was read before.
    """
    if has_request_context() and "reading" in g:
        g.reading.commit()

    def bound(session: Session) -> T:
        _know(session)
        return work(session)

    return backstage().database.transaction(bound)


def _know(opened: Session) -> None:
    found = visitor() if has_request_context() else None
    if found:
        bind(opened, found.actor)
    opened.info["address"] = request.remote_addr if has_request_context() else None


def start(token: str, locale: str, *, lasting: bool = False) -> None:
    """Give the browser a new signed-in cookie; nothing of an earlier one survives but a language chosen before.

    `locale` is the account's own; it counts unless the sign-in page was switched to another than the usual one. A
    `lasting` cookie outlives the browser's window, for 30 days; the session's row decides all the same.
    """
    usual = current_app.config["BABEL_DEFAULT_LOCALE"]
    chosen = session.get("locale", usual)
    session.clear()
    session.permanent = lasting
    session["_user_id"] = token
    session["_fresh"] = True
    session["locale"] = locale if chosen == usual else chosen


def stop() -> str | None:
    """Take the signed-in cookie away and return the token it held."""
    token: str | None = session.get("_user_id")
    locale = session.get("locale")
    session.clear()
    if locale:
        session["locale"] = locale
    return token


def is_guarded() -> bool:
    """Whether a cookie may travel by encrypted connections only: always in production, whatever a proxy forgets."""
    return request.is_secure or bool(current_app.config["SESSION_COOKIE_SECURE"])


def accident() -> None:
    """From now on this request asks the database nothing, not even who asks: known is who was known before."""
    g.accident = True
    known = g.get(LOADED)
    g.user = known if isinstance(known, Visitor) else None
    setattr(g, LOADED, g.user)


def is_accident() -> bool:
    """Whether something went wrong that was not foreseen."""
    return bool(g.get("accident"))


def close(_error: BaseException | None = None) -> None:
    """Give the reading session back."""
    opened = g.pop("reading", None)
    if opened is not None:
        opened.close()


def init_app(app: Flask, behind: Backstage) -> None:
    """Put the backstage behind an app's requests."""
    app.extensions[EXTENSION] = behind
    app.teardown_appcontext(close)


class RequestSession:
    """What Flask-AppBuilder is given as its session: always the one of the request at hand."""

    def __getattr__(self, name: str) -> Any:
        """Hand everything to the reading session."""
        return getattr(reading(), name)
