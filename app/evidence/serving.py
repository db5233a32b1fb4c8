"""Handing a file out: never as a page of ours, whatever is in it. An extra file, an edge: views of features call it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from flask import make_response, url_for
from werkzeug.wrappers import Response

from app.core.clock import SHANGHAI
from app.core.stored import StoredFile, contents
from app.evidence.queries import Shown
from app.evidence.receiving import size_words
from app.evidence.rules import PICTURES
from app.web.request import backstage

ALONE = "default-src 'none'; sandbox"
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


def served(row: StoredFile) -> Response:
    """The answer that holds a file: pictures may be looked at, documents are saved; neither may run anything."""
    answer = make_response(contents(backstage().files, backstage().keyring, row))
    way = "inline" if row.media_type in PICTURES else "attachment"
    answer.headers["Content-Type"] = row.media_type
    answer.headers["Content-Disposition"] = f'{way}; filename="evidence-{row.id}.{ENDINGS[row.media_type]}"'
    answer.headers["Content-Security-Policy"] = ALONE
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def file_lines(shown: Sequence[Shown], href: Callable[[int], str]) -> list[dict[str, Any]]:
    """The files as a page lists them, own drafts by their own address.

    Each {id, name, size, href, is_picture, is_gone, until}.
    """
    return [
        {
            "id": one.id,
            "name": one.name,
            "size": size_words(one),
            "href": draft_href(one.id) if one.is_draft else href(one.id),
            "is_picture": one.is_picture,
            "is_gone": one.is_gone,
            "until": f"{one.expires_at.astimezone(SHANGHAI):%Y-%m-%d}",
        }
        for one in shown
    ]


def draft_href(file_id: int) -> str:
    """Where an own draft is looked at."""
    return url_for("EvidenceView.draft", file_id=file_id)
