"""FAB §2.13: what goes wrong while it is found out who asks is told as an accident, not as "please sign in"."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.access.actor import Actor
from app.core.db import Session
from app.web.request import EXTENSION
from tests.faults.conftest import House


@pytest.mark.parametrize("kind", [AttributeError, RuntimeError, NotImplementedError, KeyError, ValueError])
@pytest.mark.parametrize("path", ["/students/", "/", "/login/"])
def test_it_is_a_number_to_tell_support(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: type[Exception], path: str
) -> None:
    """Flask-Login's proxy takes some kinds of exceptions for "there is nobody"."""

    def broken(_session: Session, _token: str, _is_attended: bool) -> Actor | None:  # noqa: FBT001  as it is called
        raise kind("a bug of ours")

    monkeypatch.setitem(house.app.extensions, EXTENSION, replace(house.app.extensions[EXTENSION], actor_of=broken))
    answer = house.get("school_admin", path)
    assert answer.status_code == 500
    assert 'class="incident"' in answer.text
    assert "a bug of ours" not in answer.text
