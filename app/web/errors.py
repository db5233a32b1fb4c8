"""Refusals become statuses and translated sentences; anything else becomes 500 with a number to tell support."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Mapping
from itertools import chain
from typing import Any

from flask import Flask, current_app, render_template, request
from flask_babel import lazy_gettext
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from app.core.errors import Refusal
from app.core.feature import each_once
from app.web.request import accident

log = logging.getLogger(__name__)

SENTENCES: dict[str, Any] = {
    "refused": lazy_gettext("This cannot be done."),
    "not_found": lazy_gettext("There is nothing here, or it does not belong to your places."),
    "not_allowed": lazy_gettext("Your roles do not allow this."),
    "conflict": lazy_gettext("Somebody else was faster. Please look at the page again."),
    "invalid": lazy_gettext("Something in the address or the form cannot be used. Please correct it."),
    "too_many": lazy_gettext("Tried too often. Please wait a few minutes."),
    "wrong_state": lazy_gettext("This is no longer possible in its present state. Please look at the page again."),
    "idempotency_other_body": lazy_gettext("This form was sent before with other contents. Please open it again."),
    "saved": lazy_gettext("Saved."),
    "name_length": lazy_gettext("Please give a name of 1 to 100 characters."),
    "whole_number": lazy_gettext("Please give a whole number."),
    "choice": lazy_gettext("Please choose one of the values offered."),
    "stale": lazy_gettext("Somebody changed this meanwhile. Please look at the page again."),
    "crowded": lazy_gettext(
        "Many people are changing the same records right now. Nothing was saved; please send it again in a minute."
    ),
    "still_running": lazy_gettext("This is still being worked on. Please wait a moment and look at the page again."),
    "csrf": lazy_gettext(
        "This page was open too long or in another sign-in. Please go back, reload it and send it again."
    ),
}
HTTP_SENTENCES: dict[int, Any] = {
    400: lazy_gettext("The browser sent something that cannot be read. Please go back and try again."),
    401: lazy_gettext("Please sign in."),
    403: lazy_gettext("Your roles do not allow this."),
    404: lazy_gettext("There is nothing here, or it does not belong to your places."),
    405: lazy_gettext("This address is for a form only. Please open the page it belongs to."),
    413: lazy_gettext("What was sent is too large. At most 20 MB can be sent at once."),
    500: lazy_gettext("Something went wrong on our side. Nothing was changed."),
}
ADVICE: dict[int, Any] = {
    403: lazy_gettext("If you need it for your work, ask the administrator of your school or authority."),
    404: lazy_gettext("Check the address, or look for it from the menu."),
}


def init_app(app: Flask, more: Mapping[str, Any]) -> None:
    """Answer every error of an app with a page; `more` are the sentences of the features."""
    app.extensions["xuebao-sentences"] = each_once(chain(SENTENCES.items(), more.items()))
    app.register_error_handler(Refusal, on_refusal)
    app.register_error_handler(CSRFError, on_csrf)
    app.register_error_handler(HTTPException, on_http)
    app.register_error_handler(Exception, on_accident)


def sentence(refusal: Refusal) -> str:
    """The sentence of a refusal, its facts filled in."""
    known: Mapping[str, Any] = current_app.extensions["xuebao-sentences"]
    for kind in type(refusal).__mro__:
        text = known.get(getattr(kind, "code", ""))
        if text is not None:
            words = str(text)
            return words % refusal.facts if refusal.facts else words
    return str(SENTENCES["refused"])


def on_refusal(refusal: Refusal) -> Response:
    """Answer a refusal with its status and sentence."""
    return answer(refusal.status, refusal.code, sentence(refusal))


def on_csrf(_error: CSRFError) -> Response:
    """Answer a form whose token is missing or old."""
    return answer(400, "csrf", str(SENTENCES["csrf"]))


def on_http(error: HTTPException) -> Response:
    """Answer what Flask or Werkzeug refused; redirects pass."""
    status = error.code or 500
    if status < 400:  # noqa: PLR2004  redirects are HTTPExceptions as well
        return error.get_response()
    return answer(status, f"http_{status}", str(HTTP_SENTENCES.get(status, HTTP_SENTENCES[400])))


def on_accident(error: Exception) -> Response:
    """Answer a bug with 500 and a number; the log has the number and the trace, never what was typed.

    The page asks the database nothing: what went wrong may be its connection, or the transaction it would ask in.
    """
    accident()
    incident = secrets.token_hex(4).upper()
    log.error("incident %s at %s %s", incident, request.method, request.path, exc_info=error)
    return answer(500, "http_500", str(HTTP_SENTENCES[500]), incident=incident)


def answer(status: int, code: str, text: str, *, incident: str | None = None) -> Response:
    """A page (or for htmx a short text) saying what went wrong and what to do."""
    # Without a matching host there is no address of ours that a page could name.
    if request.headers.get("HX-Request") or isinstance(request.routing_exception, SecurityError):
        return Response(text, status=status, content_type="text/plain; charset=utf-8")
    page = render_template(
        "web/error.html",
        appbuilder=current_app.extensions["appbuilder"],
        status=status,
        code=code,
        sentence=text,
        advice=ADVICE.get(status),
        incident=incident,
    )
    return Response(page, status=status, content_type="text/html; charset=utf-8")
