"""How a form becomes an act: shape, key, service, answer; in one transaction, once, whatever the browser does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import current_app, flash, redirect, request
from flask_babel import gettext
from sqlalchemy.exc import DBAPIError
from werkzeug.wrappers import Response

from app.core.db import Session
from app.core.errors import Conflict, Crowded, Refusal, Stale
from app.core.idempotency import Answer, begin, finish
from app.web import errors
from app.web.forms import ActForm, RecordForm
from app.web.request import actor, write

CANCELLED = "57014"
SEE_OTHER = 303


class StillRunning(Conflict):
    """The same form is being worked on by an earlier click."""

    code = "still_running"


def done(target: str, code: str, **facts: object) -> Answer:
    """The answer of an act that worked: where to go, and the code of the sentence shown there."""
    return Answer(SEE_OTHER, target, ({"code": code, "facts": facts},))


def submitted(form: ActForm, work: Callable[[Session], Answer]) -> Response | None:
    """Carry out a form that was sent: the redirect when it worked, else None with the form telling what is wrong.

    The view then shows the form, again or (nothing was sent) for the first time, with `form.status`; what was typed is
    still in it.
    """
    if request.method != "POST":
        return None
    if not form.validate():
        form.status = 422
        return None
    try:
        answer = write(lambda session: _once(session, form, work))
    except Stale as stale:
        _meet(form, stale)
    except Refusal as refusal:
        if isinstance(refusal, StillRunning):
            raise
        tell(form, refusal)
    else:
        announce(answer.messages)
        return redirect(answer.target, SEE_OTHER)
    return None


def _once(session: Session, form: ActForm, work: Callable[[Session], Answer]) -> Answer:
    key = form.key.data or ""
    with _cut_short(StillRunning):
        earlier = begin(session, actor().user_id, key, form.body())
    if earlier is not None:
        return earlier
    with _cut_short(Crowded):
        answer = work(session)
    finish(session, actor().user_id, key, answer)
    return answer


@contextmanager
def _cut_short(meaning: type[Refusal]) -> Iterator[None]:
    """Raise what it means when a statement is cut short: it has waited for others as long as a browser may."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == CANCELLED:
            raise meaning from error
        raise


def tell(form: ActForm, refusal: Refusal) -> None:
    """Put a refusal's words beside the fields they are about, or above the form when it is about none."""
    form.status = refusal.status
    fields: Mapping[str, str] = getattr(refusal, "fields", {})
    told = [name for name in fields if name in form]
    for name in told:
        form.tell(name, sentence_of(fields[name], refusal.facts))
    if not told:
        flash(errors.sentence(refusal), "danger")


def _meet(form: ActForm, stale: Stale) -> None:
    form.status = stale.status
    flash(
        gettext("Somebody changed this meanwhile. Their values stand beside yours; save again to keep yours."),
        "warning",
    )
    if isinstance(form, RecordForm):
        form.meet(dict(stale.current), stale.version)


def announce(messages: tuple[Mapping[str, Any], ...]) -> None:
    """Show the sentences of an answer on the next page."""
    for message in messages:
        flash(sentence_of(message["code"], message["facts"]), message.get("kind", "success"))


def sentence_of(code: str, facts: Mapping[str, Any]) -> str:
    """The translated sentence of a code, its facts filled in."""
    known: Mapping[str, Any] = current_app.extensions["xuebao-sentences"]
    words = str(known.get(code, known["refused"]))
    return words % facts if facts else words
