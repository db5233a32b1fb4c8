"""FAB §5: missing translations, a language per browser only, times of the server."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from flask import session
from flask_babel import force_locale, format_datetime, gettext  # type: ignore[import-untyped]

from app.web.request import start
from tests.faults.conftest import House
from tests.make.visits import HOST

MISSING = (
    "Add",
    "Are you sure you want to delete this item?",
    "Contains (insensitive)",
    "Database Error",
    "Delete",
    "Edit",
    "In",
    "Not In",
    "Not a valid choice",
    "Show",
    "Start with",
)
"""What the framework says in English on Chinese pages (its screens for users, roles and groups are not ours)."""


@pytest.mark.parametrize("words", [*MISSING, "Save"])
def test_what_the_framework_left_untranslated_is_translated_by_us(words: str, house: House) -> None:
    """FAB §5.1, FAB §5.2: and ours wins where both know a word."""
    with house.app.test_request_context(), force_locale("zh_Hans_CN"):
        assert gettext(words) != words
        assert any("\u4e00" <= sign <= "\u9fff" for sign in gettext(words))


@pytest.mark.parametrize("path", ["/health", "/static/ui/app.js", "/no/such/page"])
def test_who_only_passes_by_gets_no_cookie(path: str, house: House) -> None:
    """FAB §5.3: the framework gave every visitor one, to remember a language nobody chose."""
    answer = house.app.test_client().get(path, base_url=HOST, buffered=True)
    assert "locale" not in str(answer.headers.getlist("Set-Cookie"))
    if path != "/no/such/page":
        assert answer.headers.getlist("Set-Cookie") == []


@pytest.mark.parametrize(("chosen", "own", "seen"), [(None, "en", "en"), ("en", "zh_Hans_CN", "en")])
def test_signing_in_brings_the_language_of_the_account(chosen: str | None, own: str, seen: str, house: House) -> None:
    """FAB §5.4: unless another was just chosen at the sign-in page."""
    with house.app.test_request_context():
        if chosen:
            session["locale"] = chosen
        start("0" * 43, own)
        assert session["locale"] == seen


def test_times_are_those_of_china_wherever_the_server_stands(house: House) -> None:
    """FAB §5.5: half past four in the afternoon at Greenwich is the next day."""
    with house.app.test_request_context():
        assert format_datetime(datetime(2026, 1, 1, 16, 30, tzinfo=UTC), "yyyy-MM-dd HH:mm") == "2026-01-02 00:30"
    for path in ("/audit/", "/changes/", "/users/", "/settings/"):
        page = house.get("root_admin", path).text
        assert "+00:00" not in page
        assert "UTC" not in page
