"""Each request its own filters: Flask-AppBuilder keeps one object a view, which parallel requests would share.

In its views `_filters` is filled from the query string, read while the list is made and read again while a record is
added; two threads in one view would answer with each other's filter. Here the attribute is a property that hands every
request a copy of its own. An extra file: it is installed once, for every view there is or will be.
"""

from __future__ import annotations

from copy import copy
from typing import Any

from flask import has_request_context, request
from flask_appbuilder.api import ModelRestApi
from flask_appbuilder.baseviews import BaseModelView

SHARED = "_filters_of_the_view"
OWN = "xuebao.filters"


def install() -> None:
    """Give every view of Flask-AppBuilder filters per request; doing it twice changes nothing."""
    for framework_view in (BaseModelView, ModelRestApi):
        framework_view._filters = property(_own, _keep)  # noqa: SLF001  the attribute is the fault


def _keep(view: Any, filters: Any) -> None:
    """Remember what the view knows of its filters: which columns may be searched, and how."""
    vars(view)[SHARED] = filters


def _own(view: Any) -> Any:
    """The filters of the request at hand, empty at first; outside of one, what the view knows."""
    known = vars(view).get(SHARED)
    if known is None or not has_request_context():
        return known
    own: dict[int, Any] = request.environ.setdefault(OWN, {})
    if id(view) not in own:
        own[id(view)] = copy(known)  # its own copy() forgets which columns may be searched
        own[id(view)].clear_filters()
    return own[id(view)]
