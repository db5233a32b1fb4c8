"""What no request of ours contains is refused before a view sees it: numbers and texts the database cannot hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest
from werkzeug.routing import IntegerConverter

LARGEST = 2**63 - 1
TYPED = "application/x-www-form-urlencoded"
MOST_TYPED = 1 << 20
"""Bytes of a form without files; it is read as a whole, so the limit for uploads would be far too wide."""


class BigintConverter(IntegerConverter):
    """`<int:…>` in an address, in plain digits, as far as a bigint goes; any other is the address of nothing (404)."""

    regex = "[0-9]+"

    def __init__(self, *args: Any, **options: Any) -> None:
        """Bound the number, unless the route says otherwise."""
        super().__init__(*args, **{"max": LARGEST, **options})


def init_app(app: Flask) -> None:
    """Bound every number in an address and refuse every NUL; before the first route is added."""
    app.url_map.converters["int"] = BigintConverter
    app.before_request(limit_typed)
    app.before_request(refuse_nul)


def limit_typed() -> None:
    """Answer 413 when more is typed into a form than anybody types."""
    if request.mimetype == TYPED:
        request.max_content_length = MOST_TYPED


def refuse_nul() -> None:
    """Answer 400 when a NUL stands in the address, the query, a form or a cookie: PostgreSQL has no text with one."""
    texts = (*(request.view_args or {}).values(), *_all(request.args), *_all(request.form), *request.cookies.values())
    if any("\x00" in str(text) for text in texts):
        raise BadRequest


def _all(pairs: MultiDict[str, str]) -> Iterator[str]:
    for name, value in pairs.items(multi=True):
        yield name
        yield value
