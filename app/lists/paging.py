"""Which page of a list a request asks for, and what the pager under it shows. An extra file: every list has one.

A page is named by its number, or by `after` or `before`: the sort values of a row, sealed for this list and account,
so that an address shows nobody's name or number and one that was altered or borrowed is refused.
"""

from __future__ import annotations

import base64
import binascii
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from app.core.crypto import BrokenSeal
from app.core.errors import Invalid
from app.lists.keyset import COUNT_CAP, Cut, LostPlace, Spot, Values
from app.lists.services import Setting, setting_of
from app.web.request import actor, backstage, reading
from app.web.screens import text_argument, whole_number

PAGE_SIZES = (10, 20, 50, 100, 500)
FARTHEST_JUMP = 10_000
"""Rows that can be jumped to; beyond them a list is paged back and forward only."""
LONGEST_TOKEN = 2_000
USUAL_SIZE = 20


@dataclass(frozen=True)
class Paging:
    """Which page of which list is asked for: `number` counts from 1, `spot` says where its rows begin."""

    list_name: str
    number: int
    size: int
    spot: Spot
    setting: Setting

    @property
    def offset(self) -> int:
        """How many rows come before this page, as far as its number knows."""
        return (self.number - 1) * self.size

    def shown(self, total: int, cut: Cut[Any], *, is_exact: bool = False) -> Mapping[str, Any]:
        """What the pager needs; a total of `COUNT_CAP` means as many or more, unless `is_exact`."""
        rows, farthest = cut.rows, FARTHEST_JUMP // self.size
        capped = total >= COUNT_CAP and not is_exact
        pages = None if capped else max(1, -(-total // self.size))
        is_near = bool(rows) and self.offset + len(rows) <= FARTHEST_JUMP
        return {
            "number": self.number,
            "size": self.size,
            "total": total,
            "capped": capped,
            "pages": pages,
            "jumps": farthest if pages is None else min(pages, farthest),
            "is_far": self.number > farthest,
            "is_past": not rows and (self.number > 1 or self.spot != Spot(self.size)),
            "first": self.offset + 1 if is_near else None,
            "last": self.offset + len(rows) if is_near else None,
            "previous": {"before": self._token(max(1, self.number - 1), cut.before)} if cut.before else None,
            "next": {"after": self._token(self.number + 1, cut.after)} if cut.after else None,
        }

    def _token(self, number: int, values: Values) -> str:
        text = json.dumps([number, *values], ensure_ascii=False, separators=(",", ":"))
        sealed = backstage().keyring.seal(text, *_bound_to(self.list_name))
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def paging(list_name: str) -> Paging:
    """The page this request asks for, strictly read, in the user's own page size; what cannot be is `Invalid`."""
    setting = setting_of(reading(), actor(), list_name)
    size = whole_number("size", setting.page_size or USUAL_SIZE)
    if size not in PAGE_SIZES:
        raise Invalid({"size": "page_size"}, sizes=", ".join(map(str, PAGE_SIZES)))
    if request.args.get("after") or request.args.get("before"):
        return _from_token(list_name, size, setting)
    number = whole_number("page", 1)
    if not 1 <= number <= FARTHEST_JUMP // size:
        raise Invalid({"page": "page_number"}, last=FARTHEST_JUMP // size)
    return Paging(list_name, number, size, Spot(size, (number - 1) * size), setting)


def _from_token(list_name: str, size: int, setting: Setting) -> Paging:
    after, before = (text_argument(name, LONGEST_TOKEN) for name in ("after", "before"))
    if after and before:
        raise LostPlace
    number, *values = _opened(after or before, list_name)
    place = tuple(values)
    spot = Spot(size, after=place) if after else Spot(size, before=place)
    return Paging(list_name, number, size, spot, setting)


def _opened(token: str, list_name: str) -> list[Any]:
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        opened: list[Any] = json.loads(backstage().keyring.open(sealed, *_bound_to(list_name)))
    except (BrokenSeal, binascii.Error, ValueError) as error:  # ValueError: letters that no token has
        raise LostPlace from error
    return opened


def _bound_to(list_name: str) -> tuple[str, uuid.UUID]:
    """What a place in a list is sealed for: this list and this account."""
    return f"list.{list_name}", uuid.UUID(int=actor().user_id)
