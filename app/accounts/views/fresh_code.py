"""A fresh activation code on its way to the one page that shows it: in an encrypted cookie, kept by nobody else."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from uuid import UUID, uuid4

from flask import request, url_for
from flask_babel import format_datetime
from werkzeug.wrappers import Response

from app.codes.rules import Issued
from app.core.crypto import BrokenSeal
from app.web.request import backstage, is_guarded

MINUTE = "yyyy-MM-dd HH:mm"
FRESH = "fresh"
FRESH_AT = "cookie.fresh_code"
A_MOMENT = 300
"""Seconds the cookie lives; its page is the next one."""


def with_code(answer: Response, issued: dict[int, Issued]) -> Response:
    """Hand the fresh code to the next page in an encrypted cookie of that page alone; nothing keeps it on our side."""
    for account_id, code in issued.items():
        sealed_as = uuid4()
        text = f"{code.text} {format_datetime(code.expires_at, MINUTE)}"
        sealed = backstage().keyring.seal(text, f"{FRESH_AT}.{account_id}", sealed_as)
        answer.set_cookie(
            FRESH,
            f"{sealed_as}.{urlsafe_b64encode(sealed).decode()}",
            max_age=A_MOMENT,
            path=url_for("AccountView.code", account_id=account_id),
            httponly=True,
            samesite="Lax",
            secure=is_guarded(),
        )
    return answer


def opened_code(account_id: int) -> tuple[str, str] | None:
    """The fresh code of this account and until when it works, if this browser has just been handed one."""
    sealed_as, _, sealed = request.cookies.get(FRESH, "").partition(".")
    if not sealed:
        return None
    place = f"{FRESH_AT}.{account_id}"
    try:
        text = backstage().keyring.open(urlsafe_b64decode(sealed), place, UUID(sealed_as))
    except (BrokenSeal, ValueError):
        return None  # not made here, or of another account: there is nothing to show
    code, _, expires = text.partition(" ")
    return code, expires


def forgetting_code(answer: Response, account_id: int) -> Response:
    """Take the cookie away with the page that shows the code."""
    answer.delete_cookie(FRESH, path=url_for("AccountView.code", account_id=account_id))
    return answer
